//! What data is, told from its first bytes and not from a file's name.

use std::fmt;

/// The first two bytes of gzip data.
pub(crate) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// First bytes that are looked at; enough for the beginning of an HTML page.
pub(crate) const LOOK: usize = 1024;

/// What the first bytes of a file say it is. `Display` says it in words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Gzip data.
    Gzip,
    /// An IDX file, not compressed.
    Idx,
    /// A PNG picture.
    Png,
    /// A JPEG picture.
    Jpeg,
    /// Anything else, in words such as `a zip archive: unpack it first`.
    Other(String),
}

/// Signatures of files that are found in place of a dataset.
const SIGNATURES: [(&[u8], &str); 9] = [
    (b"version https://git-lfs", "a Git LFS pointer to the file"),
    (b"PK\x03\x04", "a zip archive: unpack it first"),
    (b"\x93NUM", "a NumPy file"),
    (b"BZh", "bzip2 data: unpack it first"),
    (b"\xfd7zXZ", "xz data: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd data: unpack it first"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"GIF8", "a GIF picture"),
];

impl Content {
    /// What data that begins with `first` is.
    ///
    /// ```
    /// use fm_data::Content;
    ///
    /// assert_eq!(Content::of(&[0x1f, 0x8b, 8]), Content::Gzip);
    /// assert_eq!(Content::of(b"PK\x03\x04").to_string(), "a zip archive: unpack it first");
    /// ```
    #[must_use]
    pub fn of(first: &[u8]) -> Self {
        match first {
            [0x1f, 0x8b, ..] => Self::Gzip,
            // Two zeros, one of the six element types, a rank.
            [0, 0, 8 | 9 | 0xb..=0xe, 1..=8, ..] => Self::Idx,
            [0x89, b'P', b'N', b'G', ..] => Self::Png,
            [0xff, 0xd8, 0xff, ..] => Self::Jpeg,
            _ => Self::Other(in_words(&first[..first.len().min(LOOK)])),
        }
    }
}

fn in_words(first: &[u8]) -> String {
    let mut known = SIGNATURES.iter();
    if let Some((_, what)) = known.find(|(start, _)| first.starts_with(start)) {
        return (*what).to_owned();
    }
    let text = String::from_utf8_lossy(first);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let lower = text.to_ascii_lowercase();
    let mut starts = ["<!doctype html", "<htm", "<head", "<body"].into_iter();
    let is_page = lower.contains("<html") || starts.any(|start| lower.starts_with(start));
    let is_text =
        |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace() || !byte.is_ascii();
    let what = match text.chars().next() {
        // A server's error page, or the sign-in page of a network.
        _ if is_page => "an HTML page",
        Some('<') => "an HTML or XML page, such as a server's error message",
        Some('{') => "JSON text, such as a server's error message",
        Some(c) if c.is_ascii_alphanumeric() && first.iter().all(is_text) => "a text file",
        _ if first.is_empty() => "an empty file",
        _ => {
            let bytes = first.iter().take(8).map(|byte| format!(" {byte:02x}"));
            return format!("unknown data that begins with{}", bytes.collect::<String>());
        }
    };
    what.to_owned()
}

/// `text` with a space in place of each control character, so that text from a file cannot send
/// escape sequences to a terminal.
#[must_use]
pub fn printable(text: &str) -> String {
    text.replace(char::is_control, " ")
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gzip => "a gzip file",
            Self::Idx => "an unzipped IDX file",
            Self::Png => "a PNG picture",
            Self::Jpeg => "a JPEG picture",
            Self::Other(what) => what,
        })
    }
}
