//! The embedded sample of Fashion-MNIST.

use std::path::PathBuf;

use crate::DataError;
use crate::folder::{self, Loaded};
use crate::idx;
use crate::loaded::{LoadedData, Origin};
use crate::published::Description;

/// The first 10,000 training rows and all test rows of Fashion-MNIST.
pub(crate) fn open(origin: Origin) -> Result<LoadedData, DataError> {
    let description = Description::parse(fm_sample::DESCRIPTION).map_err(DataError::Invalid)?;
    let files = description.files.each();
    let loaded = |at: usize, bytes| {
        // Embedded bytes do not change; a test compares the checksums of what they inflate to.
        Ok::<_, DataError>(Loaded {
            path: PathBuf::from(&files[at].name),
            array: idx::any_from_bytes(bytes)?,
            sha256: files[at].plain.sha256.clone().unwrap_or_default(),
            pinned: true,
        })
    };
    let files = [
        loaded(0, fm_sample::TRAIN_IMAGES)?,
        loaded(1, fm_sample::TRAIN_LABELS)?,
        loaded(2, fm_sample::TEST_IMAGES)?,
        loaded(3, fm_sample::TEST_LABELS)?,
    ];
    folder::assemble(&description, files, origin)
}
