//! [`TensorFile`]: named arrays and texts in a safetensors file. The one reader and the one writer.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ndarray::{ArrayD, ArrayRef, Dimension};
use safetensors::tensor::Metadata;
use serde_json::json;

use crate::container::length_error;
use crate::error::FileError;

/// Bytes that the header of a file may have, 4 MiB: an array takes about a hundred of them.
const MOST_HEADER: usize = 4 << 20;

/// Bytes of the number in front of the header.
const LENGTH: usize = 8;

/// A type of numbers that a [`TensorFile`] takes: `f32`, `u32` or `u8`.
pub trait Element: Copy {
    /// The format's name of the type.
    const DTYPE: &'static str;
    /// Appends the number, little-endian.
    fn write(self, bytes: &mut Vec<u8>);
    /// All the numbers in `bytes`.
    fn read(bytes: &[u8]) -> Vec<Self>;
}

macro_rules! element {
    ($type:ty, $dtype:literal) => {
        impl Element for $type {
            const DTYPE: &'static str = $dtype;
            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend(self.to_le_bytes());
            }
            fn read(bytes: &[u8]) -> Vec<Self> {
                let (numbers, _) = bytes.as_chunks();
                numbers.iter().map(|&n| Self::from_le_bytes(n)).collect()
            }
        }
    };
}

element!(f32, "F32");
element!(u32, "U32");
element!(u8, "U8");

/// An array as it lies in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor<'a> {
    /// Type of the numbers, as the format calls it: `F32`, `U8`.
    pub dtype: String,
    /// The dimensions, slowest first.
    pub shape: Vec<usize>,
    /// The numbers, little-endian and as many as the shape says.
    pub data: Cow<'a, [u8]>,
    /// Place among the tensors of the file.
    order: usize,
}

/// The arrays and the metadata of a safetensors file, which any language reads:
/// `safetensors.numpy.load_file(path)["arms/transfer/logits"]`.
///
/// Equal contents that are added in the same order are equal bytes. A file that is read is borrowed,
/// not copied.
///
/// ```
/// use fm_nn::tensors::TensorFile;
/// use ndarray::array;
///
/// let mut file = TensorFile::default();
/// file.add("logits", &array![[0.5f32, -1.0], [2.0, 0.0]])?;
/// file.add("labels", &array![0u8, 1])?;
/// file.metadata.insert("seed".to_owned(), "42".to_owned());
/// let bytes = file.to_bytes()?;
///
/// let file = TensorFile::from_bytes(&bytes)?;
/// let logits = file.get::<f32>("logits")?;
/// assert_eq!((logits.shape(), logits[[1, 0]]), (&[2, 2][..], 2.0));
/// assert_eq!(file.metadata["seed"], "42");
/// let error = file.get::<f32>("labels").unwrap_err();
/// assert_eq!(error.to_string(), "tensor \"labels\": expected F32, found U8");
/// # Ok::<(), fm_nn::FileError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TensorFile<'a> {
    tensors: BTreeMap<String, Tensor<'a>>,
    /// Texts by name.
    pub metadata: BTreeMap<String, String>,
}

impl<'a> TensorFile<'a> {
    /// Adds an array; it is copied.
    ///
    /// # Errors
    /// [`FileError::Contents`] if the name is taken, or `__metadata__`, which the format reserves.
    pub fn add<T: Element, D: Dimension>(
        &mut self,
        name: impl Into<String>,
        array: &ArrayRef<T, D>,
    ) -> Result<(), FileError> {
        let name = name.into();
        if name == "__metadata__" || self.tensors.contains_key(&name) {
            return Err(misfit(&name, "a name that is free", "one that is taken"));
        }
        let mut data = Vec::with_capacity(array.len() * size_of::<T>());
        array.iter().for_each(|&number| number.write(&mut data));
        let tensor = Tensor {
            dtype: T::DTYPE.to_owned(),
            shape: array.shape().to_vec(),
            data: Cow::Owned(data),
            order: self.tensors.len(),
        };
        self.tensors.insert(name, tensor);
        Ok(())
    }

    /// A copy of an array.
    ///
    /// # Errors
    /// [`FileError::Contents`] if there is none of this name, or its numbers have another type.
    pub fn get<T: Element>(&self, name: &str) -> Result<ArrayD<T>, FileError> {
        let Some(tensor) = self.tensors.get(name) else {
            return Err(misfit(name, "a tensor of this name", "none"));
        };
        if tensor.dtype != T::DTYPE {
            return Err(misfit(name, T::DTYPE, &tensor.dtype));
        }
        let array = ArrayD::from_shape_vec(tensor.shape.clone(), T::read(&tensor.data));
        array.map_err(|_| misfit(name, "a shape that fits in memory", "a larger one"))
    }

    /// Every array by its name.
    pub fn tensors(&self) -> impl Iterator<Item = (&str, &Tensor<'a>)> {
        self.tensors.iter().map(|(name, t)| (name.as_str(), t))
    }

    /// The file's bytes: first all `f32` and `u32` arrays, then those of `u8`, each in the order in
    /// which they were added.
    ///
    /// # Errors
    /// [`FileError::Contents`] if names, shapes and metadata take more than 4 MiB.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        // Each array lies at a multiple of its numbers' size.
        let mut order: Vec<_> = self.tensors.iter().collect();
        order.sort_by_key(|(_, tensor)| (tensor.dtype == "U8", tensor.order));
        // Not written by the crate, which takes the metadata in an order that differs from run to
        // run. All keys are sorted.
        let mut header = BTreeMap::new();
        if !self.metadata.is_empty() {
            header.insert("__metadata__", json!(self.metadata));
        }
        let mut end = 0;
        for (name, tensor) in &order {
            let start = end;
            end += tensor.data.len();
            let info = json!({
                "data_offsets": [start, end], "dtype": tensor.dtype, "shape": tensor.shape,
            });
            header.insert(name.as_str(), info);
        }
        let mut header = serde_json::to_vec(&header).expect("texts and numbers");
        header.resize(header.len().next_multiple_of(LENGTH), b' ');
        if header.len() > MOST_HEADER {
            return Err(FileError::Contents(format!(
                "names, shapes and metadata take {} bytes, at most {MOST_HEADER} are allowed; \
                 shorten the metadata",
                header.len()
            )));
        }
        let mut bytes = Vec::with_capacity(LENGTH + header.len() + end);
        bytes.extend((header.len() as u64).to_le_bytes());
        bytes.extend(header);
        for (_, tensor) in &order {
            bytes.extend_from_slice(&tensor.data);
        }
        Ok(bytes)
    }

    /// Reads a file. The tensors are borrowed; decoding the header, of 4 MiB at most, can take 24
    /// times its bytes.
    ///
    /// # Errors
    /// [`FileError::Contents`] for what is no such file; never panics.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, FileError> {
        // The framing is checked here and not by the crate, which adds up the lengths in the
        // header without a check for overflow.
        let header = header_bytes(bytes)?;
        let (header, data) = bytes[LENGTH..].split_at(header);
        let parsed: Metadata = serde_json::from_slice(header).map_err(|error| {
            FileError::Contents(format!(
                "the header at offset {LENGTH} is not a safetensors header: {error}"
            ))
        })?;
        // Tensors follow each other without a gap, so the last one's end is the sum of all.
        let (expected, found) = (parsed.data_len() as u64, data.len() as u64);
        if expected != found {
            return Err(length_error(expected, found));
        }
        let names = parsed.offset_keys().into_iter().enumerate();
        let tensors = names.filter_map(|(order, name)| {
            let info = parsed.info(&name)?;
            let (start, end) = info.data_offsets;
            let tensor = Tensor {
                dtype: info.dtype.to_string(),
                shape: info.shape.clone(),
                data: Cow::Borrowed(data.get(start..end)?),
                order,
            };
            Some((name, tensor))
        });
        let metadata = parsed.metadata().iter().flatten();
        Ok(Self {
            tensors: tensors.collect(),
            metadata: metadata.map(|(k, v)| (k.clone(), v.clone())).collect(),
        })
    }
}

pub(super) fn misfit(name: &str, expected: &str, found: &str) -> FileError {
    FileError::Contents(format!(
        "tensor {name:?}: expected {expected}, found {found}"
    ))
}

/// Whether bytes begin as a safetensors file does: with a length and an object's brace.
pub fn is_safetensors(bytes: &[u8]) -> bool {
    bytes.get(LENGTH) == Some(&b'{') && header_bytes(bytes).is_ok()
}

fn header_bytes(bytes: &[u8]) -> Result<usize, FileError> {
    let length = bytes.first_chunk::<LENGTH>();
    let header = length.map_or(u64::MAX, |length| u64::from_le_bytes(*length));
    let room = bytes.len().saturating_sub(LENGTH).min(MOST_HEADER);
    match usize::try_from(header) {
        Ok(header) if header <= room => Ok(header),
        _ => Err(FileError::Contents(format!(
            "not a safetensors file: its header would have {header} bytes, expected at most \
             {MOST_HEADER}, in a file of {}",
            bytes.len()
        ))),
    }
}
