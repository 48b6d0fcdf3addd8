//! The outside of a safetensors file: its tensors as they lie, and its metadata.

use std::collections::BTreeMap;
use std::sync::Arc;

use safetensors::tensor::Metadata;

use super::TensorError;

/// Bytes that the header of a network may have, 64 kB: those of dense layers have a few thousand.
pub const MOST_HEADER: usize = 64 * 1024;

/// Bytes of the number in front of the header.
const LENGTH: usize = 8;

/// A tensor as it lies in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor<'a> {
    /// Type of the numbers, as the file calls it: `F32`, `U8`.
    pub dtype: String,
    /// Its dimensions, slowest first.
    pub shape: Vec<usize>,
    /// The numbers, little-endian and as many as the shape says.
    pub data: &'a [u8],
}

/// What is in a safetensors file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents<'a> {
    /// Every tensor under its name, in the order in which they lie.
    pub tensors: Vec<(String, Tensor<'a>)>,
    /// What the file says of itself.
    pub metadata: BTreeMap<String, String>,
}

/// Looks whether bytes begin as a safetensors file does: a length, and an object's brace.
pub(super) fn recognise(bytes: &[u8]) -> bool {
    bytes.len() > LENGTH && header_bytes(bytes, MOST_HEADER).is_ok() && bytes[LENGTH] == b'{'
}

fn header_bytes(bytes: &[u8], most: usize) -> Result<usize, TensorError> {
    let length = bytes.first_chunk::<LENGTH>();
    let header = length.map_or(u64::MAX, |length| u64::from_le_bytes(*length));
    let room = bytes.len().saturating_sub(LENGTH).min(most);
    match usize::try_from(header) {
        Ok(header) if header <= room => Ok(header),
        _ => Err(TensorError::Framing {
            header,
            most: most as u64,
            file: bytes.len() as u64,
        }),
    }
}

/// Reads the header of a safetensors file, whatever its tensors are for. A header of more than
/// `most_header` bytes is refused: decoding one can take 24 times its bytes. The tensors are
/// borrowed.
///
/// ```
/// use fm_nn::tensors::{self, MOST_HEADER};
///
/// let header = br#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#;
/// let bytes = [&(header.len() as u64).to_le_bytes(), &header[..], b"xyz"].concat();
/// let contents = tensors::open(&bytes, MOST_HEADER)?;
/// let (name, tensor) = &contents.tensors[0];
/// assert_eq!((name.as_str(), tensor.dtype.as_str()), ("a", "U8"));
/// assert_eq!((tensor.shape.as_slice(), tensor.data), (&[3][..], &b"xyz"[..]));
/// # Ok::<(), tensors::TensorError>(())
/// ```
///
/// # Errors
/// [`TensorError`] for what is no such file; never panics.
pub fn open(bytes: &[u8], most_header: usize) -> Result<Contents<'_>, TensorError> {
    // The framing is checked here and not by the crate, which adds up the lengths that a file
    // speaks of without a check for overflow.
    let header = header_bytes(bytes, most_header)?;
    let (header, data) = bytes[LENGTH..].split_at(header);
    let parsed: Metadata =
        serde_json::from_slice(header).map_err(|source| TensorError::Header {
            source: Arc::new(source),
        })?;
    // Tensors follow each other without a gap, so the last one's end is the sum of all.
    let (expected, found) = (parsed.data_len() as u64, data.len() as u64);
    if expected != found {
        return Err(TensorError::Length { expected, found });
    }
    let tensors = parsed.offset_keys().into_iter().filter_map(|name| {
        let info = parsed.info(&name)?;
        let (start, end) = info.data_offsets;
        let tensor = Tensor {
            dtype: info.dtype.to_string(),
            shape: info.shape.clone(),
            data: data.get(start..end)?,
        };
        Some((name, tensor))
    });
    let metadata = parsed.metadata().iter().flatten();
    Ok(Contents {
        tensors: tensors.collect(),
        metadata: metadata.map(|(k, v)| (k.clone(), v.clone())).collect(),
    })
}

/// A file of these f32 tensors, each a name, a shape and its floats.
///
/// Written here and not by the crate, which takes the metadata in an order that differs from run
/// to run: equal models are equal files.
pub(super) fn write(
    tensors: &[(String, Vec<usize>, Vec<f32>)],
    metadata: &BTreeMap<String, String>,
) -> Result<Vec<u8>, TensorError> {
    let mut header = serde_json::Map::new();
    if !metadata.is_empty() {
        header.insert("__metadata__".to_owned(), serde_json::json!(metadata));
    }
    let mut end = 0;
    for (name, shape, floats) in tensors {
        let start = end;
        end += 4 * floats.len();
        let info = serde_json::json!({
            "dtype": "F32", "shape": shape, "data_offsets": [start, end],
        });
        header.insert(name.clone(), info);
    }
    let mut header = serde_json::Value::Object(header).to_string().into_bytes();
    // The floats begin at a multiple of eight bytes.
    header.resize(header.len().next_multiple_of(LENGTH), b' ');
    if header.len() > MOST_HEADER {
        return Err(TensorError::Metadata {
            key: "text".to_owned(),
            expected: format!("{MOST_HEADER} bytes at most with the names of the tensors"),
            found: format!("{} bytes", header.len()),
        });
    }
    let mut bytes = Vec::with_capacity(LENGTH + header.len() + end);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    for (_, _, floats) in tensors {
        bytes.extend(floats.iter().flat_map(|x| x.to_le_bytes()));
    }
    Ok(bytes)
}
