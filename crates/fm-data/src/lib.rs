//! IDX files, published datasets with checksums, one's own pictures, and splits by class.
//!
//! An IDX file, plain or gzip:
//!
//! ```no_run
//! let images = fm_data::idx::open::<u8>("train-images-idx3-ubyte.gz")?;
//! assert_eq!(images.shape(), [60_000, 28, 28]);
//! # Ok::<(), fm_data::idx::IdxError>(())
//! ```
//!
//! Fashion-MNIST, of which what is missing is downloaded first (feature `fetch`):
//!
//! ```no_run
//! # #[cfg(feature = "fetch")] {
//! use fm_data::{TaskSplit, fetch, published::fashion_mnist};
//!
//! let dir = "data/fashion-mnist";
//! fetch::fetch(&fetch::Options::new(fashion_mnist(), dir), &mut |_| ())?;
//! let data = fashion_mnist().open(dir)?;
//! assert_eq!(data.train.images().dim(), (60_000, 28, 28));
//! let (valid, train) = data.train.hold_out(5000)?;
//!
//! // Two classes become the target task, the other eight the source task.
//! let split = TaskSplit::new(&[5, 6], data.train.n_classes())?;
//! let target = split.target(&train)?.first(200)?;
//! assert_eq!(target.label_counts(), [101, 99]);
//! # }
//! # Ok::<(), fm_data::DataError>(())
//! ```
//!
//! [`open`] opens any [`Source`]: a folder of one's own, the embedded sample, or a published dataset
//! ([`published`]) that is downloaded. [`report`] says what is in the data.
//!
//! # Features
//!
//! - `sample` (default): the embedded sample of Fashion-MNIST, 9 MB.
//! - `fetch`: downloads published files over HTTP(S).
//! - `picture`: PNG and JPEG files; `pack` makes a dataset of a folder of them, `unpack` the reverse.

mod checksum;
mod content;
mod dataset;
mod error;
#[cfg(feature = "fetch")]
pub mod fetch;
mod file;
mod folder;
pub mod idx;
mod loaded;
mod memory;
mod open;
#[cfg(feature = "picture")]
mod pack;
#[cfg(feature = "picture")]
pub mod picture;
pub mod published;
pub mod report;
mod splits;

pub use checksum::sha256;
pub use content::{Content, printable};
pub use dataset::Dataset;
pub use error::DataError;
pub use file::{TEMPORARY, save, save_new};
pub use folder::DESCRIPTION;
pub use loaded::{DatasetIdentity, FileChecksum, LoadedData, Origin};
#[cfg(feature = "fetch")]
pub use open::open_with;
pub use open::{Source, open};
#[cfg(feature = "picture")]
pub use pack::{PackOptions, PackReport, pack, unpack};
pub use splits::TaskSplit;

/// The README's example is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
