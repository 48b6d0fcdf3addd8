//! [`Examples`]: borrowed inputs and labels.

use fm_nn::{Inputs, Network};
use ndarray::ArrayView2;

use crate::error::{TrainError, no_rows};

/// Class numbers of a task, one per row; converts from slices and vectors of u8 and u32.
#[derive(Clone, Copy, Debug)]
pub enum Labels<'a> {
    /// As bytes, the way image datasets store them.
    U8(&'a [u8]),
    /// For more than 256 classes.
    U32(&'a [u32]),
}

impl Labels<'_> {
    /// Number of labels.
    pub fn rows(&self) -> usize {
        match self {
            Self::U8(labels) => labels.len(),
            Self::U32(labels) => labels.len(),
        }
    }

    /// The class of row `row`.
    ///
    /// # Panics
    /// If there is no such row.
    pub fn class(&self, row: usize) -> u32 {
        match self {
            Self::U8(labels) => u32::from(labels[row]),
            Self::U32(labels) => labels[row],
        }
    }
}

macro_rules! labels_from {
    ($variant:ident, $class:ty) => {
        impl<'a> From<&'a [$class]> for Labels<'a> {
            fn from(labels: &'a [$class]) -> Self {
                Self::$variant(labels)
            }
        }

        impl<'a> From<&'a Vec<$class>> for Labels<'a> {
            fn from(labels: &'a Vec<$class>) -> Self {
                Self::$variant(labels)
            }
        }
    };
}

labels_from!(U8, u8);
labels_from!(U32, u32);

/// Inputs with their labels, borrowed: many trainings can share one copy of the data.
///
/// ```
/// use fm_train::{Examples, Inputs};
/// use ndarray::array;
///
/// let points = array![[0.5, 1.0], [2.0, -0.5]];
/// let labels = vec![0u8, 1];
/// let examples = Examples::new(&points, &labels)?;
/// assert_eq!(examples.rows(), 2);
///
/// let images = array![[0u8, 255, 128], [64, 0, 32]];
/// let examples = Examples::new(Inputs::pixels(images.view()), &labels)?;
/// assert_eq!(examples.inputs().cols(), 3);
///
/// let error = Examples::new(&points, &labels[..1]).unwrap_err();
/// assert_eq!(error.to_string(), "2 rows of inputs, but 1 labels; every row needs one label");
/// # Ok::<(), fm_train::TrainError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Examples<'a> {
    inputs: Inputs<'a>,
    labels: Labels<'a>,
    /// The layer that the inputs go into; above 0 they are outputs of frozen layers.
    layer: usize,
}

impl<'a> Examples<'a> {
    /// Pairs inputs with labels.
    ///
    /// # Errors
    /// [`TrainError::Examples`] if their counts differ, and from 2³² rows on.
    pub fn new(
        inputs: impl Into<Inputs<'a>>,
        labels: impl Into<Labels<'a>>,
    ) -> Result<Self, TrainError> {
        let (inputs, labels) = (inputs.into(), labels.into());
        let (rows, n_labels) = (inputs.rows(), labels.rows());
        if rows != n_labels {
            return Err(unequal(rows, n_labels));
        }
        if u32::try_from(rows).is_err() {
            let error = format!("{rows} rows are too many; the limit is {}", u32::MAX);
            return Err(TrainError::Examples(error));
        }
        let layer = 0;
        Ok(Self {
            inputs,
            labels,
            layer,
        })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.labels.rows()
    }

    /// The inputs.
    pub fn inputs(&self) -> Inputs<'a> {
        self.inputs
    }

    /// The labels.
    pub fn labels(&self) -> Labels<'a> {
        self.labels
    }

    /// The layer that the inputs go into: 0, or the number of layers that
    /// [`Features`](crate::Features) replace.
    pub fn layer(&self) -> usize {
        self.layer
    }

    /// Outputs of the first `layer` layers, with a label for each row.
    pub(crate) fn of_features(
        features: ArrayView2<'a, f32>,
        labels: Labels<'a>,
        layer: usize,
    ) -> Self {
        Self {
            inputs: Inputs::F32(features),
            labels,
            layer,
        }
    }

    /// The same examples, borrowed for a shorter time.
    pub(crate) fn reborrow(&self) -> Examples<'_> {
        Examples {
            // Array views are not covariant.
            inputs: match &self.inputs {
                Inputs::F32(values) => Inputs::F32(values.view()),
                Inputs::U8 { values, scale } => Inputs::U8 {
                    values: values.view(),
                    scale: *scale,
                },
            },
            labels: self.labels,
            layer: self.layer,
        }
    }

    /// Checks that there are rows, and that columns and labels fit `network`.
    pub(crate) fn check(&self, what: &str, network: &Network) -> Result<(), TrainError> {
        if self.rows() == 0 {
            return Err(no_rows(what));
        }
        let layers = network.layers();
        let Some(layer) = layers.get(self.layer) else {
            return Err(too_deep(what, layers.len() - 1, self.layer));
        };
        let (expected, found) = (layer.inputs(), self.inputs.cols());
        if expected != found {
            return Err(TrainError::Examples(format!(
                "the {what} examples have {found} columns, but the network takes {expected}"
            )));
        }
        let n_classes = network.outputs().max(2);
        let classes = (0..self.rows()).map(|row| self.labels.class(row));
        check_classes(what, classes, n_classes)
    }
}

/// Another number of labels than rows.
pub(crate) fn unequal(rows: usize, labels: usize) -> TrainError {
    TrainError::Examples(format!(
        "{rows} rows of inputs, but {labels} labels; every row needs one label"
    ))
}

/// Features of `found` layers where they may replace `most`.
pub(crate) fn too_deep(what: &str, most: usize, found: usize) -> TrainError {
    TrainError::Examples(format!(
        "the {what} examples are outputs of the first {found} layers, so these must be frozen, but \
         only {most} are; pass the original inputs, or features of {most} layers"
    ))
}

/// The examples of a training.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Data<'a> {
    pub(crate) train: Examples<'a>,
    pub(crate) valid: Option<Examples<'a>>,
}

impl<'a> Data<'a> {
    /// Each part, with its name in messages.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&'static str, &Examples<'a>)> {
        let valid = self.valid.iter().map(|valid| ("validation", valid));
        std::iter::once(("training", &self.train)).chain(valid)
    }
}

/// Checks that every class is below `n_classes`.
pub(crate) fn check_classes(
    what: &str,
    classes: impl IntoIterator<Item = u32>,
    n_classes: usize,
) -> Result<(), TrainError> {
    let mut rows = classes.into_iter().enumerate();
    match rows.find(|(_, class)| *class as usize >= n_classes) {
        Some((row, class)) => Err(wrong_class(what, row, class, n_classes)),
        None => Ok(()),
    }
}

/// A class that there is not.
pub(crate) fn wrong_class(what: &str, row: usize, class: u32, n_classes: usize) -> TrainError {
    TrainError::Examples(format!(
        "row {row} of the {what} examples has class {class}, but the classes are 0 to {}; remove \
         the row, or use a network with more outputs",
        n_classes.saturating_sub(1)
    ))
}
