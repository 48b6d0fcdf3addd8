//! Outputs, losses and every gradient of a small network, against PyTorch in float64.

use fm_nn::{
    Activation, Dense, Engine, FreezeMask, Gradients, Loss, Network, Rows, Targets, Workspace,
};
use fm_tests::{assert_close, engines_at_every_level, fixture, matrix};
use serde::Deserialize;

/// Values of a few units in float32, whose rounding adds up to less over three small layers.
const TOLERANCE: f64 = 1e-5;

type Nested = Vec<Vec<f64>>;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Target {
    Classes(Vec<u32>),
    Values(Nested),
}

#[derive(Deserialize)]
struct Case {
    activation: Activation,
    loss: String,
    x: Nested,
    target: Target,
    weights: Vec<Nested>,
    biases: Vec<Vec<f64>>,
    layer_outputs: Vec<Nested>,
    loss_value: f64,
    grad_weights: Vec<Nested>,
    grad_biases: Vec<Vec<f64>>,
}

fn loss_named(name: &str) -> Loss {
    match name {
        "softmax_cross_entropy" => Loss::SoftmaxCrossEntropy,
        "sigmoid_binary_cross_entropy" => Loss::BinaryCrossEntropy,
        "mean_squared_error" => Loss::MeanSquaredError,
        other => panic!("the fixture has a loss {other}"),
    }
}

fn network(case: &Case) -> Network {
    let last = case.weights.len() - 1;
    let mut layers = case
        .weights
        .iter()
        .zip(&case.biases)
        .enumerate()
        .map(|(l, (w, b))| {
            let bias: Vec<f32> = b.iter().map(|&b| b as f32).collect();
            let activation = if l == last {
                Activation::Identity
            } else {
                case.activation
            };
            Dense::from_parts(matrix(w).view(), &bias, activation).unwrap()
        });
    let trunk = layers.by_ref().take(last).collect();
    Network::new(trunk, layers.next().unwrap()).unwrap()
}

fn check(case: &Case, engine: &Engine) {
    let what = format!("{:?} {} on {}", case.activation, case.loss, engine.kernel());
    let mut network = network(case);
    let x = matrix(&case.x);
    let values;
    let targets = match &case.target {
        Target::Classes(classes) => Targets::Classes(classes),
        Target::Values(rows) => {
            values = matrix(rows);
            Targets::Values(&values)
        }
    };
    // Capacity above the batch: the rows that are not used must not be seen.
    let mut workspace = Workspace::for_training(&network, engine.clone(), x.rows() + 3);
    network.forward(Rows::of(&x), &mut workspace).unwrap();
    for (l, expected) in case.layer_outputs.iter().enumerate() {
        let found = fm_nn::Matrix::from_view(workspace.output(l));
        assert_close(
            &found,
            expected,
            TOLERANCE,
            &format!("{what}: output of layer {l}"),
        );
    }
    let sum = workspace.loss_and_gradient(loss_named(&case.loss), targets);
    let mean = sum / x.rows() as f64;
    assert!(
        (mean - case.loss_value).abs() < TOLERANCE,
        "{what}: loss {mean}"
    );

    let mut gradients = Gradients::default();
    let mask = FreezeMask::none(network.layers().len());
    let backward = network.backward(Rows::of(&x), &mut workspace, &mask, &mut gradients);
    backward.unwrap();
    for l in 0..network.layers().len() {
        let (weight, bias) = gradients.layer(l).unwrap();
        let name = format!("{what}: gradient of layer {l}");
        assert_close(weight, &case.grad_weights[l], TOLERANCE, &name);
        assert_close(
            bias,
            std::slice::from_ref(&case.grad_biases[l]),
            TOLERANCE,
            &name,
        );
    }
}

pub(crate) fn every_activation_and_loss_matches_pytorch() {
    let reference: Reference = fixture("small_network.json");
    for engine in engines_at_every_level() {
        for case in &reference.cases {
            check(case, &engine);
        }
    }
    let seen = |a: &Activation| reference.cases.iter().any(|case| case.activation == *a);
    assert!(
        Activation::ALL.iter().all(seen),
        "an activation without reference numbers"
    );
}
