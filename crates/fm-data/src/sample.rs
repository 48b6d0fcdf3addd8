//! The embedded sample of Fashion-MNIST.

use std::path::PathBuf;

use crate::DataError;
use crate::folder::{self, Loaded, Opened};
use crate::idx::{self, Check, IdxError};
use crate::published::{Description, fashion_mnist};

/// The short name of the sample, in records.
pub(crate) const NAME: &str = "fashion-mnist-sample";

/// The description of the sample: Fashion-MNIST's, with other training files.
pub(crate) fn description() -> Description {
    let mut description = fashion_mnist().clone();
    description.name = NAME.to_owned();
    description.title = "Fashion-MNIST (sample)".to_owned();
    description.mirrors.clear();
    description.files.train_images.gz = Default::default();
    description.files.train_labels.gz = Default::default();
    let pin = |bytes, sha256: &str| crate::published::Pin {
        bytes: Some(bytes),
        sha256: Some(sha256.to_owned()),
        md5: None,
    };
    // The first 10,000 rows under a header that says so, by Python from the published files.
    description.files.train_images.plain = pin(7_840_016, TRAIN_SHA256[0]);
    description.files.train_labels.plain = pin(10_008, TRAIN_SHA256[1]);
    description
}

const TRAIN_SHA256: [&str; 2] = [
    "ed2e37ed5a3a57d212141a69fe0a0de5a7126ffba14ac3f7e76f5f52cc04b1f0",
    "a69f2dad024ca220a8c4d85f621fdf929042d40c444abde2868903e9220ad517",
];

/// The first 10,000 training rows and all test rows of Fashion-MNIST.
pub(crate) fn open() -> Result<(Opened, Description), DataError> {
    let description = description();
    let bytes = [
        fm_sample::TRAIN_IMAGES,
        fm_sample::TRAIN_LABELS,
        fm_sample::TEST_IMAGES,
        fm_sample::TEST_LABELS,
    ];
    let loaded = |at: usize| {
        let file = description.files.each()[at];
        let len = Some(bytes[at].len() as u64);
        // Embedded bytes do not change; a test compares the checksums of what they inflate to.
        let read = idx::read_checked(bytes[at], len, file.plain.bytes, Check::Crc);
        match read.map_err(IdxError::from)? {
            Ok(array) => Ok::<_, DataError>(Loaded {
                path: PathBuf::from(&file.name),
                array,
                sha256: file.plain.sha256.clone().unwrap_or_default(),
                pinned: true,
            }),
            Err(header) => Err(DataError::dataset(
                &file.name,
                format!("an array of {header}"),
            )),
        }
    };
    let files = [loaded(0)?, loaded(1)?, loaded(2)?, loaded(3)?];
    Ok((folder::assemble(&description, files)?, description))
}
