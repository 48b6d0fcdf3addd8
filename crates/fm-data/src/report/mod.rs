//! What is in the data: rows and brightness of each class, and equal and nearly equal images within
//! and across parts.
//!
//! The first edition of Fashion-MNIST had equal images within and across its parts
//! (zalandoresearch/fashion-mnist#44). In the files published since then all 70,000 images differ;
//! the near pairs are those that differ so little that they show the same picture.
//!
//! ```
//! use fm_data::{Dataset, report::DataReport};
//! use ndarray::array;
//!
//! let pixels = array![[0, 10], [200, 220], [0, 10]];
//! let data = Dataset::new("tiny", pixels, vec![0, 1, 1], &["dark", "light"], (1, 2))?;
//! let (valid, train) = data.hold_out(1)?;
//!
//! let report = DataReport::new(&[("train", &train), ("validation", &valid)], 4.0);
//! assert_eq!(report.parts[0].classes[1].mean_pixel, Some(107.5));
//! assert_eq!(report.alike[0].to_string(), "train 2 (light) = validation 0 (dark)");
//! # Ok::<(), fm_data::DataError>(())
//! ```

mod alike;
mod text;

use serde::{Deserialize, Serialize};

use crate::Dataset;

pub use alike::{AlikePair, PairCounts, RowRef};

/// What some parts of a dataset hold. `Display` gives tables for people, serde a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataReport {
    /// The parts, in the order given.
    pub parts: Vec<PartReport>,
    /// Pairs of alike images for each part, then for each two parts, in the order of the parts.
    pub pairs: Vec<PairCounts>,
    /// The largest root mean square of pixel differences, in grey levels (0 to 255), at which two
    /// images count as nearly equal.
    pub near_rms: f64,
    /// Equal and nearly equal pairs, [`MOST_ALIKE`] at most: those across two parts first, which
    /// make a score look better than it is, and then the closest first.
    pub alike: Vec<AlikePair>,
}

/// The usual limit of nearly equal images: the root mean square of the pixel differences, in grey
/// levels. Fashion-MNIST's pairs below it are one photograph each, as the eye tells.
pub const NEAR_RMS: f64 = 4.0;

/// Pairs of alike images that a report lists one by one; all are counted.
pub const MOST_ALIKE: usize = 1000;

/// What one part holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartReport {
    /// What the part is called: `train`, `validation`, `test`.
    pub part: String,
    /// Number of rows.
    pub rows: usize,
    /// Mean of all pixels, from 0 to 255.
    pub mean_pixel: f64,
    /// The classes in label order.
    pub classes: Vec<ClassReport>,
}

/// What a part holds of one class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassReport {
    /// The label.
    pub label: u8,
    /// The class's name.
    pub name: String,
    /// Number of rows.
    pub rows: usize,
    /// Mean of all pixels of the class, from 0 to 255; none where it has no rows.
    pub mean_pixel: Option<f64>,
}

impl DataReport {
    /// Looks through `parts` of one dataset, each with the name to call it by. Images count as
    /// nearly equal up to `near_rms` grey levels, usually [`NEAR_RMS`]; with 0, only equal ones are
    /// counted.
    ///
    /// Takes seconds for 70,000 images of 28×28. The time grows with the limit, to that of
    /// comparing every image with every other.
    #[must_use]
    pub fn new(parts: &[(&str, &Dataset)], near_rms: f64) -> Self {
        // Not `clamp`, which lets NaN through.
        let near_rms = match near_rms > 0.0 {
            true => near_rms.min(255.0),
            false => 0.0,
        };
        let (pairs, alike) = alike::pairs(parts, near_rms);
        let part = |&(name, data): &(&str, &Dataset)| PartReport::new(name, data);
        Self {
            parts: parts.iter().map(part).collect(),
            pairs,
            near_rms,
            alike,
        }
    }
}

impl PartReport {
    fn new(part: &str, data: &Dataset) -> Self {
        let mut sums = vec![0u64; data.n_classes()];
        for (row, &label) in data.labels().iter().enumerate() {
            sums[usize::from(label)] += sum(data.image(row).unwrap_or_default());
        }
        let (height, width) = data.image_size();
        let mean = |sum: u64, rows: usize| sum as f64 / (rows * height * width) as f64;
        let counts = data.label_counts();
        let classes = (0..=u8::MAX).zip(data.class_names());
        let classes = classes.zip(counts.into_iter().zip(&sums));
        Self {
            part: part.to_owned(),
            rows: data.rows(),
            mean_pixel: mean(sums.iter().sum(), data.rows()),
            classes: classes
                .map(|((label, name), (rows, &sum))| ClassReport {
                    label,
                    name: name.clone(),
                    rows,
                    mean_pixel: (rows > 0).then(|| mean(sum, rows)),
                })
                .collect(),
        }
    }
}

fn sum(pixels: &[u8]) -> u64 {
    pixels.iter().map(|&pixel| u64::from(pixel)).sum()
}
