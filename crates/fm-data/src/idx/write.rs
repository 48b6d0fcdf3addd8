//! Writing IDX data, plain or gzip.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use ndarray::{ArrayBase, Data, Dimension};

use super::Element;
use super::error::{IdxError, IdxErrorKind};
use super::header::Header;

/// How the bytes of a file are stored. Reading needs no such choice: it looks at the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Plain,
    /// As one gzip member without name and time, so that equal arrays give equal files.
    Gzip,
}

/// The bytes of a whole file, with the elements in row-major order.
///
/// # Errors
///
/// A rank outside 1 to 8, or a dimension of zero or above 4294967295.
pub fn to_bytes<T: Element, S: Data<Elem = T>, D: Dimension>(
    array: &ArrayBase<S, D>,
    encoding: Encoding,
) -> Result<Vec<u8>, IdxError> {
    let mut bytes = Header::new(T::TYPE, array.shape())?.to_bytes();
    array.iter().for_each(|element| element.put_be(&mut bytes));
    if encoding == Encoding::Plain {
        return Ok(bytes);
    }
    let mut gzip = GzBuilder::new().write(Vec::new(), Compression::default());
    let written = gzip.write_all(&bytes).and_then(|()| gzip.finish());
    Ok(written.map_err(|error| IdxErrorKind::io("compress", error))?)
}

/// Writes `array` to a file, whole or not at all: a file that is there is replaced only once the
/// new one is complete.
///
/// # Errors
///
/// As [`to_bytes`], with the path. A link, a folder or a device under that name is not replaced.
pub fn save<T: Element, S: Data<Elem = T>, D: Dimension>(
    array: &ArrayBase<S, D>,
    path: impl AsRef<Path>,
    encoding: Encoding,
) -> Result<(), IdxError> {
    let path = path.as_ref();
    to_bytes(array, encoding)
        .and_then(|bytes| {
            crate::save(path, &bytes).map_err(|error| IdxErrorKind::io("write", error).into())
        })
        .map_err(|error| IdxError {
            path: Some(path.to_owned()),
            ..error
        })
}
