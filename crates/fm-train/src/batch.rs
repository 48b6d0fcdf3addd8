//! [`Batch`]: how a batch of examples is gathered.

use fm_nn::{Engine, Job, Matrix, prefetch_slice};

use crate::examples::{Examples, Inputs};

/// How many rows ahead memory is prefetched: shuffled rows are not consecutive in memory, so the
/// processor does not prefetch them itself.
const AHEAD: usize = 8;

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

    /// Gathers `n_rows` rows: row `i` of the batch is row `row(i)` of the examples.
    pub(crate) fn gather(
        &mut self,
        engine: &Engine,
        examples: &Examples<'_>,
        n_rows: usize,
        row: impl Fn(usize) -> usize + Sync,
    ) {
        let (inputs, labels) = (examples.inputs(), examples.labels());
        self.classes.clear();
        self.classes
            .extend((0..n_rows).map(|i| labels.class(row(i))));
        let level = engine.level();
        engine.for_each_row(&mut self.inputs, n_rows, |i, out| {
            if i + AHEAD < n_rows {
                prefetch(&inputs, row(i + AHEAD));
            }
            let from = row(i);
            match inputs {
                Inputs::F32(values) => {
                    for (out, x) in out.iter_mut().zip(values.row(from)) {
                        *out = *x;
                    }
                }
                Inputs::U8 { values, scale } => match values.row(from).to_slice() {
                    Some(bytes) => level.dispatch(Scale { bytes, scale, out }),
                    None => {
                        for (out, x) in out.iter_mut().zip(values.row(from)) {
                            *out = f32::from(*x) * scale;
                        }
                    }
                },
            }
        });
    }
}

fn prefetch(inputs: &Inputs<'_>, row: usize) {
    match inputs {
        Inputs::F32(values) => values.row(row).to_slice().map(prefetch_slice),
        Inputs::U8 { values, .. } => values.row(row).to_slice().map(prefetch_slice),
    };
}

struct Scale<'a> {
    bytes: &'a [u8],
    scale: f32,
    out: &'a mut [f32],
}

impl Job for Scale<'_> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        for (out, byte) in self.out.iter_mut().zip(self.bytes) {
            *out = f32::from(*byte) * self.scale;
        }
    }
}
