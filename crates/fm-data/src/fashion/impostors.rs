//! Data sets that come under Fashion-MNIST's file names, by the SHA-256 of their files.

use crate::published::FILES;

/// A known file of another data set.
struct Known {
    dataset: &'static str,
    file: &'static str,
    sha256: &'static str,
}

const fn mnist(file: &'static str, sha256: &'static str) -> Known {
    Known {
        dataset: "MNIST (handwritten digits), whose files have the same names",
        file,
        sha256,
    }
}

const fn kmnist(file: &'static str, sha256: &'static str) -> Known {
    Known {
        dataset: "KMNIST (Japanese characters), whose files have the same names",
        file,
        sha256,
    }
}

/// MNIST's gzip files and the same unzipped, as several archives list them; KMNIST's gzip files
/// as torchvision's prototype datasets list them.
const KNOWN: [Known; 12] = [
    mnist(
        FILES[0].name,
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    ),
    mnist(
        FILES[1].name,
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    ),
    mnist(
        FILES[2].name,
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    ),
    mnist(
        FILES[3].name,
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
    ),
    mnist(
        FILES[0].name,
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    mnist(
        FILES[1].name,
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    mnist(
        FILES[2].name,
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    mnist(
        FILES[3].name,
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    kmnist(
        FILES[0].name,
        "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
    ),
    kmnist(
        FILES[1].name,
        "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
    ),
    kmnist(
        FILES[2].name,
        "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
    ),
    kmnist(
        FILES[3].name,
        "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ),
];

/// Data set and file with this SHA-256 (of the file as it is, or unzipped), where it is a known
/// one: of another data set, or one of Fashion-MNIST's own under another's name.
pub(crate) fn known_file(sha256: &str) -> Option<String> {
    let own = FILES
        .iter()
        .find(|file| file.gz_sha256 == sha256 || file.sha256 == sha256);
    if let Some(own) = own {
        return Some(format!("{} of Fashion-MNIST", own.name));
    }
    let known = KNOWN.iter().find(|known| known.sha256 == sha256)?;
    Some(format!("{} of {}", known.file, known.dataset))
}
