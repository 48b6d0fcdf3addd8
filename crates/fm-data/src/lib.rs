//! IDX files, Fashion-MNIST with checksums, and task splits.

#[cfg(feature = "fetch")]
pub mod fetch;
pub mod published;
