//! [`Examples`]: borrowed inputs and labels, and how a batch of them is gathered.

use fm_nn::{Engine, Inputs, Matrix};
use ndarray::ArrayView2;

use crate::error::TrainError;

/// Class numbers of a task, one per row.
#[derive(Clone, Copy, Debug)]
pub enum Labels<'a> {
    /// As bytes, the way image datasets have them.
    U8(&'a [u8]),
    /// For more than 256 classes.
    U32(&'a [u32]),
}

impl Labels<'_> {
    /// Number of labels.
    pub fn len(&self) -> usize {
        match self {
            Self::U8(labels) => labels.len(),
            Self::U32(labels) => labels.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
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

/// Inputs with their labels, borrowed: one copy of the data serves every run.
#[derive(Clone, Copy, Debug)]
pub struct Examples<'a> {
    inputs: Inputs<'a>,
    labels: Labels<'a>,
}

impl<'a> Examples<'a> {
    /// Pairs inputs with labels.
    ///
    /// # Errors
    /// [`TrainError::Rows`] if their counts differ, [`TrainError::TooManyRows`] from 2³² on.
    pub fn new(inputs: Inputs<'a>, labels: Labels<'a>) -> Result<Self, TrainError> {
        let (rows, n_labels) = (inputs.rows(), labels.len());
        if rows != n_labels {
            return Err(TrainError::Rows {
                inputs: rows,
                labels: n_labels,
            });
        }
        if u32::try_from(rows).is_err() {
            return Err(TrainError::TooManyRows { rows });
        }
        Ok(Self { inputs, labels })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.labels.len()
    }

    /// The inputs.
    pub fn inputs(&self) -> Inputs<'a> {
        self.inputs
    }

    /// The labels.
    pub fn labels(&self) -> Labels<'a> {
        self.labels
    }

    /// The same rows with other inputs, such as what a frozen trunk makes of them.
    pub(crate) fn with_inputs<'b>(&'b self, inputs: ArrayView2<'b, f32>) -> Examples<'b> {
        Examples {
            inputs: Inputs::F32(inputs),
            labels: self.labels,
        }
    }

    /// The same, borrowed for less long (array views do not shorten by themselves).
    pub(crate) fn reborrow(&self) -> Examples<'_> {
        let inputs = match &self.inputs {
            Inputs::F32(values) => Inputs::F32(values.view()),
            Inputs::U8 { values, scale } => Inputs::U8 {
                values: values.view(),
                scale: *scale,
            },
        };
        Examples {
            inputs,
            labels: self.labels,
        }
    }

    /// Checks that there are rows and that they fit a network.
    pub(crate) fn check(
        &self,
        what: &'static str,
        inputs: usize,
        n_classes: usize,
    ) -> Result<(), TrainError> {
        if self.rows() == 0 {
            return Err(TrainError::NoRows { what });
        }
        if self.inputs.cols() != inputs {
            let found = self.inputs.cols();
            return Err(TrainError::Inputs {
                what,
                expected: inputs,
                found,
            });
        }
        for row in 0..self.rows() {
            let class = self.labels.class(row);
            if class as usize >= n_classes {
                return Err(TrainError::Class {
                    what,
                    row,
                    class,
                    n_classes,
                });
            }
        }
        Ok(())
    }
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

    /// Gathers `n_rows` rows: the `i`-th is row `row(i)` of the examples.
    pub(crate) fn gather(
        &mut self,
        engine: &Engine,
        examples: &Examples<'_>,
        n_rows: usize,
        row: impl Fn(usize) -> usize,
    ) {
        self.classes.clear();
        let classes = (0..n_rows).map(|i| examples.labels.class(row(i)));
        self.classes.extend(classes);
        let (level, inputs) = (engine.level(), &mut self.inputs);
        examples.inputs.gather(level, n_rows, row, inputs);
    }
}
