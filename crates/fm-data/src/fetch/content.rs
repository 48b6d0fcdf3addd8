//! What a file is, told from its first bytes and not from its name.

use std::fmt;

/// How many first bytes are looked at; enough for a page's title.
pub(super) const LOOK: usize = 1024;

/// The first bytes of every gzip file (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What a file's first bytes say it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// Compressed by gzip, as the published files are.
    Gzip,
    /// An IDX file, not compressed.
    Idx,
    /// A page for people: an error page, or the sign-in page of a network.
    Html {
        /// Its title, where one was found.
        title: Option<String>,
    },
    /// XML, such as a storage service's error message.
    Xml,
    /// JSON.
    Json,
    /// The pointer that Git LFS leaves where a large file belongs.
    LfsPointer,
    /// A zip archive.
    Zip,
    /// No bytes at all.
    Empty,
    /// None of these.
    Unknown {
        /// The first bytes, at most eight.
        first: Vec<u8>,
    },
}

impl Content {
    /// What `first`, the first bytes of a file, say it is. [`Content::Empty`] for none.
    #[must_use]
    pub fn of(first: &[u8]) -> Self {
        match first {
            [] => return Self::Empty,
            _ if first.starts_with(&GZIP) => return Self::Gzip,
            // Two zeros, one of the six element types, a rank: IDX.
            [0, 0, 8 | 9 | 0xb..=0xe, 1..=8, ..] => return Self::Idx,
            _ if first.starts_with(b"PK\x03\x04") => return Self::Zip,
            _ => {}
        }
        let text = String::from_utf8_lossy(&first[..first.len().min(LOOK)]);
        let text = text.trim_start_matches('\u{feff}').trim_start();
        let lower = text.to_ascii_lowercase();
        let is_page = lower.contains("<html")
            || ["<!doctype html", "<head", "<body"]
                .iter()
                .any(|start| lower.starts_with(start));
        if is_page {
            Self::Html {
                title: title(text, &lower),
            }
        } else if lower.starts_with("<?xml") || lower.starts_with("<error") {
            Self::Xml
        } else if lower.starts_with("version https://git-lfs") {
            Self::LfsPointer
        } else if lower.starts_with('{') || lower.starts_with('[') {
            Self::Json
        } else {
            Self::Unknown {
                first: first[..first.len().min(8)].to_vec(),
            }
        }
    }
}

/// What stands between `<title>` and `</title>`: one line, at most 60 characters, nothing that
/// could steer a terminal. `lower` is `text` in lower case, so positions agree.
fn title(text: &str, lower: &str) -> Option<String> {
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    let printable = text[start..end].replace(char::is_control, " ");
    let words: Vec<&str> = printable.split_whitespace().collect();
    let title: String = words.join(" ").chars().take(60).collect();
    (!title.is_empty()).then_some(title)
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gzip => f.write_str("a gzip file"),
            Self::Idx => f.write_str("an unzipped IDX file"),
            Self::Html { title: Some(title) } => write!(f, "an HTML page titled \"{title}\""),
            Self::Html { title: None } => f.write_str("an HTML page"),
            Self::Xml => f.write_str("an XML message"),
            Self::Json => f.write_str("a JSON message"),
            Self::LfsPointer => f.write_str("a Git LFS pointer, not the file it points to"),
            Self::Zip => f.write_str("a zip archive"),
            Self::Empty => f.write_str("no bytes at all"),
            Self::Unknown { first } => {
                f.write_str("something that begins with")?;
                first.iter().try_for_each(|byte| write!(f, " {byte:02x}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> String {
        Content::of(bytes).to_string()
    }

    #[test]
    fn first_bytes_name_the_content() {
        assert_eq!(told(&[0x1f, 0x8b, 8]), "a gzip file");
        assert_eq!(told(&[0, 0, 8, 3, 0, 0]), "an unzipped IDX file");
        assert_eq!(told(b"PK\x03\x04"), "a zip archive");
        assert_eq!(told(b""), "no bytes at all");
        assert_eq!(
            told(b"version https://git-lfs.github.com/spec/v1"),
            Content::LfsPointer.to_string()
        );
        assert_eq!(told(b"{\"error\": 403}"), "a JSON message");
        assert_eq!(told(b"<?xml version=\"1.0\"?><Error>"), "an XML message");
        assert_eq!(
            told(b"<Error><Code>AccessDenied</Code></Error>"),
            "an XML message"
        );
        assert_eq!(told(&[0xff, 0x00]), "something that begins with ff 00");
        // A type that IDX does not have.
        assert_eq!(
            told(&[0, 0, 0xa, 1]),
            "something that begins with 00 00 0a 01"
        );
    }

    #[test]
    fn pages_are_named_by_their_title() {
        let page =
            "\u{feff}\r\n<!DOCTYPE html><html><head><TITLE>\n Sign in\x1b[2J to Café </TITLE>";
        assert_eq!(
            told(page.as_bytes()),
            "an HTML page titled \"Sign in [2J to Café\""
        );
        assert_eq!(told(b"<html><body>no"), "an HTML page");
        assert_eq!(
            told(b"<?xml version='1.0'?>\n<html xmlns='x'>"),
            "an HTML page"
        );
        let long = format!("<html><title>{}</title>", "x".repeat(500));
        assert_eq!(
            told(long.as_bytes()).len(),
            "an HTML page titled \"\"".len() + 60
        );
    }
}
