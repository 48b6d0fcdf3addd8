//! Rows of some classes.

use fm_data::{DataError, Dataset};
use fm_nn::Model;

use super::SingleError;
use crate::protocol::ClassRef;

/// The classes of these names, in any case, or of these numbers.
///
/// # Errors
/// [`SingleError::Unfit`] with the nearest name.
pub fn of_names(data: &Dataset, names: &[String]) -> Result<Vec<u8>, SingleError> {
    let class = |name: &String| {
        let found = ClassRef::Name(name.clone()).resolve(data.class_names());
        found.map_err(|expected| {
            SingleError::Unfit(format!("no class {name:?}: expected {expected}"))
        })
    };
    names.iter().map(class).collect()
}

/// Which rows of a training file are trained on; by default all but those held out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Names or numbers of the classes, in the order of their new labels; empty for all.
    pub classes: Vec<String>,
    /// Names or numbers of classes to leave out, if `classes` is empty.
    pub except: Vec<String>,
    /// The first rows of the chosen classes, so many; all by default.
    pub rows: Option<usize>,
    /// Rows at the beginning of the file that are held out for validation, as a protocol does;
    /// a tenth, and at most 5000, by default.
    pub validation_rows: Option<usize>,
}

impl Selection {
    /// Training and validation rows; `None` if no held-out row is of the chosen classes.
    ///
    /// # Errors
    /// [`SingleError::Unfit`]; [`SingleError::Data`] for more rows than there are.
    pub fn split(&self, file: &Dataset) -> Result<(Dataset, Option<Dataset>), SingleError> {
        let held_out = self.validation_rows.unwrap_or((file.rows() / 10).min(5000));
        let (valid, train) = match held_out {
            0 => (None, file.clone()),
            rows => {
                let (valid, train) = file.hold_out(rows)?;
                (Some(valid), train)
            }
        };
        let train = self.of(&train)?;
        let train = match self.rows {
            Some(rows) => train.first(rows)?,
            None => train,
        };
        let valid = match valid.map(|valid| self.of(&valid)).transpose() {
            Err(SingleError::Data(DataError::NoRows { .. })) => None,
            valid => valid?,
        };
        Ok((train, valid))
    }

    /// The rows of the chosen classes, under their new labels.
    ///
    /// # Errors
    /// [`SingleError::Unfit`]; [`SingleError::Data`] if there are none.
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
/// [`SingleError::Unfit`] if the data does not have a class of the model, or if the model has no
/// names and another number of classes.
pub fn align(model: &Model, data: &Dataset) -> Result<Dataset, SingleError> {
    let names = &model.metadata.class_names;
    if !names.is_empty() {
        return Ok(data.of_classes(&of_names(data, names)?)?);
    }
    let classes = model.network.outputs().max(2);
    if classes == data.n_classes() {
        return Ok(data.clone());
    }
    let (name, found) = (data.name(), data.n_classes());
    Err(SingleError::Unfit(format!(
        "the model has {classes} classes without names, and {name} has {found} classes; name the \
         classes that the model was trained on, in the order of its labels"
    )))
}
