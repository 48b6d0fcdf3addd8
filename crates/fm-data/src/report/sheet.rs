//! Sample images of every class on one sheet.

use crate::{DataError, Dataset};

/// How the sheet is laid out: one row for each class in label order, the class's first images
/// in dataset order from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContactSheet {
    /// Images of each class. Default 10.
    pub per_class: usize,
    /// Pixels of the sheet for each pixel of an image, across and down. Default 2.
    pub scale: usize,
    /// Pixels of the sheet between images, and around all. Default 4.
    pub gap: usize,
}

impl Default for ContactSheet {
    fn default() -> Self {
        Self {
            per_class: 10,
            scale: 2,
            gap: 4,
        }
    }
}

/// Grey of the gaps, and of places that a class has no image for.
const GROUND: u8 = 48;

/// A sheet of more bytes than this is refused.
const MOST_BYTES: usize = 256 << 20;

impl ContactSheet {
    /// The sheet as an 8-bit grey PNG file.
    ///
    /// # Errors
    ///
    /// No images per class, a scale of zero, or a sheet of more than 256 MiB unpacked.
    pub fn png(&self, data: &Dataset) -> Result<Vec<u8>, DataError> {
        let refused = || {
            let expected = "expected an image, a scale of at least 1, and at most 256 MiB";
            DataError::dataset(
                data.name(),
                format!("no contact sheet of {self:?}: {expected}"),
            )
        };
        let (height, width) = data.image_size();
        let sheet_width = self.extent(self.per_class, width).ok_or_else(refused)?;
        let sheet_height = self.extent(data.n_classes(), height).ok_or_else(refused)?;
        let bytes = sheet_width.checked_mul(sheet_height).ok_or_else(refused)?;
        if self.per_class == 0 || self.scale == 0 || bytes > MOST_BYTES {
            return Err(refused());
        }
        let mut sheet = vec![GROUND; bytes];
        let mut placed = vec![0; data.n_classes()];
        for (row, &label) in data.labels().iter().enumerate() {
            let class = usize::from(label);
            let column = placed[class];
            if column == self.per_class {
                continue;
            }
            placed[class] += 1;
            let top = self.gap + class * (height * self.scale + self.gap);
            let left = self.gap + column * (width * self.scale + self.gap);
            let image = data.image(row).unwrap_or_default();
            for (y, line) in image.chunks_exact(width).enumerate() {
                for copy in 0..self.scale {
                    let start = (top + y * self.scale + copy) * sheet_width + left;
                    let to = sheet[start..].chunks_exact_mut(self.scale);
                    to.zip(line).for_each(|(dots, &pixel)| dots.fill(pixel));
                }
            }
        }
        crate::png_file::encode(&sheet, (sheet_height, sheet_width))
            .map_err(|error| DataError::dataset(data.name(), error.to_string()))
    }

    /// Pixels that `n` images of `side` pixels and the gaps around them take.
    fn extent(&self, n: usize, side: usize) -> Option<usize> {
        let step = side.checked_mul(self.scale)?.checked_add(self.gap)?;
        step.checked_mul(n)?.checked_add(self.gap)
    }
}
