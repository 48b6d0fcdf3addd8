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
    let near = |candidate: &'a str| {
        let likeness = strsim::jaro_winkler(&name, &candidate.to_lowercase());
        (likeness, candidate)
    };
    let best = candidates.into_iter().map(near);
    let best = best.max_by(|a, b| a.0.total_cmp(&b.0))?;
    (best.0 > 0.75).then(|| best.1.to_owned())
}

/// The end of a message about an unknown name: `; did you mean "Sandal"?`, or nothing.
///
/// ```
/// use fm_experiment::did_you_mean;
///
/// assert_eq!(did_you_mean("sandle", ["Shirt", "Sandal"]), "; did you mean \"Sandal\"?");
/// assert_eq!(did_you_mean("zebra", ["Shirt", "Sandal"]), "");
/// ```
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |near| format!("; did you mean {near:?}?"))
}
