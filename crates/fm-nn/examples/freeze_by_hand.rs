//! A linear probe and fine-tuning on one's own arrays, with nothing but this crate.
//!
//! `cargo run -p fm-nn --example freeze_by_hand`
#![allow(clippy::print_stdout, reason = "what a person reads is its output")]

use fm_nn::{Activation, Dense, Engine, FreezeMask, Init, LayerGradient, Loss, Network};
use fm_nn::{Rows, Targets, TrunkSpec, Update, Workspace};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Plain gradient descent at this learning rate.
struct Descend(f32);

impl Update for Descend {
    fn update(&mut self, _: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
        gradient.descend(layer, self.0);
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Sixteen points; class 1 is what lies within a circle.
    let xy: Vec<f32> = (0..16)
        .flat_map(|i| [(i % 4) as f32 - 1.5, (i / 4) as f32 - 1.5])
        .collect();
    let inside = |p: &[f32]| u32::from(p[0] * p[0] + p[1] * p[1] < 2.0);
    let classes: Vec<u32> = xy.chunks(2).map(inside).collect();
    let (x, y) = (Rows::of_slice(&xy, 16, 2), Targets::Classes(&classes));

    let spec = TrunkSpec {
        inputs: 2,
        hidden: vec![16, 8],
        activation: Activation::Selu,
        init: Init::LecunNormal,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut network = Network::new(spec.trunk(&mut rng), spec.head(1, &mut rng))?;
    let mut workspace = Workspace::for_training(&network, Engine::portable(), 16);
    let source = network.trunk_digest();

    let first_weights = FreezeMask::named(&["layers.0.weight"], 3)?;
    for (mask, steps) in [(FreezeMask::trunk(3), 200), (first_weights, 2000)] {
        println!("{}\n", network.summary(&mask)?);
        for _ in 0..steps {
            network.forward(x, &mut workspace);
            workspace.loss_and_gradient(Loss::BinaryCrossEntropy, y);
            network.backward(x, &mut workspace, &mask, &mut Descend(0.1));
        }
        network.forward(x, &mut workspace);
        let loss = workspace.loss(Loss::BinaryCrossEntropy, y) / 16.0;
        let moved = network.trunk_digest() != source;
        println!("{mask}: loss {loss:.3}, trunk moved: {moved}\n");
    }
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
