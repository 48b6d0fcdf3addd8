//! The nearest of some names, for messages about an unknown one.

/// The candidate that is most like `name`, whatever the case; none that is not much like it.
///
/// ```
/// use fm_experiment::nearest;
///
/// assert_eq!(nearest("sandle", ["Shirt", "Sandal"]), Some("Sandal".to_owned()));
/// assert_eq!(nearest("zebra", ["Shirt", "Sandal"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let name = name.to_lowercase();
    let likeness = |other: &str| strsim::jaro_winkler(&name, &other.to_lowercase());
    let all = candidates.into_iter().map(|other| (likeness(other), other));
    let (likeness, best) = all.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (likeness > 0.75).then(|| best.to_owned())
}

/// The end of a message about an unknown name: `; did you mean "Sandal"?`, or nothing.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |near| format!("; did you mean {near:?}?"))
}

/// A message about a value's type in plain words, with a hint at the name that was perhaps meant.
pub(crate) fn explained(message: &str) -> String {
    const WORDS: [(&str, &str); 8] = [
        ("expected usize", "expected a whole number from 0 on"),
        ("expected u64", "expected a whole number from 0 on"),
        ("expected f64", "expected a number"),
        ("expected a sequence", "expected a list"),
        ("wanted string or table", "expected a name, or a table"),
        ("unit variant", "a name alone"),
        ("newtype variant", "a table"),
        ("struct variant", "a table"),
    ];
    let mut text = format!("{message}{}", likely(message));
    for (theirs, plain) in WORDS {
        text = text.replace(theirs, plain);
    }
    match text.split_once("expected struct ") {
        Some((before, _)) => format!("{before}expected a table"),
        None => text,
    }
}

/// A hint at the name that is most likely meant, of those that a message about an unknown one lists
/// in backticks after it.
fn likely(message: &str) -> String {
    let mut names = message.split('`').skip(1).step_by(2);
    match names.next().filter(|_| message.starts_with("unknown ")) {
        Some(unknown) => did_you_mean(unknown, names),
        None => String::new(),
    }
}
