//! Descriptions of datasets: what the four files are, and how their labels and images are meant.
//!
//! [`published.toml`](https://github.com/fm-transfer/fm-transfer/blob/main/crates/fm-data/src/published.toml)
//! is the table of the published ones and says where each checksum comes from. A folder of one's
//! own has the same description in its `dataset.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::DataError;

/// A dataset of four IDX files: training images and labels, test images and labels.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Short name, for records and the command line: `fashion-mnist`.
    pub name: String,
    /// The name in texts: `Fashion-MNIST`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Class names in label order.
    pub class_names: Vec<String>,
    /// Height and width of an image in pixels, as it is shown.
    pub image_size: (usize, usize),
    /// Whether the files have each image with rows and columns exchanged, as EMNIST's do.
    #[serde(default, skip_serializing_if = "is_default")]
    pub transposed: bool,
    /// The label of the first class: 1 in EMNIST's letters, else 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub first_label: u8,
    /// Addresses of folders with the files, in order of preference; each ends in `/`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mirrors: Vec<String>,
    /// Where the files are described, or what to download where there are no mirrors.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub home: String,
    /// The files.
    pub files: Files,
}

/// The four files of a dataset.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// Training images, `[rows, height, width]` of u8.
    pub train_images: FileSpec,
    /// Training labels: `[rows]` of u8, or QMNIST's `[rows, 8]` of i32, whose first column is the
    /// class.
    pub train_labels: FileSpec,
    /// Test images.
    pub test_images: FileSpec,
    /// Test labels.
    pub test_labels: FileSpec,
}

impl Files {
    /// Training images and labels, test images and labels.
    #[must_use]
    pub fn each(&self) -> [&FileSpec; 4] {
        [
            &self.train_images,
            &self.train_labels,
            &self.test_images,
            &self.test_labels,
        ]
    }
}

/// One file: its name, and what is known of its bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSpec {
    /// Name without `.gz`.
    pub name: String,
    /// The gzip file as published.
    #[serde(default, skip_serializing_if = "is_default")]
    pub gz: Pin,
    /// The unzipped file.
    #[serde(default, skip_serializing_if = "is_default")]
    pub plain: Pin,
}

/// What is known of a file's bytes; what is not known is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Number of bytes.
    pub bytes: Option<u64>,
    /// SHA-256 in lower-case hex.
    pub sha256: Option<String>,
    /// MD5 in lower-case hex. Compared only where there is no SHA-256.
    pub md5: Option<String>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The published datasets; the first is Fashion-MNIST.
#[must_use]
pub fn all() -> &'static [Description] {
    static ALL: LazyLock<Vec<Description>> = LazyLock::new(|| {
        // The table is part of the program, and a test parses it.
        toml::from_str::<BTreeMap<String, _>>(include_str!("published.toml"))
            .ok()
            .and_then(|mut table| table.remove("dataset"))
            .unwrap_or_default()
    });
    &ALL
}

/// The published dataset with this short name, in any case.
///
/// ```
/// use fm_data::published;
///
/// let kmnist = published::named("kmnist")?;
/// assert_eq!(kmnist.class_names[9], "wo");
/// # Ok::<(), fm_data::DataError>(())
/// ```
///
/// # Errors
///
/// No such dataset; the error lists the names.
pub fn named(name: &str) -> Result<&'static Description, DataError> {
    let mut datasets = all().iter();
    let found = datasets.find(|dataset| dataset.name.eq_ignore_ascii_case(name));
    found.ok_or_else(|| {
        let known: Vec<&str> = all().iter().map(|dataset| &*dataset.name).collect();
        let known = known.join(", ");
        let reason = format!("no dataset is called {name:?}; the published ones are {known}");
        DataError::Invalid(reason)
    })
}

/// Fashion-MNIST.
#[must_use]
pub fn fashion_mnist() -> &'static Description {
    &all()[0]
}

/// The published file with this SHA-256, of the gzip file or of the unzipped one: `it is
/// train-images-idx3-ubyte of MNIST`.
pub(crate) fn known(sha256: &str) -> Option<String> {
    let has = |pin: &Pin| pin.sha256.as_deref() == Some(sha256);
    all().iter().find_map(|dataset| {
        let mut files = dataset.files.each().into_iter();
        let file = files.find(|file| has(&file.gz) || has(&file.plain))?;
        Some(format!("it is {} of {}", file.name, dataset.title()))
    })
}

impl Description {
    /// The name for texts.
    #[must_use]
    pub fn title(&self) -> &str {
        match &*self.title {
            "" => &self.name,
            title => title,
        }
    }

    /// Reads the text of a `dataset.toml`.
    ///
    /// # Errors
    ///
    /// The first fault in words: with its line where the TOML or its keys are at fault; a name that
    /// would lead out of the folder.
    pub fn parse(text: &str) -> Result<Self, String> {
        let description: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let other = |c: char| c.is_control() || c == '/' || c == '\\';
        let is_name = |name: &str| !matches!(name, "" | "..") && !name.contains(other);
        let files = description.files.each().map(|file| &file.name);
        let wrong = files
            .into_iter()
            .chain([&description.name])
            .find(|name| !is_name(name));
        match wrong {
            Some(name) => Err(format!("{name:?} is not the name of a file or a dataset")),
            None => Ok(description),
        }
    }

    /// The text of a `dataset.toml`.
    #[must_use]
    pub fn to_toml(&self) -> String {
        // Strings, numbers and tables only: nothing that TOML cannot write.
        toml::to_string(self).unwrap_or_default()
    }
}
