//! [`Model`]: a network with what is needed to use it on its own.

use std::collections::BTreeMap;

use crate::error::FileError;
use crate::network::Network;

/// What a network's weights do not say: whose classes they are and what the inputs are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// Names of the classes in the order of the labels: one per logit, two for a single logit;
    /// none where they are not known, the default.
    pub class_names: Vec<String>,
    /// What each byte of an input is multiplied by, 1/255 for pixels; none, the default, where it
    /// is not known.
    pub input_scale: Option<f32>,
    /// Whatever else is worth keeping, by name.
    pub notes: BTreeMap<String, String>,
}

impl Metadata {
    /// Refuses what cannot be true of a network of `outputs` logits.
    pub(crate) fn check(&self, outputs: usize) -> Result<(), FileError> {
        let (names, expected) = (self.class_names.len(), outputs.max(2));
        if names != 0 && names != expected {
            return Err(FileError::Contents(format!(
                "the metadata has {names} class names for {outputs} logits, expected {expected}"
            )));
        }
        match self.input_scale {
            Some(scale) if !(scale.is_finite() && scale > 0.0) => Err(FileError::Contents(
                format!("the metadata has an input scale of {scale}, expected a number above 0"),
            )),
            _ => Ok(()),
        }
    }
}

/// A network with its [`Metadata`]: what a file holds.
///
/// ```
/// use fm_nn::{Activation, Dense, Metadata, Model, Network};
/// use ndarray::array;
///
/// let head = Dense::from_parts(array![[1.0, -1.0]].view(), &[0.0, 0.5], Activation::Identity)?;
/// let metadata = Metadata {
///     class_names: vec!["sandal".to_owned(), "shirt".to_owned()],
///     input_scale: Some(1.0 / 255.0),
///     ..Metadata::default()
/// };
/// let model = Model { network: Network::new(vec![], head)?, metadata };
///
/// let again = Model::from_bytes(&model.to_bytes()?)?;
/// assert_eq!(again, model);
/// # Ok::<(), fm_nn::FileError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The layers.
    pub network: Network,
    /// What they are for.
    pub metadata: Metadata,
}

impl Model {
    /// A network of which nothing else is known.
    pub fn new(network: Network) -> Self {
        Self {
            network,
            metadata: Metadata::default(),
        }
    }

    /// The name of class `class`: its own where it is known, else its number.
    pub fn class_name(&self, class: usize) -> String {
        let name = self.metadata.class_names.get(class);
        name.cloned().unwrap_or_else(|| class.to_string())
    }
}
