//! Rows of some classes.

use fm_data::Dataset;
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
