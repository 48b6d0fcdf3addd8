//! Named arrays and text in a safetensors file: equal contents are equal bytes.

use std::collections::BTreeMap;

use fm_nn::tensors::{self, Contents};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use sha2::{Digest, Sha256};

/// Bytes that a header may have, 4 MiB: an epoch of a history takes some hundred of them.
const MAX_HEADER: usize = 1 << 22;

/// Arrays on their way into a file.
#[derive(Default)]
pub(crate) struct TensorWriter {
    tensors: BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>,
}

impl TensorWriter {
    pub(crate) fn u8(&mut self, name: &str, shape: &[usize], values: &[u8]) {
        self.add(name, Dtype::U8, shape, values.to_vec());
    }

    pub(crate) fn u32(&mut self, name: &str, values: &[u32]) {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.add(name, Dtype::U32, &[values.len()], bytes);
    }

    pub(crate) fn f32<'a>(
        &mut self,
        name: &str,
        shape: &[usize],
        values: impl IntoIterator<Item = &'a f32>,
    ) {
        let bytes = values.into_iter().flat_map(|v| v.to_le_bytes()).collect();
        self.add(name, Dtype::F32, shape, bytes);
    }

    fn add(&mut self, name: &str, dtype: Dtype, shape: &[usize], bytes: Vec<u8>) {
        self.tensors
            .insert(name.to_owned(), (dtype, shape.to_vec(), bytes));
    }

    /// SHA-256 of a text and of the arrays' bytes, in the order of their names.
    pub(crate) fn digest(&self, text: &str) -> String {
        digest(
            text,
            self.tensors.values().map(|(_, _, bytes)| bytes.as_slice()),
        )
    }

    /// The file.
    pub(crate) fn finish(self, metadata: BTreeMap<String, String>) -> Vec<u8> {
        let views = self.tensors.iter().map(|(name, (dtype, shape, bytes))| {
            let view = TensorView::new(*dtype, shape.clone(), bytes);
            (name.as_str(), view.expect("as many bytes as the shape has"))
        });
        // One entry, since the order of several is another in every process.
        let metadata = serde_json::to_string(&metadata).expect("text is valid JSON");
        let metadata = [("fm".to_owned(), metadata)].into_iter().collect();
        safetensors::serialize(views, Some(metadata)).expect("the header is far below its limit")
    }
}

fn digest<'a>(text: &str, arrays: impl Iterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    hasher.update(text);
    arrays.for_each(|bytes| hasher.update(bytes));
    let digits = hasher.finalize();
    digits.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A file's arrays and text; says in words what is wrong with it.
pub(crate) struct TensorReader<'a> {
    contents: Contents<'a>,
    metadata: BTreeMap<String, String>,
}

impl<'a> TensorReader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Self, String> {
        let contents = tensors::open(bytes, MAX_HEADER).map_err(|error| error.to_string())?;
        let entry = contents.metadata.get("fm");
        let entry = entry.ok_or("it has no metadata of this program")?;
        let metadata = serde_json::from_str(entry).map_err(|error| error.to_string())?;
        Ok(Self { contents, metadata })
    }

    pub(crate) fn metadata(&self, name: &str) -> Result<&str, String> {
        let entry = self.metadata.get(name).map(String::as_str);
        entry.ok_or_else(|| format!("its metadata has no {name}"))
    }

    /// SHA-256 of a text and of the arrays' bytes, in the order of their names.
    pub(crate) fn digest(&self, text: &str) -> String {
        let mut arrays: Vec<_> = self.contents.tensors.iter().collect();
        arrays.sort_by(|(a, _), (b, _)| a.cmp(b));
        digest(text, arrays.iter().map(|(_, tensor)| tensor.data))
    }

    /// Shape and little-endian bytes.
    fn get(&self, name: &str, dtype: &str) -> Result<(Vec<usize>, &'a [u8]), String> {
        let mut tensors = self.contents.tensors.iter();
        let Some((_, tensor)) = tensors.find(|(other, _)| other == name) else {
            return Err(format!("it has no array {name}"));
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
