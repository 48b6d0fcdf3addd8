//! Forward and backward passes through a [`Network`].

use std::ops::Range;

use fm_matmul::elementwise::zip;
use fm_matmul::{Rows, Start};

use crate::error::{NetworkError, at_most, same};
use crate::freeze::FreezeMask;
use crate::gradient::{LayerGradient, Update};
use crate::network::Network;
use crate::workspace::Workspace;

/// What does not fit if inputs are not those of the first layer of a pass.
const COLUMNS: &str = "columns of the inputs";

impl Network {
    /// Computes the outputs of the layers in `range` for `input`, `[rows, inputs]` of the lowest of
    /// them; read them from `workspace`. Above layer 0, `input` is what the layer below gave.
    ///
    /// # Errors
    /// [`NetworkError`] if the workspace is for a network of another shape or has room for fewer
    /// rows, if `input` has other columns than the lowest layer has inputs, or if
    /// [`Workspace::draw_dropout`] drew fewer rows or layers.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn forward(
        &self,
        range: Range<usize>,
        input: Rows<'_>,
        workspace: &mut Workspace,
    ) -> Result<(), NetworkError> {
        let rows = input.rows();
        workspace.check(self, rows, range.start)?;
        let expected = self.layers()[range.start].inputs();
        same(COLUMNS, expected, input.cols())?;
        (workspace.rows, workspace.first, workspace.end) = (rows, range.start, range.end);
        let level = workspace.engine.level();
        for l in range.clone() {
            let layer = &self.layers()[l];
            let (below, here) = workspace.outputs.split_at_mut(l);
            let x = if l == range.start {
                input
            } else {
                Rows::of(&below[l - 1]).first(rows)
            };
            let x = match &mut workspace.dropout {
                Some(dropout) if l > 0 => dropout.apply(level, l, x),
                _ => x,
            };
            let start = Start::Row(&layer.bias);
            workspace
                .engine
                .product(x, &layer.weight, start, &mut here[0]);
            // With the padding: whole vectors, and the padding's values do not matter.
            let used = rows * here[0].stride();
            let outputs = &mut here[0].padded_mut()[..used];
            if let Some(kept) = &mut workspace.preactivations[l] {
                kept.padded_mut()[..used].copy_from_slice(outputs);
            }
            layer.activation().apply(level, outputs);
        }
        Ok(())
    }

    /// Passes the gradient of each layer that `mask` does not freeze whole to `update`, from the
    /// head down to the lowest of them and no further.
    ///
    /// Call it after [`forward`](Self::forward) on the same `input` and [`Workspace::loss`].
    ///
    /// # Errors
    /// [`NetworkError`] if mask or workspace are for another network, if the mask freezes every
    /// layer, if the forward pass ended below the head, if `input` is not that of the forward pass,
    /// if a layer is trainable below the one where that began, and for a workspace for inference.
    /// Nothing is changed then.
    pub fn backward(
        &mut self,
        input: Rows<'_>,
        workspace: &mut Workspace,
        mask: &FreezeMask,
        update: &mut impl Update,
    ) -> Result<(), NetworkError> {
        let lowest = self.check_mask(mask)?;
        let (rows, first) = (workspace.rows, workspace.first);
        workspace.check(self, rows, first)?;
        if workspace.deltas.is_empty() {
            let what = "the workspace is for inference; make it with Workspace::for_training";
            return Err(NetworkError(what.to_owned()));
        }
        let layers = self.layers().len();
        same("end of the forward pass, in layers", layers, workspace.end)?;
        same(COLUMNS, self.layers()[first].inputs(), input.cols())?;
        at_most("rows of the forward pass", input.rows(), rows)?;
        if lowest < first {
            let expected = format_args!("{first} or more, where the forward pass began");
            let what = "lowest trainable layer";
            return Err(NetworkError::misfit(what, expected, lowest));
        }
        for l in (lowest..layers).rev() {
            if l > lowest {
                self.delta_below(l, workspace);
            }
            let mask = &mask.layers[l];
            if mask.is_frozen() {
                continue;
            }
            let x = match &workspace.dropout {
                Some(dropout) if l > 0 => Rows::of(&dropout.values[l - 1]),
                _ if l == first => input,
                _ => Rows::of(&workspace.outputs[l - 1]),
            };
            let delta = &mut workspace.deltas[l];
            let engine = &workspace.engine;
            let gradient = LayerGradient::new(engine, x.first(rows), delta, mask);
            update.update(l, &mut self.layers_mut()[l], gradient);
        }
        update.finish(self.layers_mut(), mask);
        Ok(())
    }

    /// From layer `l`'s delta that of the layer below it: `D·Wᵀ` times the derivatives.
    fn delta_below(&self, l: usize, workspace: &mut Workspace) {
        let (below, above) = workspace.deltas.split_at_mut(l);
        let (rows, delta) = (workspace.rows, &mut below[l - 1]);
        let (engine, weight) = (&workspace.engine, &self.layers()[l].weight);
        engine.product_transposed(&above[0], rows, weight, delta, &mut workspace.scratch);
        let kept = workspace.preactivations[l - 1]
            .as_ref()
            .unwrap_or(&workspace.outputs[l - 1]);
        let used = rows * delta.stride();
        let (delta, kept) = (&mut delta.padded_mut()[..used], &kept.padded()[..used]);
        let level = engine.level();
        if let Some(dropout) = &workspace.dropout {
            let factors = &dropout.factors[l - 1].padded()[..used];
            zip(level, delta, factors, |d, factor| d * factor);
        }
        let activation = self.layers()[l - 1].activation();
        activation.backward(level, delta, kept);
    }
}
