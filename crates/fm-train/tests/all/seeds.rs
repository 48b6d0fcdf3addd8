//! Random streams and permutations.

use fm_train::{Seeds, shuffle};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};

#[test]
fn a_stream_has_the_numbers_of_rand_chacha() {
    let mut key = Sha256::new();
    key.update(b"fm-train stream 1\0");
    key.update(3_u64.to_le_bytes());
    key.update("test");
    let key: [u8; 32] = key.finalize().into();
    for n in [0, 7, u64::MAX] {
        let mut expected = ChaCha8Rng::from_seed(key);
        expected.set_stream(n);
        let mut found = Seeds::new(3).stream("test").nth(n);
        // 32 and 64 bits in turn, so that a number crosses the border of a buffer.
        for _ in 0..500 {
            assert_eq!(found.next_u32(), expected.next_u32());
            assert_eq!(found.next_u64(), expected.next_u64());
        }
    }
}

#[test]
fn every_permutation_is_equally_likely() {
    let stream = Seeds::new(3).stream("test");
    let mut counts = std::collections::BTreeMap::new();
    let draws = 6000;
    for n in 0..draws {
        let mut order = [0; 3];
        shuffle(&mut order, &mut stream.nth(n));
        *counts.entry(order).or_insert(0) += 1;
    }
    // Six permutations, 1,000 each; five standard deviations of a binomial are 145.
    assert_eq!(counts.len(), 6);
    assert!(
        counts
            .values()
            .all(|&count: &i32| (count - 1000).abs() < 145),
        "{counts:?}"
    );
}
