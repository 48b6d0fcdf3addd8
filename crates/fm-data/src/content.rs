//! What data is, told from its first bytes and not from a file's name.

use std::fmt;

/// The first two bytes of gzip data.
pub(crate) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// First bytes that are looked at; enough for the beginning of an HTML page.
pub(crate) const LOOK: usize = 1024;

/// What the first bytes of a file say it is.
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
    /// Another known format, in words such as `a zip archive: unpack it first`.
    Known(&'static str),
    /// No bytes at all.
    Empty,
    /// None of these.
    Unknown {
        /// The first bytes, at most eight.
        first: Vec<u8>,
    },
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
            [] => return Self::Empty,
            [0x1f, 0x8b, ..] => return Self::Gzip,
            // Two zeros, one of the six element types, a rank.
            [0, 0, 8 | 9 | 0xb..=0xe, 1..=8, ..] => return Self::Idx,
            _ if first.starts_with(b"\x89PNG") => return Self::Png,
            [0xff, 0xd8, 0xff, ..] => return Self::Jpeg,
            _ => {}
        }
        let mut known = SIGNATURES.iter();
        if let Some((_, what)) = known.find(|(start, _)| first.starts_with(start)) {
            return Self::Known(what);
        }
        let first = &first[..first.len().min(LOOK)];
        let text = String::from_utf8_lossy(first);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let lower = text.to_ascii_lowercase();
        let mut starts = ["<!doctype html", "<htm", "<head", "<body"].into_iter();
        let is_page = lower.contains("<html") || starts.any(|start| lower.starts_with(start));
        match text.chars().next() {
            // A server's error page, or the sign-in page of a network.
            _ if is_page => Self::Known("an HTML page"),
            Some('<') => Self::Known("an HTML or XML page, such as a server's error message"),
            Some('{') => Self::Known("JSON text, such as a server's error message"),
            Some(c) if c.is_ascii_alphanumeric() && first.iter().all(is_text) => {
                Self::Known("a text file")
            }
            _ => Self::Unknown {
                first: first[..first.len().min(8)].to_vec(),
            },
        }
    }
}

fn is_text(byte: &u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace() || !byte.is_ascii()
}

/// `text` with a space in place of each control character, so that text from a file cannot send
/// escape sequences to a terminal.
#[must_use]
pub fn printable(text: &str) -> String {
    text.replace(char::is_control, " ")
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip => f.write_str("a gzip file"),
            Self::Idx => f.write_str("an unzipped IDX file"),
            Self::Png => f.write_str("a PNG picture"),
            Self::Jpeg => f.write_str("a JPEG picture"),
            Self::Known(what) => f.write_str(what),
            Self::Empty => f.write_str("an empty file"),
            Self::Unknown { first } => {
                f.write_str("unknown data that begins with")?;
                first.iter().try_for_each(|byte| write!(f, " {byte:02x}"))
            }
        }
    }
}
