//! A linear probe and fine-tuning on one's own arrays, with nothing but this crate.
//!
//! `cargo run -p fm-nn --example freeze_by_hand`
#![allow(clippy::print_stdout, reason = "what a person reads is its output")]

use fm_nn::{Activation, Descent, Engine, FreezeMask, Init, Loss, TrunkSpec, Workspace};
use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Sixteen points; class 1 is what lies within a circle.
    let x = Array2::from_shape_fn(
        (16, 2),
        |(i, j)| if j == 0 { i % 4 } else { i / 4 } as f32 - 1.5,
    );
    let inside = |p: ndarray::ArrayView1<'_, f32>| u32::from(p.dot(&p) < 2.0);
    let classes: Vec<u32> = x.outer_iter().map(inside).collect();

    let spec = TrunkSpec {
        inputs: 2,
        hidden: vec![16, 8],
        activation: Activation::Selu,
        init: Init::LecunNormal,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut network = spec.network(1, &mut rng);
    let mut workspace = Workspace::for_training(&network, Engine::portable(), 16);
    let source = network.trunk_digest();

    let (loss, mut optimizer) = (Loss::BinaryCrossEntropy, Descent { lr: 0.1 });
    for (frozen, steps) in [("trunk", 200), ("layers.0.weight", 2000)] {
        let mask = FreezeMask::parse(frozen, 3)?;
        let mut mean = 0.0;
        for _ in 0..steps {
            mean = network.train_step(&x, &classes, loss, &mask, &mut optimizer, &mut workspace)?;
        }
        let moved = network.trunk_digest() != source;
        println!("{mask}: loss {mean:.3}, trunk moved: {moved}");
    }
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
