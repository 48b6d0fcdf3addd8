//! A stand-in for Fashion-MNIST that needs no files and no network: garments of the same ten
//! classes, drawn.
//!
//! Each image is 28×28 grey pixels on black: silhouettes filled with exact area coverage, with
//! drawn variation in cut, place, tone, pattern, folds and grain. The classes share what real
//! garments share: T-shirts, pullovers, coats, shirts and dresses are one construction of body and
//! sleeves with other measures and trimmings ([`CLASS_NAMES`] 0, 2, 3, 4 and 6), and sandals,
//! sneakers and ankle boots one sole and profile of a foot (5, 7 and 9). So the hard pairs are those
//! of the original, and a network that was trained on some classes has learned of the others.
//!
//! It is for trying things out, for tests, and for where the original cannot be had. Results on it
//! say nothing about results on photographs.
//!
//! ```
//! use fm_data::synthetic::{self, Options};
//!
//! let data = synthetic::generate(&Options {
//!     train_rows: 200,
//!     test_rows: 50,
//!     ..Options::default()
//! })?;
//! assert_eq!(data.train.pixels().dim(), (200, 784));
//! // Every ten rows from the first hold one of each class, in random order.
//! assert_eq!(data.test.label_counts(), [5; 10]);
//! # Ok::<(), synthetic::SyntheticError>(())
//! ```
//!
//! # The same bytes everywhere
//!
//! The bytes follow from [`VERSION`], seed, part and row number alone: not from the number of rows
//! or threads, nor from the machine. Row numbers choose ChaCha8 streams, and the drawing uses only
//! what IEEE 754 defines to the last bit.

mod bag;
mod canvas;
mod draw;
mod fabric;
mod footwear;
mod outline;
mod sandal;
mod shoes;
mod tops;
mod trimmings;
mod trousers;
mod wardrobe;

use std::thread;

use ndarray::Array2;

use crate::checksum::sha256;
use crate::dataset::matrix;
use crate::published::CLASS_NAMES;

/// Side of an image in pixels.
pub(crate) const SIDE: usize = 28;
/// Pixels of an image.
pub(crate) const PIXELS: usize = SIDE * SIDE;
use crate::{DataError, Dataset, FileChecksum};
use canvas::{Canvas, Placement};
use draw::Draw;

/// Which drawing this is. A change to any byte that comes out is a new version.
pub const VERSION: u32 = 1;

const CLASSES: usize = CLASS_NAMES.len();

/// How many images of which drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Rows of the training set. Default 60,000, as in the original.
    pub train_rows: usize,
    /// Rows of the test set. Default 10,000, as in the original.
    pub test_rows: usize,
    /// Another seed draws other images in another order. Default 0.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            train_rows: 60_000,
            test_rows: 10_000,
            seed: 0,
        }
    }
}

/// One of the two sets. They have no stream of draws in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The training set.
    Train,
    /// The test set.
    Test,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// A drawn training and test set.
#[derive(Debug, Clone)]
pub struct Synthetic {
    /// Named `synthetic garments 1, seed 0, train` (version and seed as they are).
    pub train: Dataset,
    /// Named likewise, `test`.
    pub test: Dataset,
}

impl Synthetic {
    /// SHA-256 of the pixels and of the labels of both sets, for records. Takes a few tenths of a
    /// second at the default size.
    #[must_use]
    pub fn checksums(&self) -> Vec<FileChecksum> {
        let mut checksums = Vec::with_capacity(4);
        for data in [&self.train, &self.test] {
            for (what, bytes) in [("pixels", data.pixel_bytes()), ("labels", data.labels())] {
                checksums.push(FileChecksum {
                    name: format!("{}, {what}", data.name()),
                    sha256: sha256(bytes),
                });
            }
        }
        checksums
    }
}

/// Why the images could not be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyntheticError {
    /// The memory for the images is not to be had.
    #[error(
        "no memory for {rows} synthetic images of {PIXELS} bytes each in the {part} set; ask for \
         fewer rows"
    )]
    Memory {
        /// `train` or `test`.
        part: &'static str,
        /// The rows asked for.
        rows: usize,
    },

    /// The rows do not make a data set: none, or more than it can number.
    #[error(transparent)]
    Data(#[from] DataError),
}

/// What plans and results folders call this data.
pub const NAME: &str = "synthetic";

/// Draws both sets.
///
/// # Errors
///
/// No rows in one of the sets, more than 4294967295, or more than there is memory for.
pub fn generate(options: &Options) -> Result<Synthetic, SyntheticError> {
    let set = |part: Part, rows: usize| -> Result<Dataset, SyntheticError> {
        let name = format!(
            "synthetic garments {VERSION}, seed {}, {}",
            options.seed,
            part.name()
        );
        let (pixels, labels) = images(options.seed, part, rows)?;
        Ok(Dataset::new(
            &name,
            pixels,
            labels,
            &CLASS_NAMES,
            (SIDE, SIDE),
        )?)
    };
    Ok(Synthetic {
        train: set(Part::Train, options.train_rows)?,
        test: set(Part::Test, options.test_rows)?,
    })
}

/// The first `rows` images of a set, `[rows, 784]`, and their labels.
///
/// Rows `10 k` to `10 k + 9` hold one image of each class in random order, so that any number of
/// rows begins with the same rows, and any multiple of ten has as many of each class.
/// Two threads share the work where there are two cores.
///
/// # Errors
///
/// More rows than there is memory for.
pub fn images(seed: u64, part: Part, rows: usize) -> Result<(Array2<u8>, Vec<u8>), SyntheticError> {
    let out_of_memory = || SyntheticError::Memory {
        part: part.name(),
        rows,
    };
    let bytes = rows.checked_mul(PIXELS).ok_or_else(out_of_memory)?;
    let mut pixels = zeroed(bytes).ok_or_else(out_of_memory)?;
    let mut labels = zeroed(rows).ok_or_else(out_of_memory)?;
    let key = key(seed, part);
    // Whole blocks of ten on either side.
    let half = match thread::available_parallelism() {
        Ok(cores) if cores.get() > 1 => rows.div_ceil(2 * CLASSES) * CLASSES,
        _ => rows,
    };
    let half = half.min(rows);
    let (pixels_here, pixels_there) = pixels.split_at_mut(half * PIXELS);
    let (labels_here, labels_there) = labels.split_at_mut(half);
    let there_is_a_thread = thread::scope(|scope| {
        let there = || draw_rows(key, half, pixels_there, labels_there);
        let spawned = thread::Builder::new().spawn_scoped(scope, there);
        draw_rows(key, 0, pixels_here, labels_here);
        spawned.is_ok()
    });
    if !there_is_a_thread {
        draw_rows(key, half, pixels_there, labels_there);
    }
    Ok((matrix(pixels, rows, PIXELS), labels))
}

fn zeroed(bytes: usize) -> Option<Vec<u8>> {
    let mut vec = Vec::new();
    vec.try_reserve_exact(bytes).ok()?;
    crate::memory::prefer_large_pages(&mut vec);
    vec.resize(bytes, 0);
    Some(vec)
}

/// The ChaCha key of a set.
fn key(seed: u64, part: Part) -> [u8; 32] {
    let mut key = *b"fm-data garmentsSEEDSEEDVERSpart";
    key[16..24].copy_from_slice(&seed.to_le_bytes());
    key[24..28].copy_from_slice(&VERSION.to_le_bytes());
    key[28..32].copy_from_slice(match part {
        Part::Train => b"trai",
        Part::Test => b"test",
    });
    key
}

/// Fills a run of rows that starts at row `first`, a multiple of ten.
fn draw_rows(key: [u8; 32], first: usize, pixels: &mut [u8], labels: &mut [u8]) {
    let mut order = [0; CLASSES];
    let images = pixels.chunks_exact_mut(PIXELS);
    for (row, (image, label)) in (first..).zip(images.zip(labels)) {
        if row % CLASSES == 0 {
            order = block_labels(key, (row / CLASSES) as u64);
        }
        *label = order[row % CLASSES];
        draw_image(key, row as u64, *label, image);
    }
}

/// The ten classes in the order in which they stand in a block of rows (Fisher and Yates).
fn block_labels(key: [u8; 32], block: u64) -> [u8; CLASSES] {
    let mut draw = Draw::of_labels(key, block);
    let mut order = std::array::from_fn(|class| class as u8);
    for i in (1..CLASSES).rev() {
        order.swap(i, draw.below(i as u32 + 1) as usize);
    }
    order
}

/// Draws the garment of one row, by its label.
fn draw_image(key: [u8; 32], row: u64, label: u8, image: &mut [u8]) {
    let draw = &mut Draw::of_row(key, row);
    let canvas = &mut Canvas::new(Placement::random(draw));
    match label {
        0 => wardrobe::t_shirt(canvas, draw),
        1 => trousers::trouser(canvas, draw),
        2 => wardrobe::pullover(canvas, draw),
        3 => wardrobe::dress(canvas, draw),
        4 => wardrobe::coat(canvas, draw),
        5 => sandal::sandal(canvas, draw),
        6 => wardrobe::shirt(canvas, draw),
        7 => shoes::sneaker(canvas, draw),
        8 => bag::bag(canvas, draw),
        _ => shoes::ankle_boot(canvas, draw),
    }
    let grain = draw.between(2.0, 14.0);
    canvas.finish(draw, grain, image);
}
