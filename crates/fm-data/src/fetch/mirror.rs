//! Where files come from: an address or a folder.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::FetchError;

/// A place that has the files under their published names.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mirror {
    /// An `http://` or `https://` address that ends in `/`; file names are appended to it.
    Http(String),
    /// A local folder, with the files as `.gz` or unzipped, dashed or dotted names.
    Folder(PathBuf),
}

impl FromStr for Mirror {
    type Err = FetchError;

    /// An `http(s)://` address, a `file://` address, or else a path.
    fn from_str(given: &str) -> Result<Self, FetchError> {
        let usage = |problem: &'static str| FetchError::Usage {
            given: without_password(given),
            problem: problem.to_owned(),
        };
        let Some((scheme, rest)) = given.split_once("://") else {
            return match given {
                "" => Err(usage("expected a folder or an address")),
                path => Ok(Self::Folder(PathBuf::from(path))),
            };
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => {
                let host = rest.split('/').next().unwrap_or_default();
                let url = given.parse::<ureq::http::Uri>();
                if host.is_empty() || url.is_err() {
                    return Err(usage("this is not an address"));
                }
                if rest.contains(['?', '#']) {
                    return Err(usage(
                        "file names are appended to the address, so it may not have '?' or '#'",
                    ));
                }
                let slash = if rest.ends_with('/') { "" } else { "/" };
                Ok(Self::Http(format!("{given}{slash}")))
            }
            "file" => {
                let path = rest.strip_prefix("localhost").unwrap_or(rest);
                if !path.starts_with('/') {
                    return Err(usage(
                        "a file:// address needs three slashes: file:///folder",
                    ));
                }
                let path = percent_decoded(path)
                    .ok_or_else(|| usage("its percent signs do not encode a path"))?;
                Ok(Self::Folder(PathBuf::from(drive_path(&path))))
            }
            _ => Err(usage(
                "expected a folder, or an http://, https:// or file:// address",
            )),
        }
    }
}

impl fmt::Display for Mirror {
    /// The address without a password, or the path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http(url) => f.write_str(&without_password(url)),
            Self::Folder(path) => path.display().fmt(f),
        }
    }
}

/// `url` with what stands before an `@` of its authority taken out: a password must not reach a log.
pub(super) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{tail}")
}

/// `%41` becomes `A`; `None` where a sign is not followed by two hex digits or no UTF-8 comes out.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let high = char::from(bytes.next()?).to_digit(16)?;
            let low = char::from(bytes.next()?).to_digit(16)?;
            out.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).ok()
}

/// `/C:/data` is `C:/data` where drives have letters.
fn drive_path(path: &str) -> &str {
    let bytes = path.as_bytes();
    let has_drive = bytes.len() > 2 && bytes[1].is_ascii_alphabetic() && bytes[2] == b':';
    if cfg!(windows) && has_drive {
        &path[1..]
    } else {
        path
    }
}
