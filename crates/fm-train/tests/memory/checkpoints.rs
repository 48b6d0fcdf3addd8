//! A hundred thousand damaged checkpoints: each is an error, or a checkpoint that is written as it
//! was read; no panic, and no allocation beyond twice the file.

use std::panic::{AssertUnwindSafe, catch_unwind};

use fm_nn::{Activation, FreezeMask, Init, Loss, Network, PartMask, TrunkSpec};
use fm_train::{Adam, Checkpoint, EarlyStopping, Examples, Phase, Seeds, Trainer};
use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

use crate::MEMORY;

const INPUTS: usize = 100_000;
/// Bytes of the header, of which 24 to 56 are the checksum.
const HEADER: usize = 56;

/// In the middle of a phase with early stopping and a mask of single weights.
fn checkpoint() -> Checkpoint {
    let spec = TrunkSpec {
        inputs: 15,
        hidden: vec![16, 32],
        activation: Activation::Selu,
        init: Init::GlorotUniform,
    };
    let mut rng = Seeds::new(3).stream("weights").rng();
    let mut network = Network::new(spec.trunk(&mut rng), spec.head(16, &mut rng)).unwrap();
    let points = Array2::from_shape_fn((32, 15), |(i, j)| libm::sinf((i * (7 + 4 * j)) as f32));
    let labels: Vec<u8> = (0..32).map(|i| i % 16).collect();
    let examples = Examples::new(&points, &labels).unwrap();
    let pattern = Array2::from_shape_fn((15, 16), |(i, j)| (i + j) % 3 == 0);
    let mut mask = FreezeMask::none(3);
    mask.layers[0].weight = PartMask::elements(pattern.view());
    let phase = Phase {
        early_stopping: Some(EarlyStopping::new(3)),
        ..Phase::new(4, mask, Adam::new(0.01))
    };
    let trainer = Trainer {
        batch_size: 8,
        ..Trainer::new(Loss::SoftmaxCrossEntropy, Seeds::new(3).stream("shuffle"))
    };
    let phases = [phase];
    let mut training = trainer
        .fit(&mut network, &phases, &examples)
        .validation(&examples);
    training.epoch().unwrap();
    training.checkpoint().unwrap()
}

pub(crate) fn damaged_checkpoints_neither_panic_nor_allocate_much() {
    let original = checkpoint();
    let good = original.to_bytes();
    // The limit for the reader is twice the file.
    let mut rng = ChaCha8Rng::seed_from_u64(20_170_825);
    let (mut refused, mut equal, mut other) = (0, 0, 0);
    for number in 0..INPUTS {
        let (bytes, sealed) = mutated(&good, &mut rng);
        let base = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let read = catch_unwind(AssertUnwindSafe(|| Checkpoint::from_bytes(&bytes)));
        let taken = MEMORY.peak_usage() - base;
        let read = read.unwrap_or_else(|_| panic!("input {number} panics: {bytes:02x?}"));
        let most = 2 * bytes.len().max(good.len());
        assert!(taken <= most, "input {number}: {taken} bytes of {most}");
        match read {
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
            Ok(found) if found == original => equal += 1,
            // Only with a recomputed checksum; and it is written as it was read.
            Ok(found) => {
                assert!(sealed, "input {number} is accepted");
                let again = Checkpoint::from_bytes(&found.to_bytes()).unwrap();
                // Not `==`: some floats may be NaN.
                assert_eq!(again.to_bytes(), found.to_bytes());
                other += 1;
            }
        }
    }
    // The generator must produce all three kinds.
    assert!(
        refused > INPUTS / 2 && equal > 0 && other > INPUTS / 1000,
        "{refused} refused, {equal} equal, {other} others"
    );
}

/// The bytes with one to three damages, and whether the checksum was recomputed.
fn mutated(good: &[u8], rng: &mut ChaCha8Rng) -> (Vec<u8>, bool) {
    let mut bytes = good.to_vec();
    for _ in 0..=below(rng, 3) {
        let n = bytes.len();
        if n == 0 {
            break;
        }
        match below(rng, 7) {
            0 => bytes.truncate(below(rng, n + 1)),
            1 => bytes[below(rng, n)] ^= 1 << below(rng, 8),
            // Header and description matter most.
            2 => bytes[below(rng, n.min(HEADER))] = rng.next_u32() as u8,
            3 | 4 => {
                let at = below(rng, n.min(3000));
                // Mostly digits: wrong lengths and counts.
                bytes[at] = match below(rng, 3) {
                    0 => rng.next_u32() as u8,
                    _ => b'0' + below(rng, 10) as u8,
                };
            }
            5 => {
                let (from, to) = (below(rng, n + 1), below(rng, n + 1));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                let at = below(rng, n + 1);
                bytes.splice(at..at, piece);
            }
            _ => bytes.extend((0..below(rng, 20)).map(|_| rng.next_u32() as u8)),
        }
    }
    let seal = below(rng, 2) == 0 && bytes.len() > HEADER;
    if seal {
        if below(rng, 4) > 0 {
            // The length of the payload is made right as well.
            let description = u32::from_le_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]);
            let rest = (bytes.len() - HEADER) as u64;
            let payload = rest.saturating_sub(u64::from(description));
            bytes[16..24].copy_from_slice(&payload.to_le_bytes());
        }
        let checksum = Sha256::digest(&bytes[HEADER..]);
        bytes[24..56].copy_from_slice(&checksum);
    }
    (bytes, seal)
}

/// A number from `0..n`; the tiny bias of the remainder does not matter here.
fn below(rng: &mut ChaCha8Rng, n: usize) -> usize {
    rng.next_u32() as usize % n
}
