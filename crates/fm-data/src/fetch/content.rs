//! What a file is, told from its first bytes and not from its name.

use std::fmt;

use crate::sniff;

/// How many first bytes are looked at; enough for a page's title.
pub(super) const LOOK: usize = 1024;

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
    /// Something else that is known, in words such as `a zip archive: unpack it first`.
    Known(&'static str),
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
            _ if first.starts_with(&sniff::GZIP) => return Self::Gzip,
            // Two zeros, one of the six element types, a rank: IDX.
            [0, 0, 8 | 9 | 0xb..=0xe, 1..=8, ..] => return Self::Idx,
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
            let title = title(text, &lower);
            Self::Html { title }
        } else if let Some(known) = sniff::looks_like(first) {
            Self::Known(known)
        } else {
            let first = first[..first.len().min(8)].to_vec();
            Self::Unknown { first }
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
            Self::Known(what) => f.write_str(what),
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
        assert_eq!(told(b""), "no bytes at all");
        assert!(told(b"PK\x03\x04").starts_with("a zip archive"));
        assert!(told(b"version https://git-lfs.github.com/spec/v1").contains("Git LFS pointer"));
        assert!(told(b"{\"error\": 403}").starts_with("JSON"));
        assert!(told(b"<?xml version=\"1.0\"?><Error>").contains("XML"));
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
