//! The order in which rows are visited.

use rand_core::Rng;

/// Writes a permutation of `0..order.len()`, every one equally likely (Fisher–Yates).
///
/// Depends only on what `rng` gives, so it is the same on every machine and in every version.
pub fn shuffle(order: &mut [u32], rng: &mut impl Rng) {
    for (slot, i) in order.iter_mut().zip(0..) {
        *slot = i;
    }
    for i in (1..order.len()).rev() {
        order.swap(i, below(i as u32 + 1, rng) as usize);
    }
}

/// Uniform in `0..n` without bias (Lemire 2019, "Fast random integer generation in an interval").
fn below(n: u32, rng: &mut impl Rng) -> u32 {
    loop {
        let product = u64::from(rng.next_u32()) * u64::from(n);
        // The lowest 2³² mod n values of the low half would make some results likelier.
        if product as u32 >= n.wrapping_neg() % n {
            return (product >> 32) as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Seeds;

    #[test]
    fn a_shuffle_is_a_permutation_and_each_is_as_likely() {
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

    #[test]
    fn numbers_below_one_and_two_to_the_31_are_in_range() {
        let mut rng = Seeds::new(1).stream("test").rng();
        for _ in 0..1000 {
            assert_eq!(below(1, &mut rng), 0);
            assert!(below(1 << 31, &mut rng) < 1 << 31);
        }
    }
}
