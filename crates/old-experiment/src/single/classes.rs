//! Classes by their names.

use fm_data::{DataError, Dataset};
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

/// How a message goes on that says that a name is none: `before` and the name that [`nearest`]
/// found; nothing where it found none.
///
/// ```
/// use fm_experiment::single::{nearest, perhaps};
///
/// let near = nearest("sandle", ["Shirt", "Sandal"]);
/// assert_eq!(perhaps(", ", near.as_deref()), ", perhaps \"Sandal\"");
/// assert_eq!(perhaps(", ", None), "");
/// ```
pub fn perhaps(before: &str, near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!("{before}perhaps {near:?}"))
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

/// Which rows of a training file are learned from; the default is all but those held out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names or numbers of the classes, in the order of their new labels; empty for all.
    pub classes: Vec<String>,
    /// Names or numbers of classes to leave out, where `classes` is empty.
    pub except: Vec<String>,
    /// The first so many rows of the chosen classes; all by default.
    pub rows: Option<usize>,
    /// Rows at the beginning of the file that are held out for validation, as a protocol does;
    /// a tenth, and at most 5000, by default.
    pub validation_rows: Option<usize>,
}

impl Selection {
    /// Rows to learn from, and those held out; none of the chosen classes may be among the latter.
    ///
    /// # Errors
    /// [`SingleError::Class`], or [`SingleError::Data`] if there are not so many rows.
    pub fn split(&self, file: &Dataset) -> Result<(Dataset, Option<Dataset>), SingleError> {
        let held_out = self.validation_rows.unwrap_or((file.rows() / 10).min(5000));
        let (valid, train) = match held_out {
            0 => (None, file.clone()),
            n => file
                .hold_out(n)
                .map(|(valid, train)| (Some(valid), train))?,
        };
        let train = self.of(&train)?;
        let train = match self.rows {
            Some(rows) => train.first(rows)?,
            None => train,
        };
        let valid = match valid.map(|valid| self.of(&valid)).transpose() {
            // A small part may be without the classes.
            Err(SingleError::Data(DataError::NoRows { .. })) => None,
            valid => valid?,
        };
        Ok((train, valid))
    }

    /// The rows of the chosen classes, under their new labels.
    ///
    /// # Errors
    /// [`SingleError::Class`], or [`SingleError::Data`] if there are none.
    pub fn of(&self, data: &Dataset) -> Result<Dataset, SingleError> {
        if !self.classes.is_empty() {
            return Ok(data.of_classes(&of_names(data, &self.classes)?)?);
        }
        if self.except.is_empty() {
            return Ok(data.clone());
        }
        let except = of_names(data, &self.except)?;
        let classes = (0..=u8::MAX).take(data.n_classes());
        let classes: Vec<u8> = classes.filter(|class| !except.contains(class)).collect();
        Ok(data.of_classes(&classes)?)
    }
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
