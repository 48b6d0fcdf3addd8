//! Optimizers: what they are, and their state in a training.

use fm_nn::{Dense, FreezeMask, Job, LayerGradient, Level, Matrix, Network, Update};
use serde::{Deserialize, Serialize};

use crate::error::TrainError;

/// An optimizer and its settings. Definitions are PyTorch's.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd(Sgd),
}

/// `v ← momentum·v + (g + weight_decay·w)`, `w ← w − lr·v`; with Nesterov
/// `w ← w − lr·(g + weight_decay·w + momentum·v)` (Sutskever et al. 2013).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sgd {
    /// Learning rate, above 0.
    pub lr: f64,
    /// Momentum, from 0 (the default) to below 1.
    #[serde(default)]
    pub momentum: f64,
    /// Nesterov's momentum; off by default.
    #[serde(default)]
    pub nesterov: bool,
    /// L2 decay added to the gradient, 0 by default.
    #[serde(default)]
    pub weight_decay: f64,
}

impl Sgd {
    /// Plain gradient descent.
    pub fn plain(lr: f64) -> Self {
        Self {
            lr,
            momentum: 0.0,
            nesterov: false,
            weight_decay: 0.0,
        }
    }
}

impl Optimizer {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`TrainError::Setting`] names the one that cannot be.
    pub fn check(&self) -> Result<(), TrainError> {
        let Self::Sgd(sgd) = self;
        positive("lr", sgd.lr)?;
        if !(0.0..1.0).contains(&sgd.momentum) {
            return Err(setting("momentum", "from 0 to below 1", sgd.momentum));
        }
        if sgd.nesterov && sgd.momentum == 0.0 {
            return Err(setting("momentum", "above 0 with nesterov", sgd.momentum));
        }
        if !(sgd.weight_decay >= 0.0 && sgd.weight_decay.is_finite()) {
            return Err(setting(
                "weight_decay",
                "a number from 0 on",
                sgd.weight_decay,
            ));
        }
        Ok(())
    }
}

fn setting(name: &'static str, expected: &'static str, found: f64) -> TrainError {
    TrainError::Setting {
        name,
        expected,
        found: found.to_string(),
    }
}

fn positive(name: &'static str, value: f64) -> Result<(), TrainError> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(setting(name, "a number above 0", value))
}

/// An optimizer with what it remembers of each trainable layer.
#[derive(Debug)]
pub struct OptimizerState {
    optimizer: Optimizer,
    layers: Vec<Option<LayerState>>,
}

/// Buffers of a layer, padded like its parameters.
#[derive(Debug)]
struct LayerState {
    gradient: (Matrix, Matrix),
    velocity: (Matrix, Matrix),
}

impl OptimizerState {
    /// A fresh state for the layers of `network` that `mask` leaves trainable.
    ///
    /// # Errors
    /// As [`Optimizer::check`], and if the mask does not fit the network.
    pub fn new(
        optimizer: Optimizer,
        network: &Network,
        mask: &FreezeMask,
    ) -> Result<Self, TrainError> {
        optimizer.check()?;
        network.check_mask(mask)?;
        let Optimizer::Sgd(sgd) = optimizer;
        let needs_state = sgd.momentum != 0.0 || sgd.weight_decay != 0.0;
        let state = |(l, layer): (usize, &Dense)| {
            (needs_state && !mask.is_frozen(l)).then(|| {
                let zeros = || {
                    let weight = Matrix::zeros(layer.inputs(), layer.outputs());
                    (weight, Matrix::zeros(1, layer.outputs()))
                };
                LayerState {
                    gradient: zeros(),
                    velocity: zeros(),
                }
            })
        };
        let layers = network.layers().iter().enumerate().map(state).collect();
        Ok(Self { optimizer, layers })
    }
}

impl Update for OptimizerState {
    fn update(&mut self, layer_idx: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
        let Optimizer::Sgd(sgd) = self.optimizer;
        let Some(state) = &mut self.layers[layer_idx] else {
            gradient.descend(layer, sgd.lr as f32);
            return;
        };
        gradient.write_to(&mut state.gradient.0, &mut state.gradient.1);
        let level = gradient.level();
        let (weight, bias) = layer.parts_mut();
        sgd_step(level, sgd, weight, &state.gradient.0, &mut state.velocity.0);
        sgd_step(level, sgd, bias, &state.gradient.1, &mut state.velocity.1);
    }
}

/// One step on a whole buffer; padding is zero in all three and stays so.
fn sgd_step(level: Level, sgd: Sgd, values: &mut Matrix, gradient: &Matrix, velocity: &mut Matrix) {
    level.dispatch(SgdStep {
        sgd,
        values: values.padded_mut(),
        gradient: gradient.padded(),
        velocity: velocity.padded_mut(),
    });
}

struct SgdStep<'a> {
    sgd: Sgd,
    values: &'a mut [f32],
    gradient: &'a [f32],
    velocity: &'a mut [f32],
}

impl Job for SgdStep<'_> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let (lr, momentum) = (self.sgd.lr as f32, self.sgd.momentum as f32);
        let decay = self.sgd.weight_decay as f32;
        let parts = self.values.iter_mut().zip(self.gradient).zip(self.velocity);
        for ((w, g), v) in parts {
            let g = decay.mul_add(*w, *g);
            *v = momentum.mul_add(*v, g);
            let step = if self.sgd.nesterov {
                momentum.mul_add(*v, g)
            } else {
                *v
            };
            *w = (-lr).mul_add(step, *w);
        }
    }
}
