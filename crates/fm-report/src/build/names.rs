//! Names of files.

/// A name of letters, digits, `-` and `_`.
pub(crate) fn plain(name: &str) -> String {
    let letter = |c: char| match c.is_ascii_alphanumeric() || c == '-' || c == '_' {
        true => c,
        false => '-',
    };
    name.chars().map(letter).collect()
}
