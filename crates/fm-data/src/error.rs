//! What can go wrong with a dataset: what failed, where, what was found and expected.

use std::io;
use std::path::PathBuf;

use crate::Content;
use crate::idx::IdxError;

/// Why a dataset could not be opened, checked, split or packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No published dataset has this name.
    #[error("no dataset is called {name:?}; the published ones are {}", names())]
    UnknownDataset {
        /// The name asked for.
        name: String,
    },

    /// Only Fashion-MNIST has an embedded sample.
    #[error("there is no sample of {name}: the embedded sample is of Fashion-MNIST")]
    NoSample {
        /// The dataset asked for.
        name: String,
    },

    /// The folder does not exist or cannot be read.
    #[error("{}: cannot open the data folder", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// Files of the dataset are not in the folder under any of their names.
    #[error(
        "{}: no {} (with or without .gz), which {dataset} needs{}",
        folder.display(),
        missing.join(", "),
        .instead.as_ref().map(|there| format!("; {} has them", there.display())).unwrap_or_default()
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The dataset's name in texts.
        dataset: String,
        /// Names of the missing files.
        missing: Vec<String>,
        /// A folder inside that has all four files, such as torchvision's `FashionMNIST/raw`.
        instead: Option<PathBuf>,
    },

    /// A file could not be read.
    #[error("{}: cannot read the file", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// A file or a folder could not be written.
    #[error("{}: cannot write", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// A file has the name of one of the dataset's files and is not that file.
    #[error(
        "{}: this is not {name} of {dataset}: {wrong}; move it away and download the file again",
        path.display()
    )]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// The name of the file expected, without `.gz`.
        name: String,
        /// The dataset's name in texts.
        dataset: String,
        /// What it is instead.
        wrong: Wrong,
    },

    /// A `dataset.toml` that cannot be used.
    #[error("{}: not a description of a dataset: {reason}", path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// The first fault, with its line or key.
        reason: String,
    },

    /// The dataset has no address to download from.
    #[error(
        "{dataset} is not downloaded automatically; see {home} and open the folder of its files"
    )]
    NoMirrors {
        /// The dataset's name in texts.
        dataset: String,
        /// Where it is described.
        home: String,
    },

    /// The program was built without what the source needs.
    #[error(
        "this program was built without the feature `{feature}` of fm-data, which {what} needs"
    )]
    Feature {
        /// The feature.
        feature: &'static str,
        /// What was asked for.
        what: &'static str,
    },

    /// Downloading failed.
    #[cfg(feature = "fetch")]
    #[error(transparent)]
    Fetch(#[from] crate::fetch::FetchError),

    /// A folder of pictures that cannot be packed.
    #[cfg(feature = "picture")]
    #[error("{}: {reason}", path.display())]
    Pack {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        reason: String,
    },

    /// A file is no valid IDX file.
    #[error(transparent)]
    Idx(#[from] IdxError),

    /// Image data of another rank than rows × height × width.
    #[error("{origin}: images need 3 dimensions (rows, height, width), found {}: {found:?}", found.len())]
    ImageRank {
        /// The file, or the name of the dataset.
        origin: String,
        /// The dimensions found.
        found: Vec<usize>,
    },

    /// Label data of another rank than one.
    #[error("{origin}: labels need 1 dimension, found {}: {found:?}", found.len())]
    LabelRank {
        /// The file, or the name of the dataset.
        origin: String,
        /// The dimensions found.
        found: Vec<usize>,
    },

    /// Images and labels are not of one dataset.
    #[error("{origin}: {images} images but {labels} labels; the two files do not belong together")]
    Counts {
        /// The files, or the name of the dataset.
        origin: String,
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
    },

    /// A label outside the classes.
    #[error(
        "{origin}: label of row {row} is {label}, but there are {n_classes} classes, numbered from 0"
    )]
    LabelRange {
        /// The file, or the name of the dataset.
        origin: String,
        /// The first such row.
        row: usize,
        /// Its label.
        label: i64,
        /// Number of classes.
        n_classes: usize,
    },

    /// A class name that is empty or has control characters.
    #[error("{origin}: class {class} has the name {name:?}, which cannot be printed")]
    ClassName {
        /// The name of the dataset.
        origin: String,
        /// The class.
        class: usize,
        /// Its name.
        name: String,
    },

    /// No classes, or more than labels of one byte can tell apart.
    #[error("{origin}: expected 1 to 256 classes, found {found}")]
    ClassCount {
        /// The name of the dataset.
        origin: String,
        /// Number of class names given.
        found: usize,
    },

    /// Pixels per row that are not height × width, or none at all.
    #[error("{origin}: {pixels} pixels a row do not make images of {height}×{width}")]
    ImageSize {
        /// The name of the dataset.
        origin: String,
        /// Pixels of a row.
        pixels: usize,
        /// Pixel rows of an image.
        height: usize,
        /// Pixel columns of an image.
        width: usize,
    },

    /// A dataset with no rows, or with more than row numbers of 32 bits can name.
    #[error("{origin}: expected 1 to 4294967295 rows, found {found}")]
    RowCount {
        /// The name of the dataset.
        origin: String,
        /// Number of rows.
        found: usize,
    },

    /// A part of zero rows, or of more rows than there are.
    #[error(
        "{origin}: cannot {what} {wanted} rows: it has {rows}, and the part needs {least} to {most}"
    )]
    PartSize {
        /// The name of the dataset.
        origin: String,
        /// What was to be done: `hold out`, `take`.
        what: &'static str,
        /// Rows wanted.
        wanted: usize,
        /// Rows there are.
        rows: usize,
        /// The fewest possible.
        least: usize,
        /// The most possible.
        most: usize,
    },

    /// A target task needs two classes or more.
    #[error("a target task needs two classes or more, found {found:?}")]
    TooFewTargetClasses {
        /// The classes given.
        found: Vec<u8>,
    },

    /// A target class given twice.
    #[error("target class {class} is given twice")]
    RepeatedTargetClass {
        /// The class.
        class: u8,
    },

    /// A target class that the data does not have.
    #[error("target class {class}: the data has {n_classes} classes")]
    TargetClassRange {
        /// The class.
        class: u8,
        /// Classes of the data.
        n_classes: usize,
    },

    /// A target task that leaves no source task.
    #[error(
        "{targets} target classes of {n_classes} leave {} for the source task: expected two or more",
        n_classes.saturating_sub(*targets)
    )]
    TooFewSourceClasses {
        /// Number of target classes.
        targets: usize,
        /// Classes of the data.
        n_classes: usize,
    },

    /// A task split made for another number of classes than the data has.
    #[error("{origin}: the task split is for {expected} classes, the data has {found}")]
    SplitClasses {
        /// The name of the dataset.
        origin: String,
        /// Classes of the split.
        expected: usize,
        /// Classes of the data.
        found: usize,
    },

    /// A part that has no row of a task.
    #[error("{origin}: no row of classes {}", classes.join(", "))]
    NoRows {
        /// The name of the dataset.
        origin: String,
        /// Names of the task's classes.
        classes: Vec<String>,
    },

    /// A contact sheet that cannot be made.
    #[cfg(feature = "png")]
    #[error(
        "no contact sheet of {per_class} images a class at scale {scale} with gaps of {gap}: \
         expected at least one image, a scale of at least 1 and at most 256 MiB"
    )]
    ContactSheet {
        /// Images of each class.
        per_class: usize,
        /// Scale.
        scale: usize,
        /// Pixels between images.
        gap: usize,
    },

    /// The PNG encoder failed.
    #[cfg(feature = "png")]
    #[error("cannot encode the contact sheet")]
    Png(#[source] io::Error),
}

fn names() -> String {
    let names = crate::published::all().iter().map(|dataset| &*dataset.name);
    names.collect::<Vec<_>>().join(", ")
}

/// What a file is that has the name of one of a dataset's files and is not that file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Wrong {
    /// Not IDX data, plain or gzip.
    #[error("it is {0}")]
    Content(Content),

    /// A folder, a pipe or a device.
    #[error("it is not a regular file")]
    NotRegular,

    /// A known file of another dataset, or another file of the same one.
    #[error("it is {name} of {dataset}")]
    Other {
        /// The dataset's name in texts.
        dataset: String,
        /// The file's name.
        name: String,
    },

    /// The file ends early.
    #[error("it is cut short at byte {found} of {expected}")]
    CutShort {
        /// Bytes there are.
        found: u64,
        /// Bytes of the published file.
        expected: u64,
    },

    /// Too many or too few bytes.
    #[error("it has {found} bytes, expected {expected}")]
    Size {
        /// Bytes there are.
        found: u64,
        /// Bytes of the published file.
        expected: u64,
    },

    /// An IDX array of another size, type or rank.
    #[error("it is an array of {found}, expected {expected}")]
    Shape {
        /// Shape and element type.
        found: String,
        /// What was expected.
        expected: String,
    },

    /// Well-formed data with another checksum.
    #[error("its {kind} is {found}, expected {expected}")]
    Checksum {
        /// `SHA-256` or `MD5`.
        kind: &'static str,
        /// The checksum of the file or of its unzipped bytes, in lower-case hex.
        found: String,
        /// The published one.
        expected: String,
    },

    /// Damaged data.
    #[error("{0}")]
    Damaged(String),
}
