//! Classes by their names.

use fm_data::Dataset;
use fm_nn::Model;

use super::SingleError;

/// The candidate that a misspelt name most likely means; none if all are far.
///
/// ```
/// use fm_experiment::single::nearest;
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

/// The classes of these names, whatever their case, or of these numbers.
///
/// # Errors
/// [`SingleError::Class`] with the nearest name.
pub fn of_names(data: &Dataset, names: &[String]) -> Result<Vec<u8>, SingleError> {
    let there = data.class_names();
    let class = |name: &String| {
        let same = |other: &String| other.eq_ignore_ascii_case(name);
        let number = || {
            name.parse()
                .ok()
                .filter(|&class: &usize| class < there.len())
        };
        let found = there.iter().position(same).or_else(number);
        let found = found.and_then(|class| u8::try_from(class).ok());
        found.ok_or_else(|| SingleError::Class {
            name: name.clone(),
            nearest: nearest(name, there.iter().map(String::as_str)),
            there: there.join(", "),
        })
    };
    names.iter().map(class).collect()
}

/// The rows of `data` that are of a model's classes, with the model's labels.
///
/// # Errors
/// [`SingleError::Class`] if the model knows a class that the data has not,
/// [`SingleError::Classes`] if it knows no names and has another number of them.
pub fn align(model: &Model, data: &Dataset) -> Result<Dataset, SingleError> {
    let names = &model.metadata.class_names;
    if !names.is_empty() {
        return Ok(data.of_classes(&of_names(data, names)?)?);
    }
    let classes = model.network.outputs().max(2);
    if classes == data.n_classes() {
        return Ok(data.clone());
    }
    Err(SingleError::Classes {
        model: classes,
        data: data.name().to_owned(),
        there: data.n_classes(),
    })
}
