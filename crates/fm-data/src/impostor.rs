//! Other datasets that are served under the very same file names.

use crate::published::FILES;

/// One file of another dataset, known by its checksums.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Impostor {
    /// The dataset that it belongs to, as people call it.
    pub dataset: &'static str,
    /// File name without `.gz`; the same as one of ours.
    pub name: &'static str,
    /// Bytes of the `.gz` file.
    pub gz_bytes: u64,
    /// SHA-256 of the `.gz` file, in lower-case hex.
    pub gz_sha256: &'static str,
    /// SHA-256 of the unzipped file, where it is known.
    pub sha256: Option<&'static str>,
}

/// The handwritten digits and the cursive characters that share Fashion-MNIST's file names.
///
/// Sizes and checksums are those that the loaders of several libraries carry (digits: TensorFlow
/// Datasets' and others' `.gz` and unzipped sums; KMNIST: torchvision for Ruby and others).
pub const IMPOSTORS: [Impostor; 8] = [
    Impostor {
        dataset: "digit MNIST",
        name: "train-images-idx3-ubyte",
        gz_bytes: 9_912_422,
        gz_sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        sha256: Some("ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
    },
    Impostor {
        dataset: "digit MNIST",
        name: "train-labels-idx1-ubyte",
        gz_bytes: 28_881,
        gz_sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        sha256: Some("65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
    },
    Impostor {
        dataset: "digit MNIST",
        name: "t10k-images-idx3-ubyte",
        gz_bytes: 1_648_877,
        gz_sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        sha256: Some("0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
    },
    Impostor {
        dataset: "digit MNIST",
        name: "t10k-labels-idx1-ubyte",
        gz_bytes: 4_542,
        gz_sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        sha256: Some("ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"),
    },
    Impostor {
        dataset: "KMNIST",
        name: "train-images-idx3-ubyte",
        gz_bytes: 18_165_135,
        gz_sha256: "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
        sha256: None,
    },
    Impostor {
        dataset: "KMNIST",
        name: "train-labels-idx1-ubyte",
        gz_bytes: 29_497,
        gz_sha256: "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
        sha256: None,
    },
    Impostor {
        dataset: "KMNIST",
        name: "t10k-images-idx3-ubyte",
        gz_bytes: 3_041_136,
        gz_sha256: "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
        sha256: None,
    },
    Impostor {
        dataset: "KMNIST",
        name: "t10k-labels-idx1-ubyte",
        gz_bytes: 5_120,
        gz_sha256: "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
        sha256: None,
    },
];

/// The dataset whose `.gz` file called `name` has exactly this many bytes.
#[cfg(feature = "fetch")]
pub(crate) fn of_size(known: &[Impostor], name: &str, bytes: u64) -> Option<&'static str> {
    let same = |file: &&Impostor| file.name == name && file.gz_bytes == bytes;
    known.iter().find(same).map(|file| file.dataset)
}

/// The dataset that has a file with this checksum, zipped or not, under whatever name.
#[cfg(feature = "fetch")]
pub(crate) fn of_checksum(known: &[Impostor], sha256: &str) -> Option<&'static str> {
    let same = |file: &&Impostor| file.gz_sha256 == sha256 || file.sha256 == Some(sha256);
    known.iter().find(same).map(|file| file.dataset)
}

/// Dataset and file with this checksum, zipped or not, where it is a known one: of another
/// dataset, or one of Fashion-MNIST's own.
pub(crate) fn known_file(sha256: &str) -> Option<String> {
    if let Some(own) = FILES
        .iter()
        .find(|own| own.gz_sha256 == sha256 || own.sha256 == sha256)
    {
        return Some(format!("{} of Fashion-MNIST", own.name));
    }
    let same = |file: &&Impostor| file.gz_sha256 == sha256 || file.sha256 == Some(sha256);
    let known = IMPOSTORS.iter().find(same)?;
    Some(format!(
        "{} of {}, whose files have the same names",
        known.name, known.dataset
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impostors_share_our_names_and_none_of_our_sizes_or_checksums() {
        for impostor in IMPOSTORS {
            assert!(FILES.iter().any(|file| file.name == impostor.name));
            assert!(FILES.iter().all(|file| file.gz_bytes != impostor.gz_bytes));
            assert_eq!(impostor.gz_sha256.len(), 64);
            for file in FILES {
                for sha256 in [file.gz_sha256, file.sha256] {
                    assert_ne!(impostor.gz_sha256, sha256);
                    assert_ne!(impostor.sha256, Some(sha256));
                }
            }
        }
    }

    #[test]
    fn known_files_are_named() {
        let digits = "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6";
        assert_eq!(
            known_file(digits).as_deref(),
            Some("t10k-images-idx3-ubyte of digit MNIST, whose files have the same names")
        );
        let unzipped = "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2";
        assert!(known_file(unzipped).is_some_and(|name| name.contains("of digit MNIST")));
        let own = FILES[2].sha256;
        assert_eq!(
            known_file(own).as_deref(),
            Some("t10k-images-idx3-ubyte of Fashion-MNIST")
        );
        assert_eq!(known_file(""), None);
    }
}
