//! Values that are not finite, and where they are first.

use fm_nn::{Network, Rows, Workspace};
use ndarray::{ArrayView1, ArrayView2, s};

use crate::batch::Batch;
use crate::error::INPUTS;

/// Whether the weights and biases of the layers from `first` on are finite.
pub(crate) fn is_finite(network: &Network, first: usize) -> bool {
    // The largest exponent is found without a branch per value, so that the loop is vectorised.
    let finite = |row: ArrayView1<'_, f32>| {
        let exponents = row.iter().map(|x| x.to_bits() & 0x7f80_0000);
        exponents.fold(0, u32::max) < 0x7f80_0000
    };
    network.layers()[first..].iter().all(|layer| {
        let weight = layer.weight();
        weight.rows().into_iter().all(finite) && finite(layer.bias().into())
    })
}

/// Where a forward pass of the latest batch, from layer `first` on, first has values that are not
/// finite.
pub(crate) fn first_not_finite(
    network: &Network,
    first: usize,
    batch: &Batch,
    workspace: &mut Workspace,
) -> String {
    let n_rows = batch.classes.len();
    let rows = Rows::of(&batch.inputs).first(n_rows);
    let forward = network.forward(first..network.layers().len(), rows, workspace);
    debug_assert!(forward.is_ok(), "the workspace served the training");
    let finite = |values: ArrayView2<'_, f32>| values.iter().all(|x| x.is_finite());
    let activations = |l| format!("the activations of {}", network.layer_name(l));
    for (l, layer) in network.layers().iter().enumerate() {
        if l == first && !finite(batch.inputs.view().slice(s![..n_rows, ..])) {
            // Above the first layer, the inputs are outputs of frozen layers.
            return l.checked_sub(1).map_or(INPUTS.to_owned(), activations);
        }
        if !finite(layer.weight()) || !layer.bias().iter().all(|x| x.is_finite()) {
            return format!("the weights of {}", network.layer_name(l));
        }
        if l >= first && !finite(workspace.output(l)) {
            return activations(l);
        }
    }
    "the loss".to_owned()
}
