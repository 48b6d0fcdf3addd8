//! Freeze, fine-tune, save, resume: `cargo run -p fm-train --example fine_tune`
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;

use fm_nn::{Activation, Freeze, Init, Loss, Model, Network, TrunkSpec};
use fm_train::{Adam, Checkpoint, Examples, Phase, Seeds, Trainer, fine_tune};
use ndarray::Array2;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let points = Array2::from_shape_fn((120, 2), |(i, j)| libm::sinf((i * (7 + 4 * j)) as f32));
    let labels = |inside: f32| -> Vec<u8> {
        let rows = points.rows().into_iter();
        rows.map(|p| u8::from(p.dot(&p) < inside)).collect()
    };
    let (source, target) = (labels(0.8), labels(1.2));
    let task = |labels| Examples::new(&points, labels);
    let seeds = Seeds::new(42);
    let spec = TrunkSpec {
        inputs: 2,
        hidden: vec![24, 12],
        activation: Activation::Selu,
        init: Init::LecunNormal,
    };
    let head = |name| spec.head(1, &mut seeds.stream(name).rng());
    let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
    let mut first = Network::new(trunk, head("source head"))?;
    let trainer = Trainer {
        batch_size: 8,
        ..Trainer::new(Loss::BinaryCrossEntropy, seeds.stream("shuffle"))
    };
    let all = [Phase::new(30, Freeze::Nothing, Adam::new(0.01))];
    trainer.fit(&mut first, &all, &task(&source)?).run()?;

    // A new head on a copy of the trunk: first only the head, then all layers, lower ones slower.
    let mut second = first.with_head(head("target head"))?;
    let (phases, target) = (fine_tune(3, 3, 12, Adam::new(0.01)), task(&target)?);
    let mut training = trainer.fit(&mut second, &phases, &target);
    let path = std::env::temp_dir().join(format!("fine_tune-{}.ckpt", std::process::id()));
    for _ in 0..5 {
        training.epoch()?;
        if let Some(checkpoint) = training.checkpoint() {
            checkpoint.save(&path)?;
        }
    }
    let checkpoint = Checkpoint::load(&path)?; // Another process would start here.
    let rest = trainer
        .fit(&mut second, &phases, &target)
        .resume(&checkpoint)?;
    let history = rest.run()?;
    println!("accuracy {:.3}", history[14].train.accuracy); // 3 and 12 epochs
    let model = Model::new(second);
    model.save(&path)?; // The trained network is a file as well.
    assert_eq!(Model::load(&path)?, model);
    Ok(std::fs::remove_file(&path)?)
}
