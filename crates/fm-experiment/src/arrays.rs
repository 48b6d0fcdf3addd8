//! Arrays of safetensors files.

use fm_nn::tensors::{Element, TensorFile};
use ndarray::{Array, ArrayRef, Dimension};

/// What is wrong with a file of the store, in words.
pub(crate) type Wrong = Box<dyn std::error::Error>;

/// An array of a file, of so many dimensions.
pub(crate) fn array<T: Element, D: Dimension>(
    file: &TensorFile<'_>,
    name: &str,
) -> Result<Array<T, D>, Wrong> {
    let array = file.get::<T>(name)?.into_dimensionality::<D>();
    Ok(array.map_err(|_| format!("{name} has another number of dimensions"))?)
}

/// The array of a file of one.
pub(crate) fn array_of<T: Element, D: Dimension>(
    bytes: &[u8],
    name: &str,
) -> Result<Array<T, D>, Wrong> {
    array(&TensorFile::from_bytes(bytes)?, name)
}

/// The bytes of a file of one array.
pub(crate) fn file_of<T: Element, D: Dimension>(name: &str, array: &ArrayRef<T, D>) -> Vec<u8> {
    let mut file = TensorFile::default();
    let bytes = file.add(name, array).and_then(|()| file.to_bytes());
    bytes.expect("one array and a short header")
}
