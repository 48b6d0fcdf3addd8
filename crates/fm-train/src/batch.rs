//! [`Batch`]: the rows of a step.

use fm_nn::{Engine, Matrix};

use crate::examples::Examples;

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
        let labels = examples.labels();
        self.classes.clear();
        self.classes.extend((0..n).map(|i| labels.class(row(i))));
        let inputs = &mut self.inputs;
        examples.inputs().gather(engine.level(), n, row, inputs);
    }
}
