//! Steps and predictions, and what does not fit a network.

use fm_nn::{
    Activation, Descent, Engine, FreezeMask, Init, Inputs, LayerGradient, LayerMask, Loss, Matrix,
    Network, NetworkError, Objective, PartMask, Rows, TrunkSpec, Workspace,
};
use ndarray::{Array2, array};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn network(inputs: usize, hidden: &[usize], outputs: usize, activation: Activation) -> Network {
    let init = Init::GlorotUniform;
    let hidden = hidden.to_vec();
    let spec = TrunkSpec {
        inputs,
        hidden,
        activation,
        init,
    };
    spec.network(outputs, &mut ChaCha8Rng::seed_from_u64(1))
}

fn selu(outputs: usize) -> Network {
    network(3, &[5, 4], outputs, Activation::Selu)
}

const CLASSES: &[u32] = &[1, 0];

#[test]
fn a_step_is_forward_loss_and_backward() {
    let x = array![[0.3, -0.8, 0.5], [0.9, 0.1, -0.4]];
    let (mut one, mut two) = (selu(1), selu(1));
    let mask = FreezeMask::parse("layers.0.weight", 3).unwrap();
    let loss = Loss::BinaryCrossEntropy;
    let mut workspace = Workspace::for_training(&one, Engine::portable(), 4);
    let mean = one.train_step(
        &x,
        CLASSES,
        loss,
        &mask,
        &mut Descent { lr: 0.1 },
        &mut workspace,
    );
    let rows = Rows::of_slice(x.as_slice().unwrap(), 2, 3);
    two.forward(0..3, rows, &mut workspace).unwrap();
    let sum = workspace.loss(&Objective::plain(loss), CLASSES);
    two.backward(rows, &mut workspace, &mask, &mut Descent { lr: 0.1 })
        .unwrap();
    assert_eq!((mean, &one), (Ok(sum / 2.0), &two));
    assert_ne!(one, selu(1));
    assert_eq!(one.layers()[0].weight(), selu(1).layers()[0].weight());
}

#[test]
fn predictions_do_not_depend_on_how_inputs_lie_or_on_chunks() {
    let network = selu(2);
    let bytes = Array2::from_shape_fn((600, 3), |(i, j)| (i * 7 + j * 31) as u8);
    let floats = bytes.mapv(|b| f32::from(b) * 0.5);
    let engine = Engine::portable();
    let expected = network.predict(&floats, &engine).unwrap();
    let scaled = Inputs::U8 {
        values: bytes.view(),
        scale: 0.5,
    };
    assert_eq!(network.predict(scaled, &engine).unwrap(), expected);
    let turned = floats.t().as_standard_layout().into_owned();
    assert_eq!(network.predict(turned.t(), &engine).unwrap(), expected);
    let last = network
        .predict(floats.slice(ndarray::s![599.., ..]), &engine)
        .unwrap();
    assert_eq!(last.row(0), expected.row(599));
    let none = network.predict(&Array2::zeros((0, 3)), &engine).unwrap();
    assert_eq!(none.dim(), (0, 2));
    let features = network.features(0..1, &floats, &engine).unwrap();
    assert_eq!(features.dim(), (600, 5));
}

#[test]
fn workspaces_of_other_networks_are_refused_with_both_shapes() {
    let mut network = selu(2);
    let x = Matrix::zeros(2, 3);
    for other in [
        selu(1),
        self::network(3, &[5, 4, 4], 2, Activation::Selu),
        self::network(3, &[5, 5], 2, Activation::Selu),
        // Whose backward pass needs what another activation does not keep.
        self::network(3, &[5, 4], 2, Activation::Gelu),
    ] {
        let mut workspace = Workspace::for_training(&other, Engine::portable(), 2);
        let error = network
            .forward(0..3, Rows::of(&x), &mut workspace)
            .unwrap_err();
        let words = error.to_string();
        assert!(
            words.contains("expected 3x5 selu, 5x4 selu, 4x2 identity"),
            "{words}"
        );
        other
            .forward(0..other.layers().len(), Rows::of(&x), &mut workspace)
            .unwrap();
        let mask = FreezeMask::none(3);
        let descent = &mut Descent { lr: 1.0 };
        assert_eq!(
            network.backward(Rows::of(&x), &mut workspace, &mask, descent),
            Err(error)
        );
    }
}

#[test]
fn what_does_not_fit_a_step_is_refused_and_nothing_changes() {
    let mut network = selu(1);
    let before = network.clone();
    let x = Array2::zeros((2, 3));
    let mut workspace = Workspace::for_training(&network, Engine::portable(), 2);
    let mut inference = Workspace::for_inference(&network, Engine::portable(), 2);
    let (sigmoid, all) = (Loss::BinaryCrossEntropy, FreezeMask::none(3));
    let mut short = FreezeMask::none(3);
    short.layers[0].bias = PartMask::elements(array![[true, false]].view());
    let mut step =
        |x: &Array2<f32>, y: &[u32], loss: Loss, mask: &FreezeMask, workspace: &mut Workspace| {
            let descent = &mut Descent { lr: 1.0 };
            network
                .train_step(x, y, loss, mask, descent, workspace)
                .unwrap_err()
        };
    let says = |error: NetworkError, words: &str| assert_eq!(error.to_string(), words);
    let wide = Array2::zeros((2, 4));
    says(
        step(&wide, CLASSES, sigmoid, &all, &mut workspace),
        "columns of the inputs: expected 3, found 4",
    );
    let (long, classes) = (Array2::zeros((3, 3)), &[0; 3]);
    says(
        step(&long, classes, sigmoid, &all, &mut workspace),
        "rows of a workspace: expected at most 2, found 3",
    );
    says(
        step(&x, &[1], sigmoid, &all, &mut workspace),
        "rows, as there are classes: expected at most 1, found 2",
    );
    says(
        step(&x, &[1, 2], sigmoid, &all, &mut workspace),
        "class of row 1: expected 0 to 1, found 2",
    );
    let error = step(&x, CLASSES, Loss::SoftmaxCrossEntropy, &all, &mut workspace);
    assert!(error.to_string().contains("two or more outputs"));
    let error = step(&x, CLASSES, sigmoid, &all, &mut inference);
    assert!(error.to_string().contains("for inference"));
    let frozen = FreezeMask::first(3, 3);
    let error = step(&x, CLASSES, sigmoid, &frozen, &mut workspace);
    assert!(error.to_string().contains("freezes every layer"));
    says(
        step(&x, CLASSES, sigmoid, &FreezeMask::none(2), &mut workspace),
        "layers of the freeze mask: expected 3, found 2",
    );
    says(
        step(&x, CLASSES, sigmoid, &short, &mut workspace),
        "columns of the freeze mask of layer 0's biases: expected 5, found 2",
    );
    let mut ragged = FreezeMask::none(3);
    ragged.layers[0].weight = PartMask::Elements(vec![vec![true; 5], vec![true; 4], vec![]]);
    says(
        step(&x, CLASSES, sigmoid, &ragged, &mut workspace),
        "columns of the freeze mask of layer 0's weights: expected 5, found 4",
    );
    assert_eq!(network, before);
}

#[test]
fn a_backward_pass_goes_no_lower_than_the_forward_pass() {
    let mut network = selu(1);
    let mut workspace = Workspace::for_training(&network, Engine::portable(), 2);
    let x = Matrix::zeros(2, 5);
    network.forward(1..3, Rows::of(&x), &mut workspace).unwrap();
    workspace.loss(&Objective::plain(Loss::BinaryCrossEntropy), CLASSES);
    let (mask, descent) = (FreezeMask::none(3), &mut Descent { lr: 1.0 });
    let error = network.backward(Rows::of(&x), &mut workspace, &mask, descent);
    assert!(error.unwrap_err().to_string().contains("1 or more"));
    let mask = FreezeMask::first(1, 3);
    network
        .backward(Rows::of(&x), &mut workspace, &mask, descent)
        .unwrap();
}

#[test]
fn a_backward_pass_needs_a_forward_pass_up_to_the_head() {
    let mut network = selu(1);
    let before = network.clone();
    let mut workspace = Workspace::for_training(&network, Engine::portable(), 2);
    let x = Matrix::zeros(2, network.inputs());
    let x = Rows::of(&x);
    let (mask, descent) = (FreezeMask::none(3), &mut Descent { lr: 1.0 });
    let mut refused = |workspace: &mut Workspace, end: usize| {
        let error = network.backward(x, workspace, &mask, descent).unwrap_err();
        let words = format!("end of the forward pass, in layers: expected 3, found {end}");
        assert_eq!(error.to_string(), words);
    };
    refused(&mut workspace, 0);
    before.forward(0..3, x, &mut workspace).unwrap();
    before.forward(0..2, x, &mut workspace).unwrap();
    refused(&mut workspace, 2);
    assert_eq!(network, before);
}

#[test]
#[should_panic(expected = "the freeze mask is for another layer")]
fn a_gradient_refuses_a_mask_of_another_layer() {
    let short = LayerMask {
        bias: PartMask::elements(array![[true, false]].view()),
        ..LayerMask::default()
    };
    let (x, mut delta) = (Matrix::zeros(2, 4), Matrix::zeros(2, 5));
    let _ = LayerGradient::new(&Engine::portable(), Rows::of(&x), &mut delta, &short);
}
