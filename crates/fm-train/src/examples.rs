//! [`Examples`]: borrowed inputs and labels, and [`Batch`]: the rows of a step.

use fm_nn::{Engine, Inputs, Matrix, Network};

use crate::error::TrainError;

/// Inputs with the class number of each row, borrowed: many trainings can share one copy of the
/// data.
///
/// ```
/// use fm_train::{Examples, Inputs};
/// use ndarray::array;
///
/// let points = array![[0.5, 1.0], [2.0, -0.5]];
/// let labels = vec![0, 1];
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
    pub(crate) inputs: Inputs<'a>,
    pub(crate) labels: &'a [u8],
    /// The layer that the inputs go into; above 0 they are outputs of frozen layers.
    pub(crate) layer: usize,
}

impl<'a> Examples<'a> {
    /// Pairs inputs with labels.
    ///
    /// # Errors
    /// [`TrainError::Examples`] if their counts differ, and from 2³² rows on.
    pub fn new(inputs: impl Into<Inputs<'a>>, labels: &'a [u8]) -> Result<Self, TrainError> {
        let (inputs, layer) = (inputs.into(), 0);
        let (rows, n_labels) = (inputs.rows(), labels.len());
        let error = if rows != n_labels {
            format!("{rows} rows of inputs, but {n_labels} labels; every row needs one label")
        } else if u32::try_from(rows).is_err() {
            format!("{rows} rows are too many; the limit is {}", u32::MAX)
        } else {
            return Ok(Self {
                inputs,
                labels,
                layer,
            });
        };
        Err(TrainError::Examples(error))
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The inputs.
    pub fn inputs(&self) -> Inputs<'a> {
        self.inputs
    }

    /// The same examples for a shorter time: array views are not covariant.
    pub(crate) fn reborrow(&self) -> Examples<'_> {
        Examples {
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
        let (expected, found) = (network.layers()[self.layer].inputs(), self.inputs.cols());
        let n_classes = network.outputs().max(2);
        let mut classes = self.labels.iter().map(|&class| u32::from(class)).zip(0..);
        if self.rows() == 0 {
            let error = format!("the {what} examples have no rows");
            return Err(TrainError::Examples(error));
        }
        if expected != found {
            return Err(TrainError::Examples(format!(
                "the {what} examples have {found} columns, but the network takes {expected}"
            )));
        }
        match classes.find(|(class, _)| *class as usize >= n_classes) {
            Some((class, row)) => Err(wrong_class(what, row, class, n_classes)),
            None => Ok(()),
        }
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

/// A batch in one reused buffer.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) inputs: Matrix,
    pub(crate) classes: Vec<u32>,
}

impl Batch {
    pub(crate) fn new(capacity: usize, cols: usize) -> Self {
        Self {
            inputs: Matrix::zeros(capacity, cols),
            classes: Vec::with_capacity(capacity),
        }
    }

    /// Gathers `n` rows: row `i` of the batch is row `row(i)` of the examples.
    pub(crate) fn gather(
        &mut self,
        engine: &Engine,
        examples: &Examples<'_>,
        n: usize,
        row: impl Fn(usize) -> usize,
    ) {
        self.classes.clear();
        let classes = (0..n).map(|i| u32::from(examples.labels[row(i)]));
        self.classes.extend(classes);
        let inputs = &mut self.inputs;
        examples.inputs.gather(engine.level(), n, row, inputs);
    }
}
