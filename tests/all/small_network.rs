//! Outputs, losses and every gradient of a small network, against PyTorch in float64.

use fm_nn::{
    Activation, Dense, Engine, FreezeMask, LayerGradient, Loss, Matrix, Network, Objective, Rows,
    Update, Workspace,
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
    /// Of the one output.
    Values(Vec<[f64; 1]>),
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

/// Keeps the gradients of each layer, and changes nothing.
#[derive(Default)]
struct Gradients(Vec<(usize, Matrix, Matrix)>);

impl Update for Gradients {
    fn update(&mut self, l: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
        let mut weight = Matrix::zeros(layer.inputs(), layer.outputs());
        let mut bias = Matrix::zeros(1, layer.outputs());
        gradient.write_weight_to(&mut weight);
        gradient.write_bias_to(&mut bias);
        self.0.push((l, weight, bias));
    }
}

fn check(case: &Case, engine: &Engine) {
    let what = format!("{:?} {} on {}", case.activation, case.loss, engine.kernel());
    let mut network = network(case);
    let x = matrix(&case.x);
    let classes = match &case.target {
        Target::Classes(classes) => classes.clone(),
        Target::Values(values) => values.iter().map(|[value]| *value as u32).collect(),
    };
    // Capacity above the batch: the rows that are not used must not be seen.
    let mut workspace = Workspace::for_training(&network, engine.clone(), x.rows() + 3);
    let layers = network.layers().len();
    network
        .forward(0..layers, Rows::of(&x), &mut workspace)
        .unwrap();
    for (l, expected) in case.layer_outputs.iter().enumerate() {
        let found = Matrix::from_view(workspace.output(l));
        assert_close(
            &found,
            expected,
            TOLERANCE,
            &format!("{what}: output of layer {l}"),
        );
    }
    let objective = Objective::plain(loss_named(&case.loss));
    let sum = workspace.loss(&objective, &classes);
    let mean = sum / x.rows() as f64;
    assert!(
        (mean - case.loss_value).abs() < TOLERANCE,
        "{what}: loss {mean}"
    );

    let mut gradients = Gradients::default();
    let mask = FreezeMask::none(layers);
    let backward = network.backward(Rows::of(&x), &mut workspace, &mask, &mut gradients);
    backward.unwrap();
    assert_eq!(gradients.0.len(), layers);
    for (l, weight, bias) in &gradients.0 {
        let l = *l;
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
