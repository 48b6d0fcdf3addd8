//! Labelled images: u8 pixels, u8 labels, class names, and the number of each row in its file.

use std::sync::Arc;

use ndarray::{ArcArray2, Array2, ArrayView2, ArrayView3, Axis};

use crate::DataError;

/// Images with labels, immutable.
///
/// Every row keeps its number in the file that it came from, through any chain of splits. Cloning
/// is cheap, and parts that are a run of rows ([`first`](Self::first),
/// [`hold_out`](Self::hold_out)) share the pixels of the whole.
#[derive(Debug, Clone)]
pub struct Dataset {
    name: Arc<str>,
    pixels: ArcArray2<u8>,
    pub(crate) labels: Arc<[u8]>,
    row_numbers: Arc<[u32]>,
    pub(crate) class_names: Arc<[String]>,
    image_size: (usize, usize),
}

impl Dataset {
    /// A dataset of `pixels` (`[rows, height × width]`) with one label per row, each below the
    /// number of class names. `image_size` is (height, width); `name` is what messages
    /// call the data. Rows are numbered from 0.
    ///
    /// # Errors
    ///
    /// No rows or more than 4294967295, pixels that do not make images of that size, other
    /// numbers of images and labels, no classes or more than 256, a label out of range.
    pub fn new(
        name: &str,
        pixels: Array2<u8>,
        labels: Vec<u8>,
        class_names: &[impl AsRef<str>],
        image_size: (usize, usize),
    ) -> Result<Self, DataError> {
        let refused = |reason| Err(DataError::invalid(name, reason));
        let (rows, n_pixels) = pixels.dim();
        let (height, width) = image_size;
        if n_pixels == 0 || height.checked_mul(width) != Some(n_pixels) {
            let reason = format!("{n_pixels} pixels a row do not make images of {height}×{width}");
            return refused(reason);
        }
        let found = labels.len();
        if rows != found {
            let reason = "the two files do not belong together";
            return refused(format!("{rows} images but {found} labels; {reason}"));
        }
        let row_count = match u32::try_from(rows) {
            Ok(n) if n > 0 => n,
            _ => return refused(format!("expected 1 to 4294967295 rows, found {rows}")),
        };
        let n_classes = class_names.len();
        if n_classes == 0 || n_classes > 256 {
            return refused(format!("expected 1 to 256 classes, found {n_classes}"));
        }
        let unprintable = |name: &str| name.is_empty() || name.contains(char::is_control);
        let names = class_names.iter();
        let mut numbered = names.clone().map(AsRef::as_ref).enumerate();
        if let Some((class, name)) = numbered.find(|(_, name)| unprintable(name)) {
            let reason = format!("class {class} has the name {name:?}, which cannot be printed");
            return refused(reason);
        }
        let out_of_range = |&label: &u8| usize::from(label) >= n_classes;
        if let Some(row) = labels.iter().position(out_of_range) {
            let label = labels[row];
            return refused(format!(
                "label of row {row} is {label}, but there are {n_classes} classes, numbered from 0"
            ));
        }
        // Row-major order is what `image` and the hashes rely on.
        let pixels = if pixels.is_standard_layout() {
            pixels
        } else {
            pixels.as_standard_layout().into_owned()
        };
        Ok(Self {
            name: name.into(),
            pixels: pixels.into_shared(),
            labels: labels.into(),
            row_numbers: (0..row_count).collect(),
            class_names: names.map(|name| name.as_ref().to_owned()).collect(),
            image_size,
        })
    }

    /// What messages call the data that the rows came from.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of rows: images and labels.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// All pixels, `[rows, height × width]`, row-major.
    #[must_use]
    pub fn pixels(&self) -> ArrayView2<'_, u8> {
        self.pixels.view()
    }

    /// All images, `[rows, height, width]`.
    #[must_use]
    pub fn images(&self) -> ArrayView3<'_, u8> {
        let (height, width) = self.image_size;
        let shape = (self.rows(), height, width);
        let images = ArrayView3::from_shape(shape, self.pixel_bytes());
        images.expect("whole rows of a row-major array")
    }

    /// The pixels of one row, height × width; `None` past the last row.
    #[must_use]
    pub fn image(&self, row: usize) -> Option<&[u8]> {
        let n = self.pixels.ncols();
        (row < self.rows()).then(|| &self.pixel_bytes()[row * n..][..n])
    }

    /// One label per row, each below [`n_classes`](Self::n_classes).
    #[must_use]
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// The number of each row in the file that it came from, from 0.
    #[must_use]
    pub fn row_numbers(&self) -> &[u32] {
        &self.row_numbers
    }

    /// Class names in label order.
    #[must_use]
    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// Number of classes, whether or not each has rows.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.class_names.len()
    }

    /// Height and width of an image in pixels.
    #[must_use]
    pub fn image_size(&self) -> (usize, usize) {
        self.image_size
    }

    /// Rows of each class, in label order.
    #[must_use]
    pub fn label_counts(&self) -> Vec<usize> {
        let mut counts = vec![0; self.n_classes()];
        for &label in self.labels() {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// All pixels in one run of bytes.
    pub(crate) fn pixel_bytes(&self) -> &[u8] {
        // Always whole rows of a row-major array: made so in `new`, kept so by `run` and `pick`.
        self.pixels.as_slice().unwrap_or_default()
    }

    /// Rows `start..end`, sharing the pixels. The range must be within the rows and not empty.
    pub(crate) fn run(&self, start: usize, end: usize) -> Self {
        let mut pixels = self.pixels.clone();
        pixels.slice_axis_inplace(Axis(0), (start..end).into());
        Self {
            pixels,
            labels: self.labels[start..end].into(),
            row_numbers: self.row_numbers[start..end].into(),
            ..self.clone()
        }
    }

    /// The rows at these positions, in this order. Positions must be within the rows.
    pub(crate) fn pick(&self, positions: &[usize]) -> Self {
        let n = self.pixels.ncols();
        let mut pixels = Vec::with_capacity(positions.len() * n);
        crate::memory::prefer_large_pages(&mut pixels);
        let rows = positions.iter();
        for &row in rows.clone() {
            pixels.extend_from_slice(self.image(row).unwrap_or_default());
        }
        Self {
            // Exactly that many bytes.
            pixels: Array2::from_shape_vec((positions.len(), n), pixels)
                .unwrap_or_default()
                .into_shared(),
            labels: rows.clone().map(|&row| self.labels[row]).collect(),
            row_numbers: rows.map(|&row| self.row_numbers[row]).collect(),
            ..self.clone()
        }
    }
}
