//! One way to open a dataset, whatever it is and wherever it comes from.

use std::path::{Path, PathBuf};

use crate::loaded::{LoadedData, Origin};
use crate::published::{self, Description, fashion_mnist};
use crate::{DataError, folder};

#[cfg(feature = "fetch")]
use crate::fetch::{self, Event};

/// Where a dataset comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Source {
    /// A folder: what its `dataset.toml` describes, else the first published dataset whose four
    /// file names are there.
    Folder(PathBuf),
    /// The embedded sample of Fashion-MNIST: the first 10,000 training rows and all 10,000 test
    /// rows.
    Sample,
    /// The files of a dataset in a folder; those that are missing or wrong are downloaded. Where that
    /// fails, Fashion-MNIST falls back to [`Source::Sample`], and [`LoadedData::origin`] says why.
    Auto {
        /// The dataset.
        dataset: Box<Description>,
        /// The folder.
        dir: PathBuf,
    },
}

/// Opens a dataset. Only [`Source::Auto`] writes or downloads anything.
///
/// ```
/// use fm_data::{Source, TaskSplit};
///
/// let data = fm_data::open(&Source::Sample)?;
/// assert_eq!(data.train.images().dim(), (10_000, 28, 28));
/// let (valid, train) = data.train.hold_out(5000)?;
/// let split = TaskSplit::new(&[5, 6], data.train.n_classes())?;
/// assert_eq!(split.target(&train)?.first(200)?.label_counts(), [101, 99]);
/// # Ok::<(), fm_data::DataError>(())
/// ```
///
/// # Errors
///
/// Files that are missing, unreadable or not what they should be; the error says what they are
/// where that is known.
pub fn open(source: &Source) -> Result<LoadedData, DataError> {
    #[cfg(feature = "fetch")]
    return open_with(source, &mut |_| ());
    #[cfg(not(feature = "fetch"))]
    open_or(source, |dataset, dir| dataset.open(dir))
}

/// [`open`] that tells `progress` about a download.
///
/// # Errors
///
/// As [`open`].
#[cfg(feature = "fetch")]
pub fn open_with(
    source: &Source,
    progress: &mut dyn FnMut(Event<'_>),
) -> Result<LoadedData, DataError> {
    open_or(source, |dataset, dir| {
        dataset.open(dir).or_else(|_| {
            fetch::fetch(&fetch::Options::new(dataset, dir), progress)?;
            dataset.open(dir)
        })
    })
}

/// Opens `source`; one that may be downloaded by `auto`.
fn open_or(
    source: &Source,
    auto: impl FnOnce(&Description, &Path) -> Result<LoadedData, DataError>,
) -> Result<LoadedData, DataError> {
    match source {
        Source::Folder(dir) => match folder::description(dir)? {
            Some(description) => description.open(dir),
            None => {
                let has_all = |dataset: &&Description| folder::has_all(dir, &dataset.files);
                let found = published::all().iter().find(has_all);
                found.unwrap_or(fashion_mnist()).open(dir)
            }
        },
        Source::Sample => sample(Origin::Sample),
        Source::Auto { dataset, dir } => auto(dataset, dir).or_else(|error| {
            // There is a sample of one dataset only.
            if dataset.name != fashion_mnist().name || cfg!(not(feature = "sample")) {
                return Err(error);
            }
            // The second line of a failed download is the first mirror's reason.
            let text = error.to_string();
            let reason = text.lines().take(2).last().unwrap_or_default();
            let reason = reason.trim_start().to_owned();
            let dir = dir.clone();
            sample(Origin::SampleInstead { dir, reason })
        }),
    }
}

#[cfg(feature = "sample")]
fn sample(origin: Origin) -> Result<LoadedData, DataError> {
    let description = Description::parse(fm_sample::DESCRIPTION).map_err(DataError::Invalid)?;
    // Embedded bytes do not change; a test compares the checksums of what they inflate to.
    folder::assemble(&description, origin, |file, at| {
        Ok(folder::Loaded {
            path: PathBuf::from(&file.name),
            array: crate::idx::any_from_bytes(fm_sample::FILES[at])?,
            sha256: file.plain.sha256.clone().unwrap_or_default(),
        })
    })
}

#[cfg(not(feature = "sample"))]
fn sample(_: Origin) -> Result<LoadedData, DataError> {
    let reason = "this program was built without the feature `sample` of fm-data";
    Err(DataError::invalid("the embedded sample", reason))
}
