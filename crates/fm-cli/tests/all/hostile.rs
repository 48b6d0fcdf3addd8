//! Escape sequences in files do not reach the terminal.

use fm_nn::{Activation, Dense, Metadata, Model, Network};
use libtest_mimic::Trial;
use ndarray::Array2;

use crate::support::{fm, message, trials};

pub(crate) fn tests() -> Vec<Trial> {
    trials![escape_sequences_of_a_model_are_not_printed]
}

/// Sets the title of a terminal, and clears it by a control character of one byte in Latin-1.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{9b}2J\u{7f}";

fn escape_sequences_of_a_model_are_not_printed() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let weights = Array2::zeros((784, 2));
    let head = Dense::from_parts(weights.view(), &[0.0, 1.0], Activation::Identity).unwrap();
    let metadata = Metadata {
        class_names: vec![format!("a{HOSTILE}"), format!("b{HOSTILE}")],
        input_scale: Some(1.0 / 255.0),
        notes: [(format!("key{HOSTILE}"), format!("value{HOSTILE}"))].into(),
    };
    let network = Network::new(vec![], head).unwrap();
    let model = Model { network, metadata };
    model.save(&at.join("model.fmnn")).unwrap();
    let images = ndarray::Array3::<u8>::zeros((2, 28, 28));
    let plain = fm_data::idx::Encoding::Plain;
    fm_data::idx::save(&images, at.join("images.idx"), plain).unwrap();
    let mut tensors = fm_nn::tensors::TensorFile::default();
    let name = format!("tensor{HOSTILE}");
    tensors
        .add(&name, &ndarray::Array1::<f32>::zeros(1))
        .unwrap();
    let bytes = tensors.to_bytes().unwrap();
    std::fs::write(at.join("tensors.safetensors"), bytes).unwrap();

    let lines = [
        ("inspect model.fmnn", "key", true),
        ("predict model.fmnn images.idx", "b", true),
        ("inspect tensors.safetensors", "tensor", true),
        (
            "evaluate model.fmnn --data sample --classes x,y",
            "x",
            false,
        ),
        (
            "transfer tensors.safetensors --data sample --out new.fmnn",
            "tensor",
            false,
        ),
    ];
    for (line, word, succeeds) in lines {
        for format in ["text", "json"] {
            let mut args: Vec<&str> = line.split(' ').collect();
            args.extend(["--format", format]);
            let output = fm(at, &args).output().unwrap();
            let printed = String::from_utf8_lossy(&output.stdout).into_owned() + &message(&output);
            assert_eq!(output.status.success(), succeeds, "{line}: {printed:?}");
            assert!(printed.contains(word), "{line}: {printed:?}");
            let raw = |c: char| c.is_control() && c != '\n';
            assert!(
                !printed.contains(raw),
                "{line} --format {format}: {printed:?}"
            );
        }
    }
}
