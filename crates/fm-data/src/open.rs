//! One way to open a dataset, whatever it is and wherever it comes from.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::folder::{self, DatasetIdentity, Opened};
use crate::published::{self, Description, FileSpec, Files, fashion_mnist};
use crate::{DataError, Dataset};

#[cfg(feature = "fetch")]
use crate::fetch::{Progress, Silent};

/// Where a dataset comes from.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Source {
    /// The files of a published dataset in a folder, gzip or unzipped.
    Published {
        /// One of [`published::all`], or a description of the same form.
        dataset: Box<Description>,
        /// The folder.
        dir: PathBuf,
    },
    /// A folder: what its `dataset.toml` describes, else the first published dataset whose four
    /// file names are there.
    Folder(PathBuf),
    /// Four IDX files.
    Files(IdxFiles),
    /// The embedded sample of Fashion-MNIST: the first 10,000 training rows and all 10,000 test
    /// rows.
    Sample,
    /// As [`Source::Published`]; files that are missing or wrong are downloaded. Where that fails,
    /// Fashion-MNIST falls back to [`Source::Sample`], and [`LoadedData::origin`] says why.
    Auto {
        /// The dataset.
        dataset: Box<Description>,
        /// The folder.
        dir: PathBuf,
    },
}

/// Four IDX files, each plain or gzip; nothing is compared with a checksum.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IdxFiles {
    /// Training images, `[rows, height, width]` of u8.
    pub train_images: PathBuf,
    /// Training labels, `[rows]` of u8.
    pub train_labels: PathBuf,
    /// Test images.
    pub test_images: PathBuf,
    /// Test labels.
    pub test_labels: PathBuf,
    /// Class names in label order; empty for `0`, `1`, ….
    pub class_names: Vec<String>,
}

/// A dataset that was opened.
#[derive(Debug, Clone)]
pub struct LoadedData {
    /// The training rows.
    pub train: Dataset,
    /// The test rows.
    pub test: Dataset,
    /// Name and checksums: equal for equal data, however it is packed.
    pub identity: DatasetIdentity,
    /// Class names, image size and files.
    pub description: Description,
    /// Where the data was found.
    pub origin: Origin,
    /// Files that could not be compared with a published checksum, because none is known.
    pub unverified: Vec<PathBuf>,
}

/// Where a dataset was found. `Display` gives one line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// In this folder.
    Folder(PathBuf),
    /// In this folder, after downloading what was missing.
    Downloaded(PathBuf),
    /// In the files named.
    Files,
    /// The embedded sample, as asked for.
    Sample,
    /// The embedded sample, because the full data could not be opened or downloaded.
    SampleInstead {
        /// The folder that does not have the full data.
        dir: PathBuf,
        /// Why it could not be downloaded, on one line.
        reason: String,
    },
}

impl Origin {
    /// Whether the data is the embedded sample.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        matches!(self, Self::Sample | Self::SampleInstead { .. })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// What the sample is.
        const SAMPLE: &str =
            "the embedded sample: the first 10,000 training rows and all test rows";
        match self {
            Self::Folder(dir) => write!(f, "read from {}", dir.display()),
            Self::Downloaded(dir) => write!(f, "downloaded to {}", dir.display()),
            Self::Files => f.write_str("read from the files named"),
            Self::Sample => f.write_str(SAMPLE),
            Self::SampleInstead { dir, reason } => write!(
                f,
                "Fashion-MNIST is not in {} and could not be downloaded ({reason}); \
                 this uses {SAMPLE}",
                dir.display()
            ),
        }
    }
}

impl Source {
    /// Fashion-MNIST in `dir`, downloaded where it is missing, else the sample.
    #[must_use]
    pub fn auto(dir: impl Into<PathBuf>) -> Self {
        Self::Auto {
            dataset: Box::new(fashion_mnist().clone()),
            dir: dir.into(),
        }
    }

    /// What a command line names: `auto`, `sample`, or a folder. `dataset` is the short name of a
    /// published dataset, if one is asked for; `dir` is the folder for `auto`, by default
    /// `data/` and the dataset's name.
    ///
    /// # Errors
    ///
    /// An unknown dataset, or a sample of another dataset than Fashion-MNIST.
    pub fn parse(data: &str, dataset: Option<&str>, dir: Option<&Path>) -> Result<Self, DataError> {
        let named = dataset
            .map(published::named)
            .transpose()?
            .cloned()
            .map(Box::new);
        Ok(match (data, named) {
            ("sample", Some(named)) if named.name != fashion_mnist().name => {
                return Err(DataError::NoSample { name: named.name });
            }
            ("sample", _) => Self::Sample,
            ("auto", named) => {
                let dataset = named.unwrap_or_else(|| Box::new(fashion_mnist().clone()));
                let usual = || Path::new("data").join(&dataset.name);
                let dir = dir.map_or_else(usual, Path::to_owned);
                Self::Auto { dataset, dir }
            }
            (folder, Some(dataset)) => Self::Published {
                dataset,
                dir: folder.into(),
            },
            (folder, None) => Self::Folder(folder.into()),
        })
    }
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
    return open_with(source, &mut Silent);
    #[cfg(not(feature = "fetch"))]
    match source {
        Source::Auto { dataset, dir } => {
            published_in(dataset, dir).or_else(|error| sample_instead(dataset, dir, error))
        }
        other => open_as_is(other),
    }
}

/// [`open`] that tells `progress` about a download.
///
/// # Errors
///
/// As [`open`].
#[cfg(feature = "fetch")]
pub fn open_with(source: &Source, progress: &mut dyn Progress) -> Result<LoadedData, DataError> {
    match source {
        Source::Auto { dataset, dir } => open_or_fetch(dataset, dir, progress)
            .or_else(|error| sample_instead(dataset, dir, error)),
        other => open_as_is(other),
    }
}

fn open_as_is(source: &Source) -> Result<LoadedData, DataError> {
    match source {
        Source::Published { dataset, dir } | Source::Auto { dataset, dir } => {
            published_in(dataset, dir)
        }
        Source::Folder(dir) => {
            let description = match folder::description(dir)? {
                Some(description) => description,
                None => {
                    let has_all = |dataset: &&Description| folder::has_all(dir, &dataset.files);
                    let found = published::all().iter().find(has_all);
                    found.unwrap_or_else(|| fashion_mnist()).clone()
                }
            };
            published_in(&description, dir)
        }
        Source::Files(files) => open_files(files),
        Source::Sample => sample(Origin::Sample),
    }
}

fn published_in(dataset: &Description, dir: &Path) -> Result<LoadedData, DataError> {
    let opened = folder::open(dataset, dir)?;
    Ok(loaded(
        opened,
        dataset.clone(),
        Origin::Folder(dir.to_owned()),
    ))
}

fn loaded(opened: Opened, description: Description, origin: Origin) -> LoadedData {
    LoadedData {
        train: opened.train,
        test: opened.test,
        identity: opened.identity,
        description,
        origin,
        unverified: opened.unverified,
    }
}

/// Opens the files; where that fails, downloads what is missing or wrong and opens them again.
#[cfg(feature = "fetch")]
fn open_or_fetch(
    dataset: &Description,
    dir: &Path,
    progress: &mut dyn Progress,
) -> Result<LoadedData, DataError> {
    if let Ok(data) = published_in(dataset, dir) {
        return Ok(data);
    }
    crate::fetch::fetch(&crate::fetch::Options::new(dataset, dir), progress)?;
    let mut data = published_in(dataset, dir)?;
    data.origin = Origin::Downloaded(dir.to_owned());
    Ok(data)
}

/// The sample where there is one of this dataset, else the error.
fn sample_instead(
    dataset: &Description,
    dir: &Path,
    error: DataError,
) -> Result<LoadedData, DataError> {
    if dataset.name != fashion_mnist().name || cfg!(not(feature = "sample")) {
        return Err(error);
    }
    sample(Origin::SampleInstead {
        dir: dir.to_owned(),
        reason: in_one_line(&error),
    })
}

/// The first source's reason of a failed download, else the first line.
fn in_one_line(error: &DataError) -> String {
    #[cfg(feature = "fetch")]
    if let DataError::Fetch(crate::fetch::FetchError::Failed { failures, .. }) = error
        && let Some(first) = failures.first()
    {
        return format!("from {}: {}", first.source, first.reason);
    }
    let text = error.to_string();
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(feature = "sample")]
fn sample(origin: Origin) -> Result<LoadedData, DataError> {
    let (opened, description) = crate::sample::open()?;
    Ok(loaded(opened, description, origin))
}

#[cfg(not(feature = "sample"))]
fn sample(_: Origin) -> Result<LoadedData, DataError> {
    Err(DataError::Feature {
        feature: "sample",
        what: "the embedded sample",
    })
}

/// The files as a dataset of which no checksum is known.
fn open_files(files: &IdxFiles) -> Result<LoadedData, DataError> {
    let paths = [
        &files.train_images,
        &files.train_labels,
        &files.test_images,
        &files.test_labels,
    ];
    let spec = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        FileSpec {
            name: name.strip_suffix(".gz").unwrap_or(&name).to_owned(),
            ..FileSpec::default()
        }
    };
    let mut description = Description {
        name: "files".to_owned(),
        class_names: files.class_names.clone(),
        files: Files {
            train_images: spec(paths[0]),
            train_labels: spec(paths[1]),
            test_images: spec(paths[2]),
            test_labels: spec(paths[3]),
        },
        ..Description::default()
    };
    let load = |at: usize| {
        let path = paths[at].clone();
        folder::load(&[path], &description, description.files.each()[at], false)
    };
    let loaded = [load(0)?, load(1)?, load(2)?, load(3)?];
    if let &[_, height, width] = loaded[0].array.dims() {
        description.image_size = (height, width);
    }
    if description.class_names.is_empty() {
        let labels = [&loaded[1].array, &loaded[3].array].map(|array| array.view::<u8>());
        let most = labels.iter().flatten().flatten().max();
        let classes = most.map_or(2, |&most| (usize::from(most) + 1).max(2));
        description.class_names = (0..classes).map(|class| class.to_string()).collect();
    }
    let opened = folder::assemble(&description, loaded)?;
    Ok(self::loaded(opened, description, Origin::Files))
}

/// Fashion-MNIST, the first dataset that most people open.
#[derive(Debug, Clone, Copy)]
pub struct FashionMnist;

impl FashionMnist {
    /// The four published files in `dir`; see [`Source::Published`].
    ///
    /// # Errors
    ///
    /// As [`open`].
    pub fn open(dir: impl AsRef<Path>) -> Result<LoadedData, DataError> {
        published_in(fashion_mnist(), dir.as_ref())
    }

    /// [`open`](Self::open), after downloading what is missing or wrong. Unlike [`Source::Auto`]
    /// never the sample.
    ///
    /// # Errors
    ///
    /// As [`open`], and [`DataError::Fetch`].
    #[cfg(feature = "fetch")]
    pub fn open_or_fetch(dir: impl AsRef<Path>) -> Result<LoadedData, DataError> {
        open_or_fetch(fashion_mnist(), dir.as_ref(), &mut Silent)
    }
}
