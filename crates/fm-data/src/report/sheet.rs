//! Sample images of every class on one sheet.

use crate::{DataError, Dataset};

/// Images of each class.
const PER_CLASS: usize = 10;
/// Pixels of the sheet for each pixel of an image, across and down.
const SCALE: usize = 2;
/// Pixels of the sheet between images, and around all.
const GAP: usize = 4;
/// Grey of the gaps, and of places that a class has no image for.
const GROUND: u8 = 48;
/// A sheet of more bytes than this is refused.
const MOST_BYTES: usize = 256 << 20;

/// A sheet with one row for each class in label order, the class's first ten images in dataset
/// order from left to right at twice their size, as an 8-bit grey PNG file.
///
/// # Errors
///
/// A sheet of more than 256 MiB unpacked.
pub fn contact_sheet(data: &Dataset) -> Result<Vec<u8>, DataError> {
    let (height, width) = data.image_size();
    let extent = |n: usize, side: usize| {
        let step = side.checked_mul(SCALE)?.checked_add(GAP)?;
        step.checked_mul(n)?.checked_add(GAP)
    };
    let sides = (extent(data.n_classes(), height), extent(PER_CLASS, width));
    let (sheet_height, sheet_width) = match sides {
        (Some(height), Some(width)) if height.saturating_mul(width) <= MOST_BYTES => {
            (height, width)
        }
        _ => {
            let reason = "the contact sheet would have more than 256 MiB";
            return Err(DataError::invalid(data.name(), reason));
        }
    };
    let mut sheet = vec![GROUND; sheet_height * sheet_width];
    let mut placed = vec![0; data.n_classes()];
    for (row, &label) in data.labels().iter().enumerate() {
        let class = usize::from(label);
        let column = placed[class];
        if column == PER_CLASS {
            continue;
        }
        placed[class] += 1;
        let top = GAP + class * (height * SCALE + GAP);
        let left = GAP + column * (width * SCALE + GAP);
        let image = data.image(row).unwrap_or_default();
        for (y, line) in image.chunks_exact(width).enumerate() {
            for copy in 0..SCALE {
                let start = (top + y * SCALE + copy) * sheet_width + left;
                let to = sheet[start..].chunks_exact_mut(SCALE);
                to.zip(line).for_each(|(dots, &pixel)| dots.fill(pixel));
            }
        }
    }
    crate::png_file::encode(&sheet, (sheet_height, sheet_width))
        .map_err(|error| DataError::invalid(data.name(), error))
}
