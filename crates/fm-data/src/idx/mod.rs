//! IDX, the array format of MNIST: every header field is validated.
//!
//! A file is two zero bytes, a type code, the rank, one big-endian `u32` for each dimension
//! (slowest first), then the elements, big-endian. All six element types and ranks 1 to 8 are
//! supported. Gzip is recognised by its first two bytes, not by the file's name.
//!
//! | elements | typed | any type |
//! |---|---|---|
//! | from a file | [`open`] | [`open_any`] |
//! | from any [`Read`] | [`read`] | |
//! | from bytes in memory | [`from_bytes`] | [`any_from_bytes`] |
//! | to any `Write`, a file, bytes | [`write()`], [`save`], [`to_bytes`] | [`write_any`] |
//!
//! The header is compared with the length of the data before anything is allocated, and where that
//! length is not known (gzip, a pipe) memory grows only as data arrives. Each fault has its own
//! [`IdxErrorKind`]. Gzip data may have several members.
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

mod dynamic;
mod element;
mod error;
mod header;
mod read;
mod write;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use ndarray::{ArrayD, IxDyn};

pub use dynamic::IdxArray;
pub use element::{Element, ElementType, MAX_RANK};
pub use error::{IdxError, IdxErrorKind};
pub use write::{Encoding, save, to_bytes, write, write_any};

pub(crate) use header::Header;
use read::Decoder;

/// Bytes read from a file at a time.
pub(crate) const READ_BYTES: usize = 128 * 1024;

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
    Ok(typed(Decoder::new(BufReader::new(input), None, true)?)?)
}

/// Reads the array from the bytes of a whole file, plain or gzip.
///
/// # Errors
///
/// As [`open`], without a path.
pub fn from_bytes<T: Element>(bytes: &[u8]) -> Result<ArrayD<T>, IdxError> {
    Ok(typed(Decoder::new(bytes, Some(bytes.len() as u64), true)?)?)
}

/// [`open`] for whatever type the elements have.
///
/// # Errors
///
/// As [`open`].
pub fn open_any(path: impl AsRef<Path>) -> Result<IdxArray, IdxError> {
    in_file(path.as_ref(), any)
}

/// [`from_bytes`] for whatever type the elements have.
///
/// # Errors
///
/// As [`from_bytes`].
pub fn any_from_bytes(bytes: &[u8]) -> Result<IdxArray, IdxError> {
    Ok(any(Decoder::new(bytes, Some(bytes.len() as u64), true)?)?)
}

fn in_file<A>(
    path: &Path,
    array: impl FnOnce(Decoder<BufReader<File>>) -> Result<A, IdxErrorKind>,
) -> Result<A, IdxError> {
    open_file(path)
        .map_err(IdxErrorKind::Open)
        .and_then(|(file, len)| Decoder::new(BufReader::with_capacity(READ_BYTES, file), len, true))
        .and_then(array)
        .map_err(|kind| IdxError::in_file(kind, path))
}

/// Reads from `input`, of which `len` bytes are known to be there; for `check` see [`Decoder::new`].
pub(crate) fn any_of_len(
    input: impl BufRead,
    len: Option<u64>,
    check: bool,
) -> Result<IdxArray, IdxErrorKind> {
    any(Decoder::new(input, len, check)?)
}

/// The file and its length; a pipe or a device has none.
pub(crate) fn open_file(path: &Path) -> std::io::Result<(File, Option<u64>)> {
    let file = File::open(path)?;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    Ok((file, meta.is_file().then_some(meta.len())))
}

fn typed<T: Element, R: BufRead>(mut decoder: Decoder<R>) -> Result<ArrayD<T>, IdxErrorKind> {
    if decoder.header.element != T::TYPE {
        return Err(IdxErrorKind::WrongType {
            expected: T::TYPE,
            found: decoder.header.element,
        });
    }
    let elements = decoder.elements()?;
    let header = decoder.header;
    ArrayD::from_shape_vec(IxDyn(&header.dims), elements).map_err(|_| IdxErrorKind::TooLarge {
        array: header.to_string(),
    })
}

fn any<R: BufRead>(decoder: Decoder<R>) -> Result<IdxArray, IdxErrorKind> {
    Ok(match decoder.header.element {
        ElementType::U8 => IdxArray::U8(typed(decoder)?),
        ElementType::I8 => IdxArray::I8(typed(decoder)?),
        ElementType::I16 => IdxArray::I16(typed(decoder)?),
        ElementType::I32 => IdxArray::I32(typed(decoder)?),
        ElementType::F32 => IdxArray::F32(typed(decoder)?),
        ElementType::F64 => IdxArray::F64(typed(decoder)?),
    })
}
