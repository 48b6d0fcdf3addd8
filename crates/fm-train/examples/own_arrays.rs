//! Train on arrays of your own: `cargo run -p fm-train --example own_arrays`
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::error::Error;

use fm_nn::{Activation, Freeze, Init, Loss, Network, TrunkSpec};
use fm_train::{Adam, EarlyStopping, Examples, Phase, Seeds, Trainer};
use ndarray::Array2;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    // Three spirals in the plane; any `[rows, inputs]` array of f32 or u8 will do.
    let spiral = |i: usize, turn: f32| {
        let (t, class) = ((i / 3) as f32 / 100.0, i % 3);
        let angle = 4.0 * t + 2.1 * class as f32 + turn;
        [t * libm::cosf(angle), t * libm::sinf(angle)]
    };
    let points = |turn: f32| Array2::from_shape_fn((300, 2), |(i, j)| spiral(i, turn)[j]);
    let labels: Vec<u8> = (0..300).map(|i| (i % 3) as u8).collect();
    let (train, valid) = (points(0.0), points(0.1));
    let train = Examples::new(&train, &labels)?;
    let valid = Examples::new(&valid, &labels)?;

    // Everything random comes from named streams of one seed: run it twice, get the same bits.
    let seeds = Seeds::new(42);
    let spec = TrunkSpec {
        inputs: 2,
        hidden: vec![32, 32],
        activation: Activation::Selu,
        init: Init::LecunNormal,
    };
    let (loss, outputs) = Loss::for_classes(3);
    let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
    let head = spec.head(outputs, &mut seeds.stream("head").rng());
    let mut network = Network::new(trunk, head)?;
    let trainer = Trainer {
        batch_size: 16,
        ..Trainer::new(loss, seeds.stream("shuffle"))
    };

    let phase = Phase {
        early_stopping: Some(EarlyStopping::new(10)),
        ..Phase::new(100, Freeze::Nothing, Adam::new(0.01))
    };
    let phases = [phase];
    let fit = trainer.fit(&mut network, &phases, &train);
    let history = fit.validation(&valid).run()?;
    let accuracy = trainer.evaluate(&network, &valid)?.accuracy;
    println!("{} epochs, accuracy {accuracy:.3}", history.len());
    assert!(accuracy > 0.9);
    Ok(())
}
