//! Label smoothing, class weights and plateaus, against PyTorch; dropout, by its laws.

use fm_nn::{
    Activation, Backend, Dropout, Engine, FreezeMask, Init, Loss, Matrix, Network, Objective,
    TrunkSpec,
};
use fm_tests::{engines_at_every_level, fixture, matrix};
use fm_train::{Examples, Phase, Plateau, Seeds, Sgd, Trainer};
use ndarray::Array2;
use serde::Deserialize;

#[derive(Deserialize)]
struct Reference {
    softmax: Head,
    sigmoid: Head,
    plateaus: Vec<PlateauCase>,
}

#[derive(Deserialize)]
struct Head {
    logits: Vec<Vec<f64>>,
    classes: Vec<u32>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    label_smoothing: f64,
    class_weights: Vec<f64>,
    loss: f64,
    gradient: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct PlateauCase {
    settings: PlateauSettings,
    losses: Vec<f64>,
    rates: Vec<f64>,
}

#[derive(Deserialize)]
struct PlateauSettings {
    factor: f64,
    patience: usize,
    threshold: f64,
    cooldown: usize,
    min_lr: f64,
}

fn reference() -> Reference {
    fixture("regularisation.json")
}

pub(crate) fn smoothed_and_weighted_losses_match_pytorch() {
    let Reference {
        softmax, sigmoid, ..
    } = reference();
    let heads = [
        (softmax, Loss::SoftmaxCrossEntropy),
        (sigmoid, Loss::BinaryCrossEntropy),
    ];
    for (head, loss) in heads {
        assert_eq!(head.cases.len(), 6);
        let logits = Matrix::from_view(matrix(&head.logits).view());
        let rows = logits.rows();
        for case in &head.cases {
            let objective = Objective {
                loss,
                label_smoothing: case.label_smoothing,
                class_weights: case.class_weights.clone(),
            };
            let mut gradient = Matrix::zeros(rows, logits.cols());
            let sum = objective.sum(&logits, &head.classes, Some(&mut gradient));
            let off = (sum / rows as f64 - case.loss).abs();
            // Both are f64; the sums have different orders.
            assert!(off < 1e-14 * 10.0, "{objective:?}: {off}");
            for (i, row) in case.gradient.iter().enumerate() {
                for (found, expected) in gradient.row(i).iter().zip(row) {
                    // The gradient is rounded to f32 once; the largest is below 1.
                    let off = (f64::from(*found) - expected).abs();
                    assert!(off < 6e-8, "{objective:?}: {found}, expected {expected}");
                }
            }
        }
    }
}

pub(crate) fn equal_weights_are_the_plain_loss_to_the_bit() {
    let Reference { softmax, .. } = reference();
    let logits = Matrix::from_view(matrix(&softmax.logits).view());
    let plain = Objective::plain(Loss::SoftmaxCrossEntropy);
    let weighted = Objective {
        class_weights: vec![1.0; 4],
        ..plain.clone()
    };
    let [expected, found] = [plain, weighted].map(|objective| {
        let mut gradient = Matrix::zeros(7, 4);
        let sum = objective.sum(&logits, &softmax.classes, Some(&mut gradient));
        (sum.to_bits(), gradient)
    });
    assert_eq!(found, expected);
}

pub(crate) fn plateaus_lower_the_rate_when_pytorch_does() {
    for case in reference().plateaus {
        let plateau = Plateau {
            factor: case.settings.factor,
            patience: case.settings.patience,
            threshold: case.settings.threshold,
            cooldown: case.settings.cooldown,
            min_factor: case.settings.min_lr,
        };
        assert_eq!(plateau.factors(&case.losses), case.rates, "{plateau:?}");
    }
}

struct Task {
    points: Array2<f32>,
    labels: Vec<u8>,
}

impl Task {
    fn new() -> Self {
        let points = Array2::from_shape_fn((100, 3), |(i, j)| libm::sinf((i * (7 + 4 * j)) as f32));
        let labels = points
            .rows()
            .into_iter()
            .map(|p| u8::from(p.dot(&p) < 1.2) + u8::from(p[0] > 0.3));
        Self {
            labels: labels.collect(),
            points,
        }
    }

    /// The network after three epochs of `phase` on `engine`.
    fn fit(&self, engine: Engine, mask: FreezeMask, dropout: Option<Dropout>) -> Network {
        let seeds = Seeds::new(5);
        let spec = TrunkSpec {
            inputs: 3,
            hidden: vec![200, 100],
            activation: Activation::Selu,
            init: Init::LecunNormal,
        };
        let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
        let head = spec.head(3, &mut seeds.stream("head").rng());
        let mut network = Network::new(trunk, head).unwrap();
        let examples = Examples::new(&self.points, &self.labels).unwrap();
        let trainer = Trainer {
            engine,
            batch_size: 90,
            dropout: Some(seeds.stream("dropout")),
            ..Trainer::new(Loss::SoftmaxCrossEntropy, seeds.stream("shuffle"))
        };
        let phase = Phase {
            dropout,
            ..Phase::new(3, mask, Sgd::plain(0.05))
        };
        trainer
            .fit(&mut network, &[phase], &examples)
            .run()
            .unwrap();
        network
    }
}

pub(crate) fn dropout_is_the_same_bits_at_every_vector_level() {
    let task = Task::new();
    for rule in [Dropout::Standard(0.3), Dropout::Alpha(0.1)] {
        for mask in [FreezeMask::none(3), FreezeMask::trunk(3)] {
            let fit = |engine| task.fit(engine, mask.clone(), Some(rule)).digest();
            let expected = fit(Engine::portable());
            let portable = |engine: &Engine| engine.backend() == Backend::Portable;
            for engine in engines_at_every_level().into_iter().filter(portable) {
                assert_eq!(fit(engine), expected, "{rule:?}, {mask}");
            }
            let without = task.fit(Engine::portable(), mask.clone(), None).digest();
            assert_ne!(without, expected, "{rule:?}, {mask}: there is no dropout");
            let never = task.fit(
                Engine::portable(),
                mask.clone(),
                Some(Dropout::Standard(0.0)),
            );
            assert_eq!(never.digest(), without, "{mask}");
        }
    }
}

pub(crate) fn scoring_uses_no_dropout() {
    let task = Task::new();
    let rule = Some(Dropout::Alpha(0.5));
    let network = task.fit(Engine::portable(), FreezeMask::none(3), rule);
    let logits = || network.predict(&task.points, &Engine::portable()).unwrap();
    let first = logits();
    assert_eq!(logits(), first);
    // The logits are those of all units.
    let mut x = task.points.clone();
    for layer in network.layers() {
        x = x.dot(&layer.weight()) + ndarray::ArrayView1::from(layer.bias());
        if layer.activation() == Activation::Selu {
            x.mapv_inplace(|x| {
                let below = 1.673_263_2 * libm::expm1f(x);
                1.050_701 * if x > 0.0 { x } else { below }
            });
        }
    }
    let off = (&x - &first).mapv(f32::abs).into_iter().fold(0.0, f32::max);
    // Sums of 200 f32 in another order.
    assert!(off < 1e-4, "{off}");
}
