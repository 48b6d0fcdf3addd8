//! The arrays of a run's predictions in a [`TensorFile`], errors in words.

use fm_nn::tensors::{Element, TensorFile};
use ndarray::{ArrayD, ArrayRef, ArrayView, ArrayView1, Dimension};

/// Arrays on their way into a file.
#[derive(Default)]
pub(crate) struct TensorWriter(TensorFile<'static>);

impl TensorWriter {
    pub(crate) fn u8(&mut self, name: impl Into<String>, shape: &[usize], values: &[u8]) {
        let view = ArrayView::from_shape(shape, values);
        self.add(name.into(), &view.expect("as many bytes as the shape has"));
    }

    pub(crate) fn u32(&mut self, name: impl Into<String>, values: &[u32]) {
        self.add(name.into(), &ArrayView1::from(values));
    }

    pub(crate) fn f32<D: Dimension>(&mut self, name: impl Into<String>, values: &ArrayRef<f32, D>) {
        self.add(name.into(), values);
    }

    fn add<T: Element, D: Dimension>(&mut self, name: String, values: &ArrayRef<T, D>) {
        self.0.add(name, values).expect("names are added once");
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.0
            .to_bytes()
            .expect("the header is far below its limit")
    }
}

/// A file's arrays.
pub(crate) struct TensorReader<'a>(TensorFile<'a>);

impl<'a> TensorReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        let file = TensorFile::from_bytes(bytes);
        file.map(Self).map_err(|error| error.to_string())
    }

    fn get<T: Element>(&self, name: &str) -> Result<(Vec<usize>, Vec<T>), String> {
        let array: ArrayD<T> = self.0.get(name).map_err(|error| error.to_string())?;
        Ok((array.shape().to_vec(), array.into_iter().collect()))
    }

    pub(crate) fn u8(&self, name: &str) -> Result<(Vec<usize>, Vec<u8>), String> {
        self.get(name)
    }

    pub(crate) fn u32(&self, name: &str) -> Result<Vec<u32>, String> {
        Ok(self.get(name)?.1)
    }

    pub(crate) fn f32(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), String> {
        self.get(name)
    }
}
