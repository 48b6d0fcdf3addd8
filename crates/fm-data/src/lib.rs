//! IDX files, Fashion-MNIST with checksums, and task splits.

pub mod published;
