//! What a frozen trunk makes of the rows, computed once per phase.

use fm_nn::{Engine, Matrix, Network, Rows, Workspace};

use crate::examples::{Batch, Examples};

/// Rows that go through the trunk together.
const CHUNK: usize = 256;

/// The outputs of layer `layers - 1` for every row, `[rows, units]`.
pub(crate) fn features(
    network: &Network,
    layers: usize,
    examples: &Examples<'_>,
    engine: &Engine,
) -> Matrix {
    let mut workspace = Workspace::for_inference(network, engine.clone(), CHUNK);
    let mut batch = Batch::new(CHUNK, network.inputs());
    let mut out = Matrix::zeros(examples.rows(), network.layers()[layers - 1].outputs());
    for start in (0..examples.rows()).step_by(CHUNK) {
        let end = examples.rows().min(start + CHUNK);
        batch.gather(engine, examples, end - start, |i| start + i);
        let rows = Rows::of(&batch.inputs).first(end - start);
        network.forward_range(0..layers, rows, &mut workspace);
        out.view_mut()
            .slice_mut(ndarray::s![start..end, ..])
            .assign(&workspace.output(layers - 1));
    }
    out
}
