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

/// The mean loss of the latest forward pass; its gradient is kept for the backward pass.
fn loss(case: &Case, workspace: &mut Workspace) -> f64 {
    let rows = case.x.len() as f64;
    let mut plain = |loss, classes: &[u32]| workspace.loss(&Objective::plain(loss), classes) / rows;
    match (case.loss.as_str(), &case.target) {
        ("softmax_cross_entropy", Target::Classes(classes)) => {
            plain(Loss::SoftmaxCrossEntropy, classes)
        }
        ("sigmoid_binary_cross_entropy", Target::Values(values)) => {
            let classes: Vec<u32> = values.iter().map(|value| value[0] as u32).collect();
            plain(Loss::BinaryCrossEntropy, &classes)
        }
        ("mean_squared_error", Target::Values(values)) => squared_error(values, workspace),
        (other, _) => panic!("the fixture has a loss {other}"),
    }
}

/// A loss that the library does not have: it gives the logits and takes their gradient.
fn squared_error(values: &Nested, workspace: &mut Workspace) -> f64 {
    let values = matrix(values);
    let difference = &workspace.logits() - &values.view();
    let elements = difference.len() as f32;
    let mut gradient = workspace.logits_gradient_mut();
    gradient.assign(&(&difference * (2.0 / elements)));
    f64::from((&difference * &difference).sum() / elements)
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
    let mean = loss(case, &mut workspace);
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
