//! Fashion-MNIST as published: file names, sizes, checksums, class names.
//!
//! Checksums of the `.gz` files are those of the dataset's own README (MD5, checked) and of Keras
//! (SHA-256); those of the unzipped files follow from them.

pub use crate::impostor::{IMPOSTORS, Impostor};

/// Side of an image in pixels.
pub const SIDE: usize = 28;

/// Pixels of an image.
pub const PIXELS: usize = SIDE * SIDE;

/// Class names in label order, as the dataset's authors give them.
pub const CLASS_NAMES: [&str; 10] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];

/// One of the four published files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PublishedFile {
    /// Name without `.gz`.
    pub name: &'static str,
    /// Bytes of the `.gz` file.
    pub gz_bytes: u64,
    /// SHA-256 of the `.gz` file, in lower-case hex.
    pub gz_sha256: &'static str,
    /// Bytes of the unzipped file.
    pub bytes: u64,
    /// SHA-256 of the unzipped file, in lower-case hex.
    pub sha256: &'static str,
}

/// The four files: training images and labels, test images and labels.
pub const FILES: [PublishedFile; 4] = [
    PublishedFile {
        name: "train-images-idx3-ubyte",
        gz_bytes: 26_421_880,
        gz_sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        bytes: 47_040_016,
        sha256: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
    },
    PublishedFile {
        name: "train-labels-idx1-ubyte",
        gz_bytes: 29_515,
        gz_sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        bytes: 60_008,
        sha256: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
    },
    PublishedFile {
        name: "t10k-images-idx3-ubyte",
        gz_bytes: 4_422_102,
        gz_sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        bytes: 7_840_016,
        sha256: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    },
    PublishedFile {
        name: "t10k-labels-idx1-ubyte",
        gz_bytes: 5_148,
        gz_sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        bytes: 10_008,
        sha256: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    },
];
