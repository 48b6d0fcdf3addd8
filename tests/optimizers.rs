//! Trajectories of the optimizers, against PyTorch in float64.

use fm_nn::{Activation, Dense, Engine, FreezeMask, LayerGradient, Network, Rows, Update};
use fm_tests::{assert_close, engines_at_every_level, fixture, matrix};
use fm_train::{Optimizer, OptimizerState};
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
    /// Names and settings are those of our own files, so an optimizer or a setting that does not
    /// exist here is an error rather than a run compared with the wrong numbers or not at all.
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
    let mut state = OptimizerState::new(optimizer, &network, &FreezeMask::none(1)).unwrap();
    let steps = reference.gradients.iter().map(|gradient| {
        let x = matrix(&[vec![1.0]]);
        let mut delta = matrix(std::slice::from_ref(gradient));
        let layer = &mut network.layers_mut()[0];
        let gradient = LayerGradient::new(engine, Rows::of(&x), &mut delta);
        state.update(0, layer, gradient);
        layer.weight().iter().copied().collect()
    });
    steps.collect()
}

#[test]
fn trajectories_match_pytorch() {
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

#[test]
fn every_level_takes_the_same_steps_to_the_bit() {
    let mut reference: Reference = fixture("optimizers.json");
    // Enough parameters for whole vectors and a rest at every level.
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
