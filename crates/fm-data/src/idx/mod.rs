//! IDX, the array format of MNIST: every header field is validated.
//!
//! A file is two zero bytes, a type code, the rank, one big-endian `u32` for each dimension
//! (slowest first), then the elements, big-endian. All six element types and ranks 1 to 8 are
//! supported. Gzip data, of one or more members, is recognised by its bytes, not by the file's name.
//!
//! The header is compared with the length of the data before anything is allocated, and where that
//! length is not known (gzip, a pipe) memory grows only as data arrives.
//!
//! ```
//! use fm_data::idx::{self, Encoding};
//! use ndarray::array;
//!
//! let bytes = idx::to_bytes(&array![[1i16, -2], [3, 4]], Encoding::Gzip)?;
//! assert_eq!(idx::from_bytes::<i16>(&bytes)?, array![[1i16, -2], [3, 4]].into_dyn());
//!
//! let refused = idx::from_bytes::<f32>(&bytes).unwrap_err();
//! assert_eq!(refused.to_string(), "element type at byte 2: expected f32, found i16");
//! # Ok::<(), idx::IdxError>(())
//! ```

mod element;
mod error;
mod header;
mod read;
mod write;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use ndarray::{ArrayD, IxDyn};

pub use element::{Element, ElementType};
pub use error::{IdxError, IdxErrorKind};
pub use header::{Header, MAX_RANK};
pub use write::{Encoding, save, to_bytes};

use read::Decoder;

/// Bytes read from a file at a time.
const READ_BYTES: usize = 128 * 1024;

/// An array of any of the six element types.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct IdxArray {
    /// Type and dimensions.
    pub header: Header,
    /// The elements as they stand in the file: row-major and big-endian.
    pub bytes: Vec<u8>,
}

impl IdxArray {
    /// The elements as `f64`, which holds each of the six types exactly.
    pub fn values(&self) -> impl ExactSizeIterator<Item = f64> {
        let element = self.header.element;
        let elements = self.bytes.chunks_exact(element.size());
        elements.map(move |be| element.value(be))
    }
}

/// Reads the array in the file at `path`, plain or gzip.
///
/// # Errors
///
/// Everything in [`IdxErrorKind`] that concerns reading, with the path; among them elements of
/// another type than `T`.
pub fn open<T: Element>(path: impl AsRef<Path>) -> Result<ArrayD<T>, IdxError> {
    in_file(path.as_ref(), typed)
}

/// Reads the array from `input`, plain or gzip, to the end of `input`.
///
/// # Errors
///
/// As [`open`], without a path.
pub fn read<T: Element>(input: impl Read) -> Result<ArrayD<T>, IdxError> {
    Ok(typed(Decoder::new(BufReader::new(input), None)?)?)
}

/// Reads the array from the bytes of a whole file, plain or gzip.
///
/// # Errors
///
/// As [`open`], without a path.
pub fn from_bytes<T: Element>(bytes: &[u8]) -> Result<ArrayD<T>, IdxError> {
    Ok(typed(Decoder::new(bytes, Some(bytes.len() as u64))?)?)
}

/// [`open`] for whatever type the elements have.
///
/// # Errors
///
/// As [`open`].
pub fn open_any(path: impl AsRef<Path>) -> Result<IdxArray, IdxError> {
    in_file(path.as_ref(), Decoder::array)
}

/// [`from_bytes`] for whatever type the elements have.
///
/// # Errors
///
/// As [`from_bytes`].
pub fn any_from_bytes(bytes: &[u8]) -> Result<IdxArray, IdxError> {
    Ok(any_of_len(bytes, bytes.len() as u64)?)
}

/// Reads from `input`, which has `len` bytes.
pub(crate) fn any_of_len(input: impl BufRead, len: u64) -> Result<IdxArray, IdxErrorKind> {
    Decoder::new(input, Some(len))?.array()
}

fn in_file<A>(
    path: &Path,
    array: impl FnOnce(Decoder<BufReader<File>>) -> Result<A, IdxErrorKind>,
) -> Result<A, IdxError> {
    let decoder = || {
        let file = File::open(path)?;
        let meta = file.metadata()?;
        if meta.is_dir() {
            return Err(std::io::ErrorKind::IsADirectory.into());
        }
        // A pipe or a device has no length.
        let len = meta.is_file().then_some(meta.len());
        Ok((BufReader::with_capacity(READ_BYTES, file), len))
    };
    decoder()
        .map_err(|error| IdxErrorKind::io("open the file", error))
        .and_then(|(input, len)| array(Decoder::new(input, len)?))
        .map_err(|kind| IdxError {
            path: Some(path.to_owned()),
            kind,
        })
}

fn typed<T: Element, R: BufRead>(decoder: Decoder<R>) -> Result<ArrayD<T>, IdxErrorKind> {
    let (expected, found) = (T::TYPE, decoder.header.element);
    if expected != found {
        let reason = format!("element type at byte 2: expected {expected}, found {found}");
        return Err(IdxErrorKind::Header(reason));
    }
    let IdxArray { header, bytes } = decoder.array()?;
    let too_large = || IdxErrorKind::TooLarge(format!("no memory for an array {header}"));
    let elements = element::elements(bytes).map_err(|_| too_large())?;
    ArrayD::from_shape_vec(IxDyn(&header.dims), elements).map_err(|_| too_large())
}
