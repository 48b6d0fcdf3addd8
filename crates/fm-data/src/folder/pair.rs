//! A file of images and a file of labels as a dataset.

use std::path::Path;

use ndarray::{Array2, ArrayView1, Axis};

use super::load::Loaded;
use crate::idx::{self, IdxArray};
use crate::published::Description;
use crate::{DataError, Dataset};

/// The `part` of `dataset` that two files make.
pub(super) fn dataset(
    dataset: &Description,
    part: &str,
    images: Loaded,
    labels: Loaded,
) -> Result<Dataset, DataError> {
    let (mut pixels, mut size) = image_rows(images.array, &images.path)?;
    if dataset.transposed {
        transpose(&mut pixels, size);
        size = (size.1, size.0);
    }
    if size != dataset.image_size {
        let ((h, w), (height, width)) = (size, dataset.image_size);
        let reason = format!("the images have {h}×{w} pixels, expected {height}×{width}");
        return Err(DataError::invalid(images.path.display(), reason));
    }
    let labels = class_labels(&labels.array, dataset.first_label, &labels.path)?;
    let name = format!("{} {part}", dataset.title());
    Dataset::new(&name, pixels, labels, &dataset.class_names, size)
}

impl Dataset {
    /// Reads any pair of IDX files: images `[rows, height, width]` and labels, each plain or gzip.
    /// Labels are `[rows]` of u8, or QMNIST's `[rows, 8]` of i32, whose first column is the class.
    /// Nothing is compared with a checksum.
    ///
    /// # Errors
    ///
    /// A file that is no such IDX file, or what [`new`](Self::new) refuses.
    pub fn open_idx_pair(
        images: impl AsRef<Path>,
        labels: impl AsRef<Path>,
        class_names: &[impl AsRef<str>],
    ) -> Result<Self, DataError> {
        let (images, labels) = (images.as_ref(), labels.as_ref());
        let (pixels, image_size) = image_rows(idx::open_any(images)?, images)?;
        let classes = class_labels(&idx::open_any(labels)?, 0, labels)?;
        let name = format!("{} with {}", images.display(), labels.display());
        Self::new(&name, pixels, classes, class_names, image_size)
    }
}

/// `[rows, height, width]` as `[rows, height × width]`, and (height, width).
fn image_rows(array: IdxArray, path: &Path) -> Result<(Array2<u8>, (usize, usize)), DataError> {
    let found = format!("{:?} of {}", array.dims(), array.element());
    if let IdxArray::U8(images) = array
        && let &[rows, height, width] = images.shape()
        && let Ok(pixels) = images.into_shape_with_order((rows, height * width))
    {
        return Ok((pixels, (height, width)));
    }
    let reason = format!("images need [rows, height, width] of u8, found {found}");
    Err(DataError::invalid(path.display(), reason))
}

/// Exchanges rows and columns of each image of (height, width).
fn transpose(pixels: &mut Array2<u8>, (height, width): (usize, usize)) {
    let mut image = vec![0; height * width];
    for mut row in pixels.axis_iter_mut(Axis(0)) {
        for y in 0..height {
            for x in 0..width {
                image[x * height + y] = row[y * width + x];
            }
        }
        row.assign(&ArrayView1::from(&image));
    }
}

/// The labels less `first`.
fn class_labels(array: &IdxArray, first: u8, path: &Path) -> Result<Vec<u8>, DataError> {
    let invalid = |reason: String| DataError::invalid(path.display(), reason);
    let labels: Vec<i64> = match array {
        IdxArray::U8(labels) if labels.ndim() == 1 => labels.iter().map(|&n| n.into()).collect(),
        IdxArray::I32(labels) if labels.ndim() == 2 => {
            let first_column = labels.index_axis(Axis(1), 0);
            first_column.iter().map(|&n| n.into()).collect()
        }
        other => {
            let found = format!("{:?} of {}", other.dims(), other.element());
            return Err(invalid(format!(
                "labels need [rows] of u8, or [rows, columns] of i32, found {found}"
            )));
        }
    };
    let shifted = labels.iter().enumerate().map(|(row, label)| {
        u8::try_from(label - i64::from(first)).map_err(|_| {
            let last = u32::from(first) + 255;
            invalid(format!(
                "label of row {row} is {label}, expected {first} to {last}"
            ))
        })
    });
    shifted.collect()
}
