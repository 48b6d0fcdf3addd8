//! What is in the data: rows and brightness of each class, equal and nearly equal images within
//! and across parts, and a sheet of sample images.
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
//! let report = DataReport::new(&[("train", &train), ("validation", &valid)]);
//! assert_eq!(report.parts[0].classes[1].mean_pixel, Some(107.5));
//! let equal = &report.equal_images[0];
//! assert_eq!(equal.to_string(), "train 2 (light) = validation 0 (dark)");
//! # Ok::<(), fm_data::DataError>(())
//! ```

mod duplicates;
mod near;
#[cfg(feature = "png")]
mod sheet;
mod text;

use serde::{Deserialize, Serialize};

use crate::Dataset;

pub use duplicates::{DuplicateGroup, NearPair, PairCounts, RowRef};
#[cfg(feature = "png")]
pub use sheet::contact_sheet;

/// What some parts of a dataset hold. `Display` gives tables for people, serde a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DataReport {
    /// The parts, in the order given.
    pub parts: Vec<PartReport>,
    /// Pairs of alike images for each part, then for each two parts, in the order of the parts.
    pub pairs: Vec<PairCounts>,
    /// Every set of equal images, in the order of its first row.
    pub equal_images: Vec<DuplicateGroup>,
    /// The largest root mean square of pixel differences, in grey levels (0 to 255), at which two
    /// images count as nearly equal.
    pub near_rms: f64,
    /// The closest pairs of nearly equal images, [`MOST_NEAR_PAIRS`] at most, closest first.
    pub near_images: Vec<NearPair>,
}

/// Nearly equal images differ by at most this root mean square, in grey levels, unless told
/// otherwise. Fashion-MNIST's pairs below it are one photograph each, as the eye tells.
pub const NEAR_RMS: f64 = 4.0;

/// Pairs of nearly equal images that a report lists one by one; all are counted.
pub const MOST_NEAR_PAIRS: usize = 1000;

/// What one part holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PartReport {
    /// What the part is called: `train`, `validation`, `test`.
    pub part: String,
    /// What the data is called that the part is of.
    pub data: String,
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
    /// Looks through `parts`, each with the name to call it by, with [`NEAR_RMS`].
    ///
    /// Equal images are equal byte by byte; images of different sizes are never alike. Takes
    /// seconds for 70,000 images of 28×28.
    #[must_use]
    pub fn new(parts: &[(&str, &Dataset)]) -> Self {
        Self::with_near_rms(parts, NEAR_RMS)
    }

    /// [`new`](Self::new) with another limit for nearly equal images; 0 leaves them out. The
    /// time grows with the limit, to that of comparing every image with every other.
    #[must_use]
    pub fn with_near_rms(parts: &[(&str, &Dataset)], near_rms: f64) -> Self {
        // Not `clamp`, which lets NaN through.
        let near_rms = if near_rms > 0.0 {
            near_rms.min(255.0)
        } else {
            0.0
        };
        let places = duplicates::places(parts);
        let names: Vec<&str> = parts.iter().map(|&(name, _)| name).collect();
        let mut counts = duplicates::Counts::new(&names);
        let mut closest = near::Closest::new(MOST_NEAR_PAIRS);
        if near_rms > 0.0 {
            near::pairs(parts, &places, near_rms, |near| {
                counts.add_near(near.one, near.other);
                closest.add(near);
            });
        }
        let groups = duplicates::groups(parts, places);
        groups.iter().for_each(|group| counts.add_equal(group));
        let row_ref = |place| duplicates::row_ref(parts, place);
        let near_pair = |near: &near::Near| {
            let (height, width) = parts[near.one.part].1.image_size();
            NearPair {
                one: row_ref(near.one),
                other: row_ref(near.other),
                rms: (near.distance as f64 / (height * width) as f64).sqrt(),
            }
        };
        Self {
            parts: parts
                .iter()
                .map(|&(name, data)| PartReport::new(name, data))
                .collect(),
            pairs: counts.counts,
            equal_images: groups
                .into_iter()
                .map(|group| DuplicateGroup {
                    rows: group.into_iter().map(row_ref).collect(),
                })
                .collect(),
            near_rms,
            near_images: closest.into_sorted().iter().map(near_pair).collect(),
        }
    }
}

impl PartReport {
    fn new(part: &str, data: &Dataset) -> Self {
        let mut sums = vec![0u64; data.n_classes()];
        for (row, &label) in data.labels().iter().enumerate() {
            let image = data.image(row).unwrap_or_default();
            sums[usize::from(label)] += image.iter().map(|&pixel| u64::from(pixel)).sum::<u64>();
        }
        let (height, width) = data.image_size();
        let mean = |sum: u64, rows: usize| sum as f64 / (rows * height * width) as f64;
        let classes = data
            .class_names()
            .iter()
            .zip(data.label_counts())
            .zip(&sums);
        Self {
            part: part.to_owned(),
            data: data.name().to_owned(),
            rows: data.rows(),
            mean_pixel: mean(sums.iter().sum(), data.rows()),
            classes: (0..=u8::MAX)
                .zip(classes)
                .map(|(label, ((name, rows), &sum))| ClassReport {
                    label,
                    name: name.clone(),
                    rows,
                    mean_pixel: (rows > 0).then(|| mean(sum, rows)),
                })
                .collect(),
        }
    }
}
