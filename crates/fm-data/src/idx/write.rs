//! Writing IDX data, plain or gzip.

use std::io::{self, Write};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use ndarray::{ArrayBase, Data, Dimension};

use super::dynamic::each;
use super::error::{IdxError, IdxErrorKind};
use super::header::Header;
use super::{Element, IdxArray};

/// How the bytes of a file are stored. Reading needs no such choice: it looks at the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// As they are.
    #[default]
    Plain,
    /// As one gzip member without name and time, so that equal arrays give equal files.
    Gzip,
}

/// Writes `array` to `out` in dataset (row-major) order. `out` should be buffered.
///
/// # Errors
///
/// A rank outside 1 to 8, a dimension of zero or above 4294967295, or an error of `out`.
pub fn write<T: Element, S: Data<Elem = T>, D: Dimension>(
    array: &ArrayBase<S, D>,
    mut out: impl Write,
    encoding: Encoding,
) -> Result<(), IdxError> {
    let header = Header::new(T::TYPE, array.shape())?;
    match encoding {
        Encoding::Plain => {
            put(&header, array, &mut out)?;
            out.flush().map_err(IdxErrorKind::Write)?;
        }
        Encoding::Gzip => {
            let mut gzip = GzBuilder::new().mtime(0).write(out, Compression::default());
            put(&header, array, &mut gzip)?;
            gzip.finish()
                .and_then(|mut out| out.flush())
                .map_err(IdxErrorKind::Write)?;
        }
    }
    Ok(())
}

/// [`write()`] for an array of any element type.
///
/// # Errors
///
/// As [`write()`].
pub fn write_any(array: &IdxArray, out: impl Write, encoding: Encoding) -> Result<(), IdxError> {
    each!(array, array => write(array, out, encoding))
}

/// The bytes of a whole file.
///
/// # Errors
///
/// A rank outside 1 to 8, or a dimension of zero or above 4294967295.
pub fn to_bytes<T: Element, S: Data<Elem = T>, D: Dimension>(
    array: &ArrayBase<S, D>,
    encoding: Encoding,
) -> Result<Vec<u8>, IdxError> {
    let mut bytes = Vec::new();
    write(array, &mut bytes, encoding)?;
    Ok(bytes)
}

/// Writes `array` to a file, whole or not at all: a file that is there is replaced only once the
/// new one is complete.
///
/// # Errors
///
/// As [`write()`], with the path. A link, a folder or a device under that name is not replaced.
pub fn save<T: Element, S: Data<Elem = T>, D: Dimension>(
    array: &ArrayBase<S, D>,
    path: impl AsRef<Path>,
    encoding: Encoding,
) -> Result<(), IdxError> {
    let path = path.as_ref();
    let in_file = |kind| IdxError::in_file(kind, path);
    // Checks the shape before creating a file.
    Header::new(T::TYPE, array.shape()).map_err(in_file)?;
    crate::file::save_with(path, |out| {
        write(array, out, encoding).map_err(|error| match error.kind {
            IdxErrorKind::Write(error) => error,
            other => io::Error::other(other),
        })
    })
    .map_err(|error| in_file(IdxErrorKind::Write(error)))
}

fn put<T: Element, S: Data<Elem = T>, D: Dimension>(
    header: &Header,
    array: &ArrayBase<S, D>,
    out: &mut impl Write,
) -> Result<(), IdxErrorKind> {
    /// Bytes gathered before they are passed on.
    const CHUNK: usize = 16 * 1024;
    let mut bytes = header.to_bytes();
    for &element in array {
        if bytes.len() >= CHUNK {
            out.write_all(&bytes).map_err(IdxErrorKind::Write)?;
            bytes.clear();
        }
        element.put_be(&mut bytes);
    }
    out.write_all(&bytes).map_err(IdxErrorKind::Write)
}
