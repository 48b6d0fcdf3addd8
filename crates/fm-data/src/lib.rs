//! Image data that can be trusted: IDX files, Fashion-MNIST with checksums, and splits that say
//! which rows they hold.
//!
//! An IDX file, plain or gzip, in five lines:
//!
//! ```
//! use fm_data::idx;
//!
//! // Two images of 1×3 bytes: the header, then the pixels. `idx::open(path)` reads a file.
//! let file = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 10, 20, 30, 40, 50, 60];
//! let images = idx::from_bytes::<u8>(&file)?;
//! assert_eq!(images.shape(), [2, 1, 3]);
//! assert_eq!(images[[1, 0, 2]], 60);
//! # Ok::<(), idx::IdxError>(())
//! ```
//!
//! Nothing is believed before it is seen: a header that lies, a file cut short, a gzip bomb, an
//! error page saved under a data file's name each end in an error that says what is where, and
//! never in a panic or a large allocation.
//!
//! # What is here
//!
//! - [`idx`]: reading and writing all six element types and ranks 1 to 8, typed or not.
//! - [`FashionMnist`]: the four published files from a folder, verified by SHA-256 while they are
//!   read; [`published`] lists them.
//! - [`Dataset`]: u8 pixels, labels and class names; your own files come in by
//!   [`Dataset::open_idx_pair`] or [`Dataset::new`].
//! - Splits: [`Dataset::hold_out`], [`Dataset::first`], [`Dataset::subset`],
//!   [`Dataset::stratified`], [`Dataset::folds`], and [`TaskSplit`] by class. Every part has a
//!   [`Manifest`]: its rows by their numbers in the original file, counts and hashes.
//! - [`report`]: what is in the data, with equal and nearly equal images.
//!
//! # From files to tasks
//!
//! ```no_run
//! use fm_data::{FashionMnist, TaskSplit};
//!
//! let data = FashionMnist::open("data/fashion-mnist")?;
//! let (valid, train) = data.train.hold_out(5000)?;
//!
//! // Sandals and shirts become the target task, the other eight classes the source task.
//! let split = TaskSplit::new(&[5, 6], data.train.n_classes())?;
//! let target = split.target(&train)?.first(200)?;
//! assert_eq!(target.label_counts(), [101, 99]);
//! assert_eq!(split.source(&valid)?.rows(), 4014);
//! # Ok::<(), fm_data::DataError>(())
//! ```
//!
//! # Features
//!
//! None is on by default.
//!
//! - `fetch`: fetches the published files over HTTP(S).
//! - `png`: contact sheets of sample images, `report::ContactSheet`.
//! - `picture`: one's own PNG and JPEG files, made like the images of the data set.

mod dataset;
mod error;
mod fashion;
#[cfg(feature = "fetch")]
pub mod fetch;
mod hash;
pub mod idx;
mod impostor;
mod manifest;
mod memory;
#[cfg(feature = "picture")]
pub mod picture;
pub mod published;
pub mod report;
mod sniff;
mod splits;
pub mod synthetic;

pub use dataset::Dataset;
pub use error::DataError;
pub use fashion::{FashionMnist, FileChecksum};
pub use hash::sha256;
pub use manifest::{Fingerprint, Manifest};
pub use splits::TaskSplit;

/// The README's example is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
