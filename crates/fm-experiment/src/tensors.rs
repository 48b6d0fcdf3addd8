//! Named arrays in a safetensors file: equal arrays are equal bytes, and any language reads them.
//!
//! ```python
//! from safetensors.numpy import load_file
//! load_file("runs/seed-0042.safetensors")["arms/transfer/logits"]
//! ```

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};

/// Arrays on their way into a file.
#[derive(Default)]
pub(crate) struct TensorWriter {
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
}

impl TensorWriter {
    pub(crate) fn u8(&mut self, name: impl Into<String>, shape: &[usize], values: &[u8]) {
        self.add(name.into(), Dtype::U8, shape, values.to_vec());
    }

    pub(crate) fn u32(&mut self, name: impl Into<String>, values: &[u32]) {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.add(name.into(), Dtype::U32, &[values.len()], bytes);
    }

    pub(crate) fn f32<'a>(
        &mut self,
        name: impl Into<String>,
        shape: &[usize],
        values: impl IntoIterator<Item = &'a f32>,
    ) {
        let bytes = values.into_iter().flat_map(|v| v.to_le_bytes()).collect();
        self.add(name.into(), Dtype::F32, shape, bytes);
    }

    fn add(&mut self, name: String, dtype: Dtype, shape: &[usize], bytes: Vec<u8>) {
        self.tensors.push((name, dtype, shape.to_vec(), bytes));
    }

    /// The file. The format orders the arrays by type and name, so the order of adding is nothing.
    pub(crate) fn finish(self) -> Vec<u8> {
        let views = self.tensors.iter().map(|(name, dtype, shape, bytes)| {
            let view = TensorView::new(*dtype, shape.clone(), bytes);
            (name.as_str(), view.expect("as many bytes as the shape has"))
        });
        safetensors::serialize(views, None).expect("the header is far below its limit")
    }
}

/// A file's arrays; says what is wrong with it in words.
pub(crate) struct TensorReader<'a>(SafeTensors<'a>);

impl<'a> TensorReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        match SafeTensors::deserialize(bytes) {
            Ok(tensors) => Ok(Self(tensors)),
            Err(error) => Err(format!("no safetensors file ({error})")),
        }
    }

    /// Shape and little-endian bytes.
    fn get(&self, name: &str, dtype: Dtype) -> Result<(Vec<usize>, &'a [u8]), String> {
        let view = self
            .0
            .tensor(name)
            .map_err(|_| format!("it has no tensor {name}"))?;
        if view.dtype() != dtype {
            return Err(format!("{name}: expected {dtype}, found {}", view.dtype()));
        }
        Ok((view.shape().to_vec(), view.data()))
    }

    pub(crate) fn u8(&self, name: &str) -> Result<(Vec<usize>, Vec<u8>), String> {
        let (shape, bytes) = self.get(name, Dtype::U8)?;
        Ok((shape, bytes.to_vec()))
    }

    pub(crate) fn u32(&self, name: &str) -> Result<Vec<u32>, String> {
        let (_, bytes) = self.get(name, Dtype::U32)?;
        let (words, _) = bytes.as_chunks();
        Ok(words.iter().map(|&word| u32::from_le_bytes(word)).collect())
    }

    pub(crate) fn f32(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), String> {
        let (shape, bytes) = self.get(name, Dtype::F32)?;
        let (words, _) = bytes.as_chunks();
        let values = words.iter().map(|&word| f32::from_le_bytes(word));
        Ok((shape, values.collect()))
    }
}
