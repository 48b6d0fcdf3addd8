//! The embedded sample of Fashion-MNIST.

use std::path::PathBuf;

use crate::DataError;
use crate::folder::{self, Loaded};
use crate::idx;
use crate::loaded::{LoadedData, Origin};
use crate::published::{Description, Pin, fashion_mnist};

/// Bytes and SHA-256 of the training images and labels: the first 10,000 rows under a header that
/// says so, computed in Python from the published files.
const TRAIN: [(u64, &str); 2] = [
    (
        7_840_016,
        "ed2e37ed5a3a57d212141a69fe0a0de5a7126ffba14ac3f7e76f5f52cc04b1f0",
    ),
    (
        10_008,
        "a69f2dad024ca220a8c4d85f621fdf929042d40c444abde2868903e9220ad517",
    ),
];

/// Fashion-MNIST's description with other training files.
fn description() -> Description {
    let mut description = fashion_mnist().clone();
    description.name = "fashion-mnist-sample".to_owned();
    description.title = "Fashion-MNIST (sample)".to_owned();
    description.mirrors.clear();
    let files = &mut description.files;
    for (file, (bytes, sha256)) in [&mut files.train_images, &mut files.train_labels]
        .into_iter()
        .zip(TRAIN)
    {
        file.gz = Pin::default();
        file.plain.bytes = Some(bytes);
        file.plain.sha256 = Some(sha256.to_owned());
    }
    description
}

/// The first 10,000 training rows and all test rows of Fashion-MNIST.
pub(crate) fn open(origin: Origin) -> Result<LoadedData, DataError> {
    let description = description();
    let bytes = [
        fm_sample::TRAIN_IMAGES,
        fm_sample::TRAIN_LABELS,
        fm_sample::TEST_IMAGES,
        fm_sample::TEST_LABELS,
    ];
    let loaded = |at: usize| {
        let file = description.files.each()[at];
        // Embedded bytes do not change; a test compares the checksums of what they inflate to.
        Ok::<_, DataError>(Loaded {
            path: PathBuf::from(&file.name),
            array: idx::any_from_bytes(bytes[at])?,
            sha256: file.plain.sha256.clone().unwrap_or_default(),
            pinned: true,
        })
    };
    let files = [loaded(0)?, loaded(1)?, loaded(2)?, loaded(3)?];
    folder::assemble(&description, files, origin)
}
