//! [`PartMask`]: what is frozen of one layer's weights or biases.

use fm_matmul::Matrix;
use ndarray::{Array2, ArrayView2, Zip};
use serde::{Deserialize, Serialize};

/// What is frozen of a layer's weights, or of its biases.
///
/// A pattern of single elements that are all frozen or all trainable is held as what it is, a
/// whole: equal masks compare equal however they were made, and wholes cost no look at elements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct PartMask(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Trainable,
    Frozen,
    /// In row-major order; some frozen, some not.
    Elements(Array2<bool>),
}

/// A mask in a file.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Written {
    Trainable,
    Frozen,
    /// Row by row.
    Elements(Vec<Vec<bool>>),
}

impl TryFrom<Written> for PartMask {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let rows = match written {
            Written::Trainable => return Ok(Self::TRAINABLE),
            Written::Frozen => return Ok(Self::FROZEN),
            Written::Elements(rows) => rows,
        };
        let shape = (rows.len(), rows.first().map_or(0, Vec::len));
        if rows.iter().any(|row| row.len() != shape.1) {
            return Err("the rows of a mask's elements differ in length".to_owned());
        }
        let elements = Array2::from_shape_vec(shape, rows.into_iter().flatten().collect());
        let elements = elements.map_err(|error| error.to_string());
        elements.map(Self::from_elements)
    }
}

impl From<PartMask> for Written {
    fn from(part: PartMask) -> Self {
        match part.0 {
            Kind::Trainable => Self::Trainable,
            Kind::Frozen => Self::Frozen,
            Kind::Elements(frozen) => {
                let rows = frozen.rows().into_iter();
                Self::Elements(rows.map(|row| row.to_vec()).collect())
            }
        }
    }
}

impl PartMask {
    /// Nothing frozen.
    pub const TRAINABLE: Self = Self(Kind::Trainable);
    /// All frozen.
    pub const FROZEN: Self = Self(Kind::Frozen);

    /// A pattern of the shape of the weights, `[inputs, outputs]`, or of the biases,
    /// `[1, outputs]`; true is frozen.
    pub fn from_elements(frozen: Array2<bool>) -> Self {
        if frozen.iter().all(|&frozen| frozen) {
            return Self::FROZEN;
        }
        if !frozen.iter().any(|&frozen| frozen) {
            return Self::TRAINABLE;
        }
        Self(Kind::Elements(frozen.as_standard_layout().into_owned()))
    }

    /// Whether all is frozen.
    pub fn is_frozen(&self) -> bool {
        self.0 == Kind::Frozen
    }

    /// Whether nothing is frozen.
    pub fn is_trainable(&self) -> bool {
        self.0 == Kind::Trainable
    }

    /// The pattern, in row-major order, where some elements are frozen and some not.
    pub fn elements(&self) -> Option<ArrayView2<'_, bool>> {
        match &self.0 {
            Kind::Elements(frozen) => Some(frozen.view()),
            _ => None,
        }
    }

    /// Number of frozen elements among `of`, all that the part has.
    pub fn frozen_of(&self, of: usize) -> usize {
        match &self.0 {
            Kind::Trainable => 0,
            Kind::Frozen => of,
            Kind::Elements(frozen) => frozen.iter().filter(|&&frozen| frozen).count(),
        }
    }

    /// Puts frozen elements of `values` back to what they are in `before`.
    ///
    /// # Panics
    /// If the shapes are not those of the pattern.
    pub fn restore(&self, values: &mut Matrix, before: &Matrix) {
        match &self.0 {
            Kind::Trainable => {}
            Kind::Frozen => values.padded_mut().copy_from_slice(before.padded()),
            Kind::Elements(frozen) => {
                let (values, before) = (values.view_mut(), before.view());
                Zip::from(values)
                    .and(before)
                    .and(frozen)
                    .for_each(|value, &before, &frozen| {
                        *value = if frozen { before } else { *value };
                    });
            }
        }
    }

    /// Makes a gradient zero where it is frozen.
    pub(crate) fn zero(&self, gradient: &mut Matrix) {
        match &self.0 {
            Kind::Trainable => {}
            Kind::Frozen => gradient.padded_mut().fill(0.0),
            Kind::Elements(frozen) => {
                Zip::from(gradient.view_mut())
                    .and(frozen)
                    .for_each(|g, &frozen| {
                        *g = if frozen { 0.0 } else { *g };
                    });
            }
        }
    }

    /// The shape of a pattern.
    pub(super) fn shape(&self) -> Option<(usize, usize)> {
        self.elements().map(|frozen| frozen.dim())
    }

    /// Frozen where either is; the two shapes if they differ.
    pub(super) fn or(&self, other: &Self) -> Result<Self, [(usize, usize); 2]> {
        match (&self.0, &other.0) {
            (Kind::Frozen, _) | (_, Kind::Frozen) => Ok(Self::FROZEN),
            (Kind::Trainable, other) | (other, Kind::Trainable) => Ok(Self(other.clone())),
            (Kind::Elements(a), Kind::Elements(b)) if a.dim() == b.dim() => Ok(
                Self::from_elements(Zip::from(a).and(b).map_collect(|a, b| a | b)),
            ),
            (Kind::Elements(a), Kind::Elements(b)) => Err([a.dim(), b.dim()]),
        }
    }
}
