//! A file of images and a file of labels as a dataset.

use std::path::Path;

use ndarray::{Array1, Array2};

use super::load::Loaded;
use crate::idx::{self, ElementType, IdxArray};
use crate::published::Description;
use crate::{DataError, Dataset};

/// The `part` of `dataset` that two files make.
pub(super) fn dataset(
    dataset: &Description,
    part: &str,
    images: Loaded,
    labels: &Loaded,
) -> Result<Dataset, DataError> {
    let (mut pixels, mut size) = image_rows(images.array, &images.path)?;
    if dataset.transposed {
        for mut row in pixels.rows_mut() {
            let image = row.to_shape(size);
            let image = image.map(|image| Array1::from_iter(image.t().iter().copied()));
            image.iter().for_each(|image| row.assign(image));
        }
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
    if let (ElementType::U8, &[rows, height, width]) = (array.header.element, &*array.header.dims)
        && let Ok(pixels) = Array2::from_shape_vec((rows, height * width), array.bytes)
    {
        return Ok((pixels, (height, width)));
    }
    let reason = "images need u8 of [rows, height, width], found";
    Err(DataError::invalid(
        path.display(),
        format!("{reason} {}", array.header),
    ))
}

/// The labels less `first`.
fn class_labels(array: &IdxArray, first: u8, path: &Path) -> Result<Vec<u8>, DataError> {
    let invalid = |reason: String| DataError::invalid(path.display(), reason);
    let columns = match (array.header.element, &*array.header.dims) {
        (ElementType::U8, [_]) => 1,
        (ElementType::I32, &[_, columns]) => columns,
        _ => {
            let reason = "labels need u8 of [rows], or i32 of [rows, columns], found";
            return Err(invalid(format!("{reason} {}", array.header)));
        }
    };
    let labels = array.values().step_by(columns).enumerate();
    let classes = labels.map(|(row, label)| match label - f64::from(first) {
        class @ 0.0..=255.0 => Ok(class as u8),
        _ => {
            let last = u32::from(first) + 255;
            let reason = format!("label of row {row} is {label}, expected {first} to {last}");
            Err(invalid(reason))
        }
    });
    classes.collect()
}
