//! What can go wrong with a data set, said so that its reader can act on it.

use std::io;
use std::path::PathBuf;

use crate::idx::IdxError;

/// Why a data set could not be opened, checked or split.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The folder does not exist or cannot be read.
    #[error("{}: cannot open the data folder; `cargo xtask fetch-data` makes it", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// Files of the data set are not in the folder under any of their names.
    #[error(
        "{}: no {} (with or without .gz){}; `cargo xtask fetch-data` fetches what is missing",
        folder.display(),
        missing.join(", "),
        .instead.as_ref().map(|there| format!("; but {} has them", there.display())).unwrap_or_default()
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// Published names of the missing files.
        missing: Vec<&'static str>,
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

    /// An empty file: a download that never began.
    #[error("{}: the file is empty; delete it and run `cargo xtask fetch-data`", path.display())]
    EmptyFile {
        /// The file.
        path: PathBuf,
    },

    /// A file holds something else than IDX data.
    #[error("{}: this is {found}; delete it and run `cargo xtask fetch-data`", path.display())]
    NotData {
        /// The file.
        path: PathBuf,
        /// What it looks like.
        found: &'static str,
    },

    /// A file is a known one of another data set, or another one of this.
    #[error(
        "{}: expected {expected} of Fashion-MNIST, found {found}; delete it and run \
         `cargo xtask fetch-data`",
        path.display()
    )]
    Impostor {
        /// The file.
        path: PathBuf,
        /// Published name of the file expected.
        expected: &'static str,
        /// What it is: data set and file.
        found: String,
    },

    /// A file ends too early.
    #[error(
        "{}: truncated at byte {found} of {expected}; delete it and run `cargo xtask fetch-data`",
        path.display()
    )]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Bytes there are.
        found: u64,
        /// Bytes of the published file.
        expected: u64,
    },

    /// A file is a well-formed IDX file of another size than the published one.
    #[error(
        "{}: an array of {found} is not {name} as published; delete it and run \
         `cargo xtask fetch-data`",
        path.display()
    )]
    OtherShape {
        /// The file.
        path: PathBuf,
        /// Published name of the file expected.
        name: &'static str,
        /// Shape and element type of what it holds.
        found: String,
    },

    /// A file is no published one, although it is well formed.
    #[error(
        "{}: SHA-256 is {found}, expected {expected}: the file is not {name} as published; \
         delete it and run `cargo xtask fetch-data`",
        path.display()
    )]
    Checksum {
        /// The file.
        path: PathBuf,
        /// Published name of the file expected.
        name: &'static str,
        /// Published SHA-256, in hex.
        expected: &'static str,
        /// SHA-256 of the file, in hex.
        found: String,
    },

    /// A file is no valid IDX file.
    #[error(transparent)]
    Idx(#[from] IdxError),

    /// Image data of another rank than rows × height × width.
    #[error("{origin}: images need 3 dimensions (rows, height, width), found {}: {found:?}", found.len())]
    ImageRank {
        /// The file, or the name of the data set.
        origin: String,
        /// The dimensions found.
        found: Vec<usize>,
    },

    /// Label data of another rank than one.
    #[error("{origin}: labels need 1 dimension, found {}: {found:?}", found.len())]
    LabelRank {
        /// The file, or the name of the data set.
        origin: String,
        /// The dimensions found.
        found: Vec<usize>,
    },

    /// Images and labels are not of one data set.
    #[error("{origin}: {images} images but {labels} labels; the two files do not belong together")]
    Counts {
        /// The files, or the name of the data set.
        origin: String,
        /// Number of images.
        images: usize,
        /// Number of labels.
        labels: usize,
    },

    /// A label that names no class.
    #[error("{origin}: label of row {row} is {label}, but there are {n_classes} classes (0 to {})", n_classes - 1)]
    LabelRange {
        /// The file, or the name of the data set.
        origin: String,
        /// The first such row.
        row: usize,
        /// Its label.
        label: u8,
        /// Number of classes.
        n_classes: usize,
    },

    /// No classes, or more than labels of one byte can tell apart.
    #[error("{origin}: expected 1 to 256 classes, found {found}")]
    ClassCount {
        /// The name of the data set.
        origin: String,
        /// Number of class names given.
        found: usize,
    },

    /// Pixels per row that are not height × width, or none at all.
    #[error("{origin}: {pixels} pixels a row do not make images of {height}×{width}")]
    ImageSize {
        /// The name of the data set.
        origin: String,
        /// Pixels of a row.
        pixels: usize,
        /// Pixel rows of an image.
        height: usize,
        /// Pixel columns of an image.
        width: usize,
    },

    /// A data set with no rows, or with more than row numbers of 32 bits can name.
    #[error("{origin}: expected 1 to 4294967295 rows, found {found}")]
    RowCount {
        /// The name of the data set.
        origin: String,
        /// Number of rows.
        found: usize,
    },

    /// A part of zero rows, or of more rows than there are.
    #[error(
        "{origin}: cannot {what} {wanted} rows: it has {rows}, and the part needs {least} to {most}"
    )]
    PartSize {
        /// The name of the data set.
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

    /// Folds that cannot be made.
    #[error("{origin}: cannot make {folds} folds of {rows} rows: expected 2 to {rows}")]
    Folds {
        /// The name of the data set.
        origin: String,
        /// Folds wanted.
        folds: usize,
        /// Rows there are.
        rows: usize,
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
    #[error("target class {class}: expected 0 to {}", n_classes - 1)]
    TargetClassRange {
        /// The class.
        class: u8,
        /// Classes of the data.
        n_classes: usize,
    },

    /// A target task that leaves no source task.
    #[error(
        "{targets} target classes of {n_classes} leave {} for the source task: expected two or more",
        n_classes - targets
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
        /// The name of the data set.
        origin: String,
        /// Classes of the split.
        expected: usize,
        /// Classes of the data.
        found: usize,
    },

    /// A part that has no row of a task.
    #[error("{origin}: no row of classes {}", classes.join(", "))]
    NoRows {
        /// The name of the data set.
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
    Png(#[source] png::EncodingError),
}
