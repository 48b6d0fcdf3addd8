//! IDX files, Fashion-MNIST with checksums, and task splits.

mod dataset;
mod error;
mod fashion;
#[cfg(feature = "fetch")]
pub mod fetch;
mod hash;
pub mod idx;
mod manifest;
mod memory;
pub mod published;
pub mod report;
mod sniff;
mod splits;

pub use dataset::Dataset;
pub use error::DataError;
pub use fashion::{FashionMnist, FileChecksum};
pub use manifest::{Fingerprint, Manifest};
pub use splits::TaskSplit;
