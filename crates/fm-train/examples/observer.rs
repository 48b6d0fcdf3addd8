//! Watch a training and end it: `cargo run -p fm-train --example observer`
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;
use std::ops::ControlFlow;

use fm_nn::{Activation, Freeze, Init, Loss, Network, TrunkSpec};
use fm_train::{EpochRecord, Examples, Observer, Phase, Seeds, Sgd, StepRecord, Trainer};
use ndarray::Array2;

/// Prints a line per epoch, counts steps, and ends the training when it is good enough.
struct Watch {
    steps: usize,
}

impl Observer for Watch {
    fn step(&mut self, _: &StepRecord) -> ControlFlow<()> {
        self.steps += 1;
        ControlFlow::Continue(())
    }

    fn epoch(&mut self, record: &EpochRecord, network: &Network) -> ControlFlow<()> {
        let (epoch, loss) = (record.epoch, record.train.loss);
        println!("epoch {epoch}: loss {loss:.4}, {}", &network.digest()[..8]);
        if record.train.accuracy >= 0.95 {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }
}

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let points = Array2::from_shape_fn((64, 1), |(i, _)| i as f32 / 32.0 - 1.0);
    let labels: Vec<u8> = (0..64).map(|i| u8::from(i >= 40)).collect();
    let examples = Examples::new(&points, &labels)?;
    let mut rng = Seeds::new(7).stream("weights").rng();
    let spec = TrunkSpec {
        inputs: 1,
        hidden: vec![8],
        activation: Activation::Tanh,
        init: Init::GlorotUniform,
    };
    let mut network = Network::new(spec.trunk(&mut rng), spec.head(1, &mut rng))?;
    let trainer = Trainer {
        batch_size: 8,
        ..Trainer::new(Loss::BinaryCrossEntropy, Seeds::new(7).stream("shuffle"))
    };
    let phase = Phase::new(500, Freeze::Nothing, Sgd::plain(0.3));
    let mut watch = Watch { steps: 0 };
    let phases = [phase];
    let fit = trainer.fit(&mut network, &phases, &examples);
    let history = fit.observer(&mut watch).run()?;
    assert!(history.len() < 500 && watch.steps == 8 * history.len());
    Ok(())
}
