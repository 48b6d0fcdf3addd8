//! Saved networks: round trips, and refusal of everything else.

use std::error::Error;
use std::fs;

use fm_nn::{Activation, FileError, Init, Network, TrunkSpec};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

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
    saved.save(&path).unwrap();
    let loaded = Network::load(&path).unwrap();
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
    let error = Network::load(&folder.path().join("none.fmnn")).unwrap_err();
    assert!(error.to_string().ends_with("none.fmnn"), "{error}");
    assert!(error.source().is_some());
}

#[test]
fn each_kind_of_damage_has_its_own_error() {
    let good = network(1).to_bytes();
    let refuse = |bytes: &[u8]| Network::from_bytes(bytes).unwrap_err();
    assert!(matches!(
        refuse(b""),
        FileError::Length {
            expected: 56,
            found: 0
        }
    ));
    assert!(matches!(
        refuse(&good[..good.len() - 1]),
        FileError::Length { .. }
    ));
    assert!(matches!(
        refuse(&[&good[..], &[0]].concat()),
        FileError::Length { .. }
    ));
    assert!(matches!(refuse(&[b'x'; 100]), FileError::Magic { .. }));
    let mut newer = good.clone();
    newer[8] = 2;
    assert!(matches!(
        refuse(&newer),
        FileError::Version {
            newest: 1,
            found: 2
        }
    ));
    let mut flipped = good.clone();
    *flipped.last_mut().unwrap() ^= 1;
    assert!(matches!(refuse(&flipped), FileError::Checksum));
}

/// Behind a right checksum too: the checksum guards against accidents, not against malice.
#[test]
fn mutated_files_are_refused_without_a_panic() {
    use sha2::{Digest, Sha256};
    let good = network(1).to_bytes();
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    for _ in 0..20_000 {
        let mut bytes = good.clone();
        let at = rng.next_u32() as usize % bytes.len().min(120);
        bytes[at] = rng.next_u32() as u8;
        if rng.next_u32() & 1 == 0 {
            bytes.truncate(rng.next_u32() as usize % bytes.len());
        }
        if bytes.len() > 56 {
            let checksum = Sha256::digest(&bytes[56..]);
            bytes[24..56].copy_from_slice(&checksum);
        }
        if let Ok(network) = Network::from_bytes(&bytes) {
            // Only a changed float, or the very byte that stood there, can pass.
            assert_eq!(network.to_bytes(), bytes);
        }
    }
}
