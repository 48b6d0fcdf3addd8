//! A part of Fashion-MNIST as four embedded gzip IDX files: the first 10,000 rows of the training
//! set and all 10,000 test rows.
//!
//! The two test files are the published ones, byte for byte. The images are Zalando's, under the
//! MIT licence ([`LICENSE`]). `cargo xtask make-sample` makes the files again from the published
//! ones; the bytes are the same on every machine.
//!
//! ```
//! // The two first bytes of gzip data.
//! assert!(fm_sample::TRAIN_IMAGES.starts_with(&[0x1f, 0x8b]));
//! ```

/// Names, class names and checksums of the four files, in the form of the `dataset.toml` that
/// `fm-data` finds in a folder.
pub const DESCRIPTION: &str = include_str!("../data/dataset.toml");

/// Training images, `[10000, 28, 28]` of u8, gzip.
pub const TRAIN_IMAGES: &[u8] = include_bytes!("../data/train-images-idx3-ubyte.gz");

/// Training labels, `[10000]` of u8, 0 to 9, gzip.
pub const TRAIN_LABELS: &[u8] = include_bytes!("../data/train-labels-idx1-ubyte.gz");

/// Test images, `[10000, 28, 28]` of u8, gzip, as published.
pub const TEST_IMAGES: &[u8] = include_bytes!("../data/t10k-images-idx3-ubyte.gz");

/// Test labels, `[10000]` of u8, 0 to 9, gzip, as published.
pub const TEST_LABELS: &[u8] = include_bytes!("../data/t10k-labels-idx1-ubyte.gz");

/// The licence of the images.
pub const LICENSE: &str = include_str!("../data/LICENSE");
