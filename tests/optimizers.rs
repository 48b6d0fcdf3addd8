//! Trajectories of the optimizers, against PyTorch in float64.

use fm_nn::{Activation, Dense, FreezeMask, LayerGradient, Network, Rows, Update};
use fm_tests::{assert_close, engines_at_every_level, fixture, matrix};
use fm_train::{Optimizer, OptimizerState, Sgd};
use serde::Deserialize;

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
    settings: Settings,
    trajectory: Vec<Vec<f64>>,
}

/// What a run was made with. An unknown key is an error: a setting passed over would be compared
/// with the wrong numbers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    lr: f64,
    #[serde(default)]
    momentum: f64,
    #[serde(default)]
    nesterov: bool,
    #[serde(default)]
    weight_decay: f64,
    #[serde(rename = "betas")]
    _betas: Option<[f64; 2]>,
    #[serde(rename = "eps")]
    _eps: Option<f64>,
    #[serde(rename = "alpha")]
    _alpha: Option<f64>,
}

/// The optimizer of a run; none for the ones that do not exist here yet.
fn optimizer(run: &Run) -> Option<Optimizer> {
    let Settings {
        lr,
        momentum,
        nesterov,
        weight_decay,
        ..
    } = run.settings;
    match run.optimizer.as_str() {
        "sgd" => Some(Optimizer::Sgd(Sgd {
            lr,
            momentum,
            nesterov,
            weight_decay,
        })),
        _ => None,
    }
}

#[test]
fn trajectories_match_pytorch() {
    let reference: Reference = fixture("optimizers.json");
    let n = reference.start.len();
    let mut compared = 0;
    for engine in engines_at_every_level() {
        for run in &reference.runs {
            let Some(optimizer) = optimizer(run) else {
                continue;
            };
            compared += 1;
            // A layer of n inputs and one output, whose weight gradient on one row of inputs x
            // with delta 1 is x itself.
            let column: Vec<Vec<f64>> = reference.start.iter().map(|&w| vec![w]).collect();
            let layer =
                Dense::from_parts(matrix(&column).view(), &[0.0], Activation::Identity).unwrap();
            let mut network = Network::new(Vec::new(), layer).unwrap();
            let mut state = OptimizerState::new(optimizer, &network, &FreezeMask::none(1)).unwrap();
            for (step, gradient) in reference.gradients.iter().enumerate() {
                let x = matrix(std::slice::from_ref(gradient));
                let mut delta = matrix(&[vec![1.0]]);
                let layer = &mut network.layers_mut()[0];
                state.update(
                    0,
                    layer,
                    LayerGradient::new(&engine, Rows::of(&x), &mut delta),
                );
                let what = format!("{:?}, step {step}, {}", optimizer, engine.kernel());
                let found = matrix(&[(0..n).map(|i| layer.weight()[[i, 0]].into()).collect()]);
                let expected = std::slice::from_ref(&run.trajectory[step]);
                assert_close(&found, expected, TOLERANCE, &what);
            }
        }
    }
    assert!(compared > 0, "no optimizer was compared");
}
