//! A model as a file of its own, to PyTorch and back, and its trunk under another head.
//!
//! `cargo run -p fm-nn --features safetensors --example to_pytorch`
#![allow(clippy::print_stdout, reason = "what a person reads is its output")]

use fm_nn::tensors::{Layout, ReadOptions};
use fm_nn::{Activation, Init, Metadata, Model, TrunkSpec};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let spec = TrunkSpec {
        inputs: 4,
        hidden: vec![8, 8],
        activation: Activation::Selu,
        init: Init::LecunNormal,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let network = spec.network(3, &mut rng);
    let metadata = Metadata {
        class_names: ["bag", "boot", "coat"].map(str::to_owned).to_vec(),
        input_scale: Some(1.0 / 255.0),
        ..Metadata::default()
    };
    let model = Model { network, metadata };

    // Python: model = nn.Sequential(nn.Linear(4, 8), nn.SELU(), nn.Linear(8, 8), nn.SELU(),
    //     nn.Linear(8, 3)); model.load_state_dict(safetensors.torch.load_file("bags.safetensors"))
    let folder = std::env::temp_dir();
    let path = folder.join(format!("bags-{}.safetensors", std::process::id()));
    model.save_safetensors(&path, Layout::PyTorch)?;
    let bytes = std::fs::read(&path)?;
    std::fs::remove_file(&path)?;
    let back = Model::from_safetensors(&bytes, &ReadOptions::default())?;
    assert_eq!(back, model);
    println!(
        "{} bytes, classes {:?}",
        bytes.len(),
        back.metadata.class_names
    );

    // Two classes instead of three: the trunk under another head.
    let other = back.network.with_head(spec.head(1, &mut rng))?;
    assert_eq!(other.trunk_digest(), model.network.trunk_digest());
    println!("{} parameters with another head", other.parameters());
    Ok(())
}

#[test]
fn runs() {
    main().unwrap();
}
