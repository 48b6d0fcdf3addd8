//! Saved networks: round trips, the format, and refusal of everything else.

use std::error::Error;
use std::fs;

use fm_nn::{Activation, Init, Metadata, Model, Network, TrunkSpec};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

fn network(seed: u64) -> Network {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let spec = TrunkSpec {
        inputs: 5,
        hidden: vec![17, 3],
        activation: Activation::Selu,
        init: Init::LecunNormal,
    };
    Network::new(spec.trunk(&mut rng), spec.head(2, &mut rng)).unwrap()
}

#[test]
fn a_saved_network_comes_back_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.fmnn");
    let saved = network(1);
    Model::new(saved.clone()).save(&path).unwrap();
    let loaded = Model::load(&path).unwrap().network;
    assert_eq!(loaded, saved);
    assert_eq!(loaded.digest(), saved.digest());
    assert_ne!(network(2).digest(), saved.digest());
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "no temporary file stays"
    );
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = Model::load(&folder.path().join("none.fmnn")).unwrap_err();
    assert!(error.to_string().ends_with("none.fmnn"), "{error}");
    assert!(error.source().is_some());
}

#[test]
fn each_kind_of_damage_has_its_own_error() {
    let good = network(1).to_bytes();
    let mut older = good.clone();
    older[8] = 1;
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    for (bytes, words) in [
        (&b""[..], "asks for 56 bytes, found 0"),
        (&good[..good.len() - 1], "the file is damaged"),
        (&[&good[..], &[0]].concat(), "the file is damaged"),
        (&[b'x'; 100], "not a saved network"),
        (&older, "version 1 is unknown, this program reads version 2"),
        (&flipped, "SHA-256"),
    ] {
        let error = Model::from_bytes(bytes).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// Of [`network`]`(1)`, whose format is fixed by this file.
const FILE: &[u8] = include_bytes!("../fixtures/model.fmnn");
const DIGEST: &str = "17c7371a045195a329fff3b23e28a9b4158199618d1a129a042f443b8db3a95c";

fn metadata() -> Metadata {
    Metadata {
        class_names: vec!["sandal".to_owned(), "shirt".to_owned()],
        input_scale: Some(1.0 / 255.0),
        notes: [("made by".to_owned(), "a test".to_owned())].into(),
    }
}

#[test]
fn the_format_is_that_of_the_fixture() {
    let model = Model::from_bytes(FILE).unwrap();
    assert_eq!(model.network.digest(), DIGEST);
    assert_eq!(model.metadata, metadata());
    assert_eq!(model.to_bytes().unwrap(), FILE);
}

#[test]
fn activations_keep_their_numbers_in_files() {
    let names = [
        "identity",
        "selu",
        "relu",
        "elu",
        "leaky_relu",
        "tanh",
        "sigmoid",
        "gelu",
    ];
    for (number, name) in names.into_iter().enumerate() {
        let activation: Activation = name.parse().unwrap();
        assert_eq!(activation as usize, number);
        assert_eq!(Activation::ALL[number], activation);
    }
}

#[cfg(unix)]
#[test]
fn writing_follows_no_symbolic_link() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("a"), folder.path().join("other"));
    fs::write(&other, "kept").unwrap();
    std::os::unix::fs::symlink(&other, &path).unwrap();
    fm_nn::write_whole(&path, b"new").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(fs::read(&other).unwrap(), b"kept");
    assert!(!path.is_symlink());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    let mode =
        |path| std::os::unix::fs::PermissionsExt::mode(&fs::metadata(path).unwrap().permissions());
    assert_eq!(mode(&path), mode(&other));
    assert!(fm_nn::write_whole(&folder.path().join("none/a"), b"").is_err());
    assert!(fm_nn::write_whole(std::path::Path::new("/"), b"").is_err());
}

#[test]
fn metadata_comes_back_and_is_no_part_of_the_network() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.fmnn");
    let (network, metadata) = (network(1), metadata());
    let model = Model { network, metadata };
    model.save(&path).unwrap();
    assert_eq!(Model::load(&path).unwrap(), model);
    assert_eq!(model.class_name(1), "shirt");
    assert_eq!(Model::new(model.network).class_name(1), "1");
}

#[test]
fn metadata_that_cannot_be_is_refused_before_it_is_written() {
    let refuse = |change: &dyn Fn(&mut Metadata)| {
        let mut model = Model::new(network(1));
        change(&mut model.metadata);
        model.to_bytes().unwrap_err().to_string()
    };
    let error = refuse(&|m| m.class_names = vec!["one".to_owned()]);
    assert!(error.contains("1 class names for 2 logits"), "{error}");
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let error = refuse(&|m| m.input_scale = Some(scale));
        assert!(error.contains("above 0"), "{error}");
    }
    let error = refuse(&|m| {
        m.notes.insert("log".to_owned(), "x".repeat(70_000));
    });
    assert!(
        error.contains("more than a description may have"),
        "{error}"
    );
}
