//! Named arrays in a safetensors file: equal arrays are equal bytes, and any language reads them.
//!
//! ```python
//! from safetensors.numpy import load_file
//! load_file("runs/seed-0042.safetensors")["arms/transfer/logits"]
//! ```

use fm_nn::tensors::{self, Contents};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

/// Bytes that a header may have, 1 MiB; an arm takes some hundred of them.
const MOST_HEADER: usize = 1 << 20;

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
pub(crate) struct TensorReader<'a>(Contents<'a>);

impl<'a> TensorReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        let contents = tensors::open(bytes, MOST_HEADER);
        contents.map(Self).map_err(|error| error.to_string())
    }

    /// Shape and little-endian bytes.
    fn get(&self, name: &str, dtype: &str) -> Result<(Vec<usize>, &'a [u8]), String> {
        let mut tensors = self.0.tensors.iter();
        let Some((_, tensor)) = tensors.find(|(other, _)| other == name) else {
            return Err(format!("it has no tensor {name}"));
        };
        if tensor.dtype != dtype {
            return Err(format!("{name}: expected {dtype}, found {}", tensor.dtype));
        }
        Ok((tensor.shape.clone(), tensor.data))
    }

    pub(crate) fn u8(&self, name: &str) -> Result<(Vec<usize>, Vec<u8>), String> {
        let (shape, bytes) = self.get(name, "U8")?;
        Ok((shape, bytes.to_vec()))
    }

    pub(crate) fn u32(&self, name: &str) -> Result<Vec<u32>, String> {
        let (_, bytes) = self.get(name, "U32")?;
        let (words, _) = bytes.as_chunks();
        Ok(words.iter().map(|&word| u32::from_le_bytes(word)).collect())
    }

    pub(crate) fn f32(&self, name: &str) -> Result<(Vec<usize>, Vec<f32>), String> {
        let (shape, bytes) = self.get(name, "F32")?;
        let (words, _) = bytes.as_chunks();
        let values = words.iter().map(|&word| f32::from_le_bytes(word));
        Ok((shape, values.collect()))
    }
}
