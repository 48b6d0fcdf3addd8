//! Forward and backward passes through a [`Network`].

use std::ops::Range;

use fm_matmul::elementwise::zip;
use fm_matmul::{Engine, Matrix, Rows, Scratch, Start};

use crate::error::NetworkError;
use crate::freeze::FreezeMask;
use crate::gradient::{LayerGradient, Update};
use crate::network::Network;
use crate::workspace::Workspace;

impl Network {
    /// Computes every layer's outputs for `input`, `[rows, inputs]`; read them from `workspace`.
    ///
    /// # Errors
    /// As [`forward_range`](Self::forward_range).
    pub fn forward(&self, input: Rows<'_>, workspace: &mut Workspace) -> Result<(), NetworkError> {
        self.forward_from(0, input, workspace)
    }

    /// As [`forward`](Self::forward), but starts at layer `first`: `input` is the output of the
    /// layer below it, computed before.
    ///
    /// # Errors
    /// As [`forward_range`](Self::forward_range).
    pub fn forward_from(
        &self,
        first: usize,
        input: Rows<'_>,
        workspace: &mut Workspace,
    ) -> Result<(), NetworkError> {
        self.forward_range(first..self.layers().len(), input, workspace)
    }

    /// Computes the outputs of the layers in `range` only, `input` being those of the layer below.
    ///
    /// # Errors
    /// [`NetworkError::Workspace`] if the workspace is for a network of another shape,
    /// [`NetworkError::Capacity`] if it has room for fewer rows, [`NetworkError::Inputs`] if
    /// `input` has other columns than the first of these layers has inputs,
    /// [`NetworkError::Dropout`] if [`Workspace::draw_dropout`] drew fewer rows or layers.
    ///
    /// # Panics
    /// If there are no such layers.
    pub fn forward_range(
        &self,
        range: Range<usize>,
        input: Rows<'_>,
        workspace: &mut Workspace,
    ) -> Result<(), NetworkError> {
        let rows = input.rows();
        workspace.check(self)?;
        workspace.check_rows(rows, range.start)?;
        let expected = self.layers()[range.start].inputs();
        if input.cols() != expected {
            return Err(NetworkError::Inputs {
                layer: range.start,
                expected,
                found: input.cols(),
            });
        }
        (workspace.rows, workspace.first) = (rows, range.start);
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
                Some(dropout) if l > 0 && dropout.is_drawn() => dropout.apply(level, l, x),
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
    /// Call it after [`forward`](Self::forward) on the same `input` and
    /// [`Workspace::loss_and_gradient`]. With a mask that freezes everything it does nothing.
    ///
    /// # Errors
    /// [`NetworkError::MaskLayers`] or [`NetworkError::MaskShape`] if the mask is for another
    /// network, [`NetworkError::Workspace`] if the workspace is or is one for inference,
    /// [`NetworkError::Inputs`] or [`NetworkError::Capacity`] if `input` is not that of the
    /// forward pass, [`NetworkError::BelowForward`] if a layer is trainable below the one where
    /// the forward pass began. Nothing is changed then.
    pub fn backward(
        &mut self,
        input: Rows<'_>,
        workspace: &mut Workspace,
        mask: &FreezeMask,
        update: &mut impl Update,
    ) -> Result<(), NetworkError> {
        self.check_mask_fits(mask)?;
        workspace.check(self)?;
        workspace.check_for_training()?;
        let first = workspace.first;
        let (expected, found) = (self.layers()[first].inputs(), input.cols());
        if found != expected {
            return Err(NetworkError::Inputs {
                layer: first,
                expected,
                found,
            });
        }
        let (rows, capacity) = (workspace.rows, input.rows());
        if rows > capacity {
            return Err(NetworkError::Capacity { rows, capacity });
        }
        let Some(lowest) = mask.lowest_trainable() else {
            return Ok(());
        };
        if lowest < first {
            return Err(NetworkError::BelowForward {
                layer: lowest,
                first,
            });
        }
        for l in (lowest..self.layers().len()).rev() {
            if l > lowest {
                self.delta_below(l, workspace);
            }
            if mask.is_frozen(l) {
                continue;
            }
            let x = match &workspace.dropout {
                Some(dropout) if l > 0 && dropout.is_drawn() => dropout.values(l),
                _ if l == first => input,
                _ => Rows::of(&workspace.outputs[l - 1]),
            };
            let delta = &mut workspace.deltas[l];
            let gradient = LayerGradient::new(&workspace.engine, x.first(rows), delta);
            let gradient = gradient.masked(mask.layer(l));
            update.update(l, &mut self.layers_mut()[l], gradient);
        }
        update.finish(self.layers_mut(), mask);
        Ok(())
    }

    /// The gradient of the mean loss with respect to the inputs, `[rows, inputs]`, after a
    /// backward pass that went down to the first layer and left the weights as they were.
    pub fn input_gradient(&self, workspace: &Workspace) -> Matrix {
        let rows = workspace.rows;
        let mut out = Matrix::zeros(rows, self.inputs());
        let mut scratch = Scratch::new(
            workspace.capacity(),
            self.layers()[0].outputs(),
            self.inputs(),
        );
        let delta = &workspace.deltas[0];
        let (engine, weight): (&Engine, _) = (&workspace.engine, &self.layers()[0].weight);
        engine.product_transposed(delta, rows, weight, &mut out, &mut scratch);
        out
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
        if let Some(dropout) = &workspace.dropout
            && dropout.is_drawn()
        {
            let factors = &dropout.factors(l).padded()[..used];
            zip(level, delta, factors, |d, factor| d * factor);
        }
        let activation = self.layers()[l - 1].activation();
        activation.backward(level, delta, kept);
    }
}
