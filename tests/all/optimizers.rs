//! Trajectories of the optimizers, against PyTorch in float64.

use fm_nn::{
    Activation, Dense, Engine, FreezeMask, LayerGradient, Network, PartMask, Rows, Update,
};
use fm_tests::{assert_close, engines_at_every_level, fixture, matrix};
use fm_train::{Optimizer, Phase, RmsProp, Sgd};
use ndarray::array;
use serde::Deserialize;
use serde_json::{Map, Value};

/// Six steps of float32 on values below 3: each rounds by at most 2e-7.
const TOLERANCE: f64 = 1e-5;

#[derive(Deserialize)]
struct Reference {
    start: Vec<f64>,
    gradients: Vec<Vec<f64>>,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    optimizer: String,
    settings: Value,
    trajectory: Vec<Vec<f64>>,
}

impl Run {
    /// Names and settings are those of our own files, so an unknown optimizer or setting is an
    /// error.
    fn optimizer(&self) -> Optimizer {
        let tagged = Map::from_iter([(self.optimizer.clone(), self.settings.clone())]);
        serde_json::from_value(Value::Object(tagged))
            .unwrap_or_else(|e| panic!("{} {}: {e}", self.optimizer, self.settings))
    }
}

/// The parameters after each step.
fn trajectory(optimizer: Optimizer, reference: &Reference, engine: &Engine) -> Vec<Vec<f32>> {
    // A layer of one input and n outputs: on the input 1 its weight gradient is delta itself.
    let weight = matrix(std::slice::from_ref(&reference.start));
    let bias = vec![0.0; reference.start.len()];
    let layer = Dense::from_parts(weight.view(), &bias, Activation::Identity).unwrap();
    let mut network = Network::new(Vec::new(), layer).unwrap();
    let mask = FreezeMask::none(1);
    let phase = Phase::new(1, mask.clone(), optimizer);
    let mut state = phase.optimizer_state(&network).unwrap();
    let steps = reference.gradients.iter().map(|gradient| {
        let x = matrix(&[vec![1.0]]);
        let mut delta = matrix(std::slice::from_ref(gradient));
        let layer = &mut network.layers_mut()[0];
        let gradient = LayerGradient::new(engine, Rows::of(&x), &mut delta, &mask.layers[0]);
        state.update(0, layer, gradient);
        layer.weight().iter().copied().collect()
    });
    steps.collect()
}

pub(crate) fn trajectories_match_pytorch() {
    let reference: Reference = fixture("optimizers.json");
    assert!(!reference.runs.is_empty());
    for run in &reference.runs {
        let optimizer = run.optimizer();
        for engine in engines_at_every_level() {
            let found = trajectory(optimizer, &reference, &engine);
            assert_eq!(found.len(), run.trajectory.len());
            for (step, (found, expected)) in found.iter().zip(&run.trajectory).enumerate() {
                let found = matrix(&[found.iter().map(|&w| w.into()).collect()]);
                let what = format!("{optimizer:?}, step {step}, {}", engine.kernel());
                assert_close(&found, std::slice::from_ref(expected), TOLERANCE, &what);
            }
        }
    }
}

pub(crate) fn every_level_takes_the_same_steps_to_the_bit() {
    let mut reference: Reference = fixture("optimizers.json");
    // Enough parameters for whole vectors and a remainder at every level.
    let widen = |row: &[f64]| row.iter().cycle().take(53).copied().collect();
    reference.start = widen(&reference.start);
    reference.gradients = reference.gradients.iter().map(|row| widen(row)).collect();
    for run in &reference.runs {
        let optimizer = run.optimizer();
        let expected = trajectory(optimizer, &reference, &Engine::portable());
        for engine in engines_at_every_level() {
            if engine.backend() == fm_nn::Backend::Portable {
                let found = trajectory(optimizer, &reference, &engine);
                assert_eq!(found, expected, "{optimizer:?}, {}", engine.kernel());
            }
        }
    }
}

/// One step of plain descent with rate 1 on a layer of zeros with the input 1 and two outputs:
/// weights and biases become minus the gradient, which is `delta` for both.
fn clipped_step(delta: &[f64; 2], mask: &FreezeMask, clip_norm: f64, engine: &Engine) -> Vec<f64> {
    let zeros = matrix(&[vec![0.0, 0.0]]);
    let layer = Dense::from_parts(zeros.view(), &[0.0, 0.0], Activation::Identity).unwrap();
    let mut network = Network::new(Vec::new(), layer).unwrap();
    let phase = Phase {
        clip_norm: Some(clip_norm),
        ..Phase::new(1, mask.clone(), Sgd::plain(1.0))
    };
    let mut state = phase.optimizer_state(&network).unwrap();
    let (x, mut delta) = (matrix(&[vec![1.0]]), matrix(&[delta.to_vec()]));
    let gradient = LayerGradient::new(engine, Rows::of(&x), &mut delta, &mask.layers[0]);
    state.update(0, &mut network.layers_mut()[0], gradient);
    state.finish(network.layers_mut(), mask);
    let head = network.head();
    head.weight()
        .iter()
        .chain(head.bias())
        .map(|&w| -f64::from(w))
        .collect()
}

pub(crate) fn gradients_are_clipped_by_the_norm_of_all_trainable_ones() {
    let none = FreezeMask::none(1);
    let bias = FreezeMask::parse("head.bias", 1).unwrap();
    let mut one = bias.clone();
    one.layers[0].weight = PartMask::elements(array![[true, false]].view());
    let root = 50f64.sqrt();
    let cases = [
        // 3² + 4² for the weights and again for the biases.
        (&none, 1.0, [3.0 / root, 4.0 / root, 3.0 / root, 4.0 / root]),
        (&none, 7.08, [3.0, 4.0, 3.0, 4.0]),
        (&bias, 1.0, [0.6, 0.8, 0.0, 0.0]),
        (&one, 1.0, [0.0, 1.0, 0.0, 0.0]),
    ];
    for engine in engines_at_every_level() {
        for (mask, clip_norm, expected) in &cases {
            let found = clipped_step(&[3.0, 4.0], mask, *clip_norm, &engine);
            for (f, e) in found.iter().zip(expected) {
                // PyTorch adds 1e-6 to the norm; and the rounding of float32.
                assert!(
                    (f - e).abs() < 1e-6,
                    "{mask}: {found:?}, expected {expected:?}"
                );
            }
        }
    }
}

pub(crate) fn rates_are_multiplied_by_the_factors_of_schedule_and_layer() {
    let one = |outputs: usize| {
        let weight = matrix(&[vec![1.0; outputs]]);
        let bias = vec![0.0; outputs];
        Dense::from_parts(weight.view(), &bias, Activation::Identity).unwrap()
    };
    let mut network = Network::new(vec![one(1)], one(2)).unwrap();
    let phase = Phase {
        lr_factors: vec![0.25, 1.0],
        ..Phase::new(1, FreezeMask::none(2), Sgd::plain(0.5))
    };
    let mut state = phase.optimizer_state(&network).unwrap();
    state.set_lr_factor(0.5);
    let engine = Engine::portable();
    let x = matrix(&[vec![1.0]]);
    for layer in [1, 0] {
        let outputs = network.layers()[layer].outputs();
        let mut delta = matrix(&[vec![1.0; outputs]]);
        let mask = FreezeMask::none(2);
        let gradient = LayerGradient::new(&engine, Rows::of(&x), &mut delta, &mask.layers[layer]);
        state.update(layer, &mut network.layers_mut()[layer], gradient);
    }
    // Powers of two: nothing is rounded.
    assert_eq!(network.layers()[0].bias(), [-0.0625]);
    assert_eq!(network.layers()[1].bias(), [-0.25, -0.25]);
}

/// Neither a frozen weight nor its momentum changes: it continues as if there had been no steps
/// under the mask. (Adam counts those steps, as PyTorch does for the whole tensor.)
pub(crate) fn the_momentum_of_a_frozen_weight_does_not_change() {
    let momentum = Sgd {
        momentum: 0.9,
        weight_decay: 0.1,
        ..Sgd::plain(0.1)
    };
    let mut first = FreezeMask::none(1);
    first.layers[0].weight = PartMask::elements(array![[true, false, false]].view());
    let none = FreezeMask::none(1);
    for optimizer in [
        Optimizer::Sgd(momentum),
        Optimizer::RmsProp(RmsProp::new(0.1)),
    ] {
        for engine in engines_at_every_level() {
            let weights = |masked_steps: usize| {
                let ones = matrix(&[vec![1.0; 3]]);
                let layer = Dense::from_parts(ones.view(), &[0.0; 3], Activation::Identity);
                let mut network = Network::new(Vec::new(), layer.unwrap()).unwrap();
                let phase = Phase::new(1, none.clone(), optimizer);
                let mut state = phase.optimizer_state(&network).unwrap();
                let mut step = |mask: &FreezeMask| {
                    let (x, mut delta) = (matrix(&[vec![1.0]]), matrix(&[vec![0.7, -0.2, 0.1]]));
                    let gradient =
                        LayerGradient::new(&engine, Rows::of(&x), &mut delta, &mask.layers[0]);
                    state.update(0, &mut network.layers_mut()[0], gradient);
                };
                step(&none);
                (0..masked_steps).for_each(|_| step(&first));
                step(&none);
                network.head().weight().row(0).to_vec()
            };
            let (without, with) = (weights(0), weights(5));
            assert_eq!(with[0], without[0], "{optimizer:?}, {}", engine.kernel());
            assert_ne!(with[1], without[1], "{optimizer:?}, {}", engine.kernel());
        }
    }
}
