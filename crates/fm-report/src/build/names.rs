//! Names of files and of axes.

/// A name of letters, digits, `-` and `_`.
pub(crate) fn plain(name: &str) -> String {
    let letter = |c: char| match c.is_ascii_alphanumeric() || c == '-' || c == '_' {
        true => c,
        false => '-',
    };
    name.chars().map(letter).collect()
}

/// An axis in words; its key where it has none.
pub(crate) fn axis_words(axis: &str) -> &str {
    match axis {
        "task.target_rows" => "target rows trained on",
        "arms.*.reuse" => "layers reused",
        "task.target_classes" => "target classes",
        other => other,
    }
}
