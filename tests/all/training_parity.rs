//! Whole trainings from given weights without shuffling, step by step against PyTorch in float64.

use std::ops::ControlFlow;
use std::path::Path;

use fm_data::published::fashion_mnist;
use fm_data::{Dataset, TaskSplit};
use fm_nn::{Activation, Dense, Engine, FreezeMask, Loss, Network};
use fm_tests::{Outcome, engines, fixture, fixtures};
use fm_train::{Evaluator, Examples, Inputs, Observer, Phase, Sgd, StepRecord, Trainer};
use ndarray::ArrayView2;
use safetensors::SafeTensors;
use serde::Deserialize;

/// The reference's own float32 and float64 differ by 5e-7 at most; products summed in another
/// order add their share over hundreds of steps.
const LOSS_TOLERANCE: f64 = 1e-4;
/// Rows so near the decision boundary that rounding may change their class.
const CORRECT_TOLERANCE: usize = 2;

#[derive(Deserialize)]
struct Reference {
    float64: Numbers,
}

#[derive(Deserialize)]
struct Numbers {
    source_step_losses: Vec<f64>,
    source_test: Test,
    scratch_step_losses: Vec<f64>,
    scratch_test: Test,
    transfer_frozen_step_losses: Vec<f64>,
    transfer_after_frozen_test: Test,
    transfer_unfrozen_step_losses: Vec<f64>,
    transfer_test: Test,
}

#[derive(Deserialize)]
struct Test {
    loss: f64,
    correct: usize,
    rows: usize,
    #[serde(default)]
    first_probabilities: Vec<f64>,
}

pub(crate) fn every_step_matches_pytorch_on_every_backend(folder: &Path) -> Outcome {
    let reference: Reference = fixture("training_parity.json");
    let tasks = Tasks::open(folder)?;
    for engine in engines() {
        check(&reference.float64, &tasks, &engine)?;
    }
    Ok(())
}

struct Tasks {
    source: Dataset,
    target: Dataset,
    source_test: Dataset,
    target_test: Dataset,
}

impl Tasks {
    fn open(folder: &Path) -> Result<Self, Box<dyn std::error::Error>> {
        let data = fashion_mnist().open(folder)?;
        let (_, train) = data.train.hold_out(5000)?;
        let split = TaskSplit::new(&[5, 6], 10)?;
        Ok(Self {
            source: split.source(&train)?.first(9600)?,
            target: split.target(&train)?.first(200)?,
            source_test: split.source(&data.test)?,
            target_test: split.target(&data.test)?,
        })
    }
}

fn examples(data: &Dataset) -> Examples<'_> {
    Examples::new(Inputs::pixels(data.pixels()), data.labels()).expect("a label for each row")
}

/// The layers of the initial weights: the trunk and the two heads.
fn initial_layers() -> (Vec<Dense>, Dense, Dense) {
    let bytes = std::fs::read(fixtures().join("initial_weights.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let layer = |name: &str, activation| {
        let floats = |part: &str| -> (Vec<usize>, Vec<f32>) {
            let tensor = tensors.tensor(&format!("{name}.{part}")).unwrap();
            let bytes = tensor.data().chunks_exact(4);
            let floats = bytes
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect();
            (tensor.shape().to_vec(), floats)
        };
        let ((shape, weight), (_, bias)) = (floats("weight"), floats("bias"));
        let weight = ArrayView2::from_shape((shape[0], shape[1]), &weight).unwrap();
        Dense::from_parts(weight, &bias, activation).unwrap()
    };
    let trunk = (0..5)
        .map(|l| layer(&format!("layers.{l}"), Activation::Selu))
        .collect();
    (
        trunk,
        layer("head_a", Activation::Identity),
        layer("head_b", Activation::Identity),
    )
}

#[derive(Default)]
struct Losses(Vec<f64>);

impl Observer for Losses {
    fn step(&mut self, step: &StepRecord) -> ControlFlow<()> {
        self.0.push(step.loss);
        ControlFlow::Continue(())
    }
}

fn check(expected: &Numbers, tasks: &Tasks, engine: &Engine) -> Outcome {
    let kernel = engine.kernel();
    let train = |network: &mut Network, data: &Dataset, loss, frozen, epochs| {
        let mask = FreezeMask::first(frozen, network.layers().len());
        let phase = Phase::new(epochs, mask, Sgd::plain(1e-3));
        let trainer = Trainer {
            engine: engine.clone(),
            ..Trainer::new(loss, None)
        };
        let mut losses = Losses::default();
        trainer
            .fit(network, &[phase], &examples(data))
            .observer(&mut losses)
            .run()
            .map(|_| losses.0)
    };
    let score = |network: &Network, data: &Dataset, loss, expected: &Test, what: &str| -> Outcome {
        let mut evaluator = Evaluator::new(network, engine.clone());
        let (scores, logits) = evaluator.evaluate_rows(network, &examples(data), loss)?;
        assert_eq!(scores.rows, expected.rows, "{kernel}, {what}: rows");
        let off = (scores.loss - expected.loss).abs();
        assert!(
            off <= LOSS_TOLERANCE,
            "{kernel}, {what}: test loss off by {off}"
        );
        let off = scores.correct.abs_diff(expected.correct);
        assert!(
            off <= CORRECT_TOLERANCE,
            "{kernel}, {what}: {} rows correct",
            scores.correct
        );
        for (row, p) in expected.first_probabilities.iter().enumerate() {
            let found = 1.0 / (1.0 + libm::exp(f64::from(-logits[[row, 0]])));
            assert!(
                (found - p).abs() <= LOSS_TOLERANCE,
                "{kernel}, {what}: row {row}: {found}"
            );
        }
        Ok(())
    };
    let compare = |found: &[f64], expected: &[f64], what: &str| {
        assert_eq!(found.len(), expected.len(), "{kernel}, {what}: steps");
        for (step, (found, expected)) in found.iter().zip(expected).enumerate() {
            let off = (found - expected).abs();
            assert!(
                off <= LOSS_TOLERANCE,
                "{kernel}, {what}, step {step}: off by {off}"
            );
        }
    };
    let (softmax, sigmoid) = (Loss::SoftmaxCrossEntropy, Loss::BinaryCrossEntropy);
    let (trunk, head_a, head_b) = initial_layers();

    let mut source = Network::new(trunk.clone(), head_a)?;
    let losses = train(&mut source, &tasks.source, softmax, 0, 1)?;
    compare(&losses, &expected.source_step_losses, "source");
    score(
        &source,
        &tasks.source_test,
        softmax,
        &expected.source_test,
        "source",
    )?;

    let mut scratch = Network::new(trunk, head_b.clone())?;
    let losses = train(&mut scratch, &tasks.target, sigmoid, 0, 20)?;
    compare(&losses, &expected.scratch_step_losses, "scratch");
    score(
        &scratch,
        &tasks.target_test,
        sigmoid,
        &expected.scratch_test,
        "scratch",
    )?;

    let source_before = source.digest();
    let mut transfer = source.with_head(head_b)?;
    let trunk_before = transfer.trunk_digest();
    let losses = train(&mut transfer, &tasks.target, sigmoid, 5, 4)?;
    compare(
        &losses,
        &expected.transfer_frozen_step_losses,
        "transfer, frozen",
    );
    assert_eq!(
        transfer.trunk_digest(),
        trunk_before,
        "{kernel}: the frozen trunk moved"
    );
    let test = &expected.transfer_after_frozen_test;
    score(
        &transfer,
        &tasks.target_test,
        sigmoid,
        test,
        "transfer, frozen",
    )?;

    let losses = train(&mut transfer, &tasks.target, sigmoid, 0, 16)?;
    compare(
        &losses,
        &expected.transfer_unfrozen_step_losses,
        "transfer, unfrozen",
    );
    assert_ne!(
        transfer.trunk_digest(),
        trunk_before,
        "{kernel}: the trunk did not train"
    );
    assert_eq!(
        source.digest(),
        source_before,
        "{kernel}: the source model changed"
    );
    score(
        &transfer,
        &tasks.target_test,
        sigmoid,
        &expected.transfer_test,
        "transfer",
    )
}
