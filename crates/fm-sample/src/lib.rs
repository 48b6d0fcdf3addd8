//! A part of Fashion-MNIST as four embedded gzip IDX files: the first 10,000 rows of the training
//! set and all 10,000 test rows.
//!
//! The two test files are the published ones, byte for byte. The images are Zalando's, under the
//! MIT licence ([`LICENSE`]). `cargo xtask make-sample` makes the files again from the published
//! ones; the bytes are the same on every machine.
//!
//! ```
//! // The two first bytes of gzip data.
//! assert!(fm_sample::FILES[0].starts_with(&[0x1f, 0x8b]));
//! ```

/// Names, class names and checksums of the four files, in the form of the `dataset.toml` that
/// `fm-data` finds in a folder.
pub const DESCRIPTION: &str = include_str!("../data/dataset.toml");

/// The gzip files in the order of [`DESCRIPTION`]: 10,000 training images of 28×28 and their labels, 0
/// to 9, then 10,000 test images and their labels as published. All are u8.
pub const FILES: [&[u8]; 4] = [
    include_bytes!("../data/train-images-idx3-ubyte.gz"),
    include_bytes!("../data/train-labels-idx1-ubyte.gz"),
    include_bytes!("../data/t10k-images-idx3-ubyte.gz"),
    include_bytes!("../data/t10k-labels-idx1-ubyte.gz"),
];

/// The licence of the images.
pub const LICENSE: &str = include_str!("../data/LICENSE");
