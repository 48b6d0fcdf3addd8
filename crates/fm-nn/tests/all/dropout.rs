//! Dropout: moments, gradients, and passes without a draw.

use fm_nn::{
    Activation, Dense, Descent, Dropout, Engine, FreezeMask, Init, Loss, Network, Objective, Rows,
    Workspace,
};
use ndarray::{Array2, array};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const ROWS: usize = 64;

fn rng(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// Standard normal inputs under `dropout`; mean, variance and the fraction that is zero.
fn moments(dropout: Dropout) -> (f64, f64, f64) {
    let one = |inputs: usize, outputs: usize| {
        let weight = Array2::from_shape_fn((inputs, outputs), |(i, j)| f32::from(i == j));
        Dense::from_parts(weight.view(), &vec![0.0; outputs], Activation::Identity).unwrap()
    };
    // The head gives its inputs, to the bit.
    let network = Network::new(vec![one(1, 1000)], one(1000, 1000)).unwrap();
    let mut workspace = Workspace::for_training(&network, Engine::portable(), ROWS);
    let normals = Init::LecunNormal.draw(1000, 1000, &mut rng(2));
    let scale = 1000f32.sqrt();
    let x: Vec<f32> = (0..ROWS)
        .flat_map(|row| normals.row(row).iter().map(|x| x * scale))
        .collect();
    workspace.draw_dropout(dropout, 1, ROWS, &mut rng(3));
    let x = Rows::of_slice(&x, ROWS, 1000);
    network.forward(1..2, x, &mut workspace).unwrap();
    let values = workspace.logits().mapv(f64::from);
    let (n, mean) = (values.len() as f64, values.mean().unwrap());
    let variance = values.mapv(|x| (x - mean).powi(2)).sum() / n;
    let zeros = values.iter().filter(|&&x| x == 0.0).count();
    (mean, variance, zeros as f64 / n)
}

#[test]
fn alpha_dropout_keeps_mean_and_variance() {
    let (mean, variance, _) = moments(Dropout::Alpha(0.0));
    // 64,000 normals: the mean's standard deviation is 0.004, the variance's 0.0056 (here
    // the normals are cut at two deviations, and scaled back).
    assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.028);
    for rate in [0.05, 0.1, 0.5] {
        let (mean, variance, _) = moments(Dropout::Alpha(rate));
        assert!(mean.abs() < 0.02, "rate {rate}: mean {mean}");
        assert!((variance - 1.0).abs() < 0.04, "rate {rate}: {variance}");
        // The same inputs are left out; five standard deviations of a binomial of 64,000.
        let (_, _, out) = moments(Dropout::Standard(rate));
        assert!((out - rate).abs() < 0.01, "rate {rate}: {out}");
    }
    // Standard dropout keeps the mean only: E[x²]/q.
    let (mean, variance, _) = moments(Dropout::Standard(0.5));
    assert!(
        mean.abs() < 0.03 && (variance - 2.0).abs() < 0.08,
        "{variance}"
    );
}

/// Central differences, with what is left out held fixed.
#[test]
fn gradients_go_the_way_that_outputs_came() {
    for dropout in [Dropout::Standard(0.4), Dropout::Alpha(0.4)] {
        let mut random = rng(4);
        let mut dense = |inputs, outputs, activation| {
            Dense::new(
                inputs,
                outputs,
                activation,
                Init::GlorotUniform,
                &mut random,
            )
        };
        let trunk = vec![dense(3, 5, Activation::Tanh), dense(5, 4, Activation::Selu)];
        let network = Network::new(trunk, dense(4, 2, Activation::Identity)).unwrap();
        let x = [0.3, -0.8, 0.5, 0.9, 0.1, -0.4];
        let x = Rows::of_slice(&x, 2, 3);
        let mut workspace = Workspace::for_training(&network, Engine::portable(), 2);
        let objective = Objective::plain(Loss::SoftmaxCrossEntropy);
        let loss = |network: &Network, workspace: &mut Workspace| {
            workspace.draw_dropout(dropout, 0, 2, &mut rng(5));
            network.forward(0..3, x, workspace).unwrap();
            workspace.loss(&objective, &[0, 1]) / 2.0
        };
        loss(&network, &mut workspace);
        let mut stepped = network.clone();
        let (mask, descent) = (FreezeMask::none(3), &mut Descent { lr: 1.0 });
        let backward = stepped.backward(x, &mut workspace, &mask, descent);
        backward.unwrap();
        let mut nonzero = 0;
        for l in 0..3 {
            let gradient = &network.layers()[l].weight() - &stepped.layers()[l].weight();
            for ((i, j), &g) in gradient.indexed_iter() {
                let h = 1e-2;
                let mut at = |d: f32| {
                    let mut moved = network.clone();
                    moved.layers_mut()[l].parts_mut().0.row_mut(i)[j] += d;
                    loss(&moved, &mut workspace)
                };
                let difference = (at(h) - at(-h)) / f64::from(2.0 * h);
                // f32 rounding of the loss over 2h and of the step, and h² of the third derivative.
                let close = (difference - f64::from(g)).abs() < 2e-4;
                assert!(close, "{dropout:?} {l} ({i}, {j}): {g}, {difference}");
                nonzero += usize::from(g != 0.0);
            }
        }
        assert!(nonzero > 10, "{nonzero}");
    }
}

#[test]
fn before_the_first_draw_nothing_is_dropped_and_a_draw_too_small_is_refused() {
    let mut random = rng(6);
    let mut dense = |inputs, outputs| {
        let (identity, init) = (Activation::Identity, Init::GlorotUniform);
        Dense::new(inputs, outputs, identity, init, &mut random)
    };
    let network = Network::new(vec![dense(2, 6)], dense(6, 1)).unwrap();
    let x = array![[0.5, -1.0], [0.25, 2.0]];
    let expected = network.predict(&x, &Engine::portable()).unwrap();
    let x = Rows::of_slice(x.as_slice().unwrap(), 2, 2);
    let mut workspace = Workspace::for_training(&network, Engine::portable(), 2);
    network.forward(0..2, x, &mut workspace).unwrap();
    assert_eq!(workspace.logits(), expected);
    workspace.draw_dropout(Dropout::Standard(0.5), 0, 1, &mut rng(7));
    let error = network.forward(0..2, x, &mut workspace).unwrap_err();
    assert_eq!(
        error.to_string(),
        "pass after a draw of dropout: expected at most 1 rows from layer 0 on, found 2 rows from \
         layer 0 on"
    );
    network.forward(0..2, x.first(1), &mut workspace).unwrap();
    assert_ne!(workspace.logits()[[0, 0]], expected[[0, 0]]);
}
