//! Seeded subsets that are the same on every machine and in every version.
//!
//! The method is fixed, not left to a library: a Fisher–Yates shuffle of the positions from the
//! front, each swap partner drawn by Lemire's multiplication with rejection (without bias) from
//! 32 random bits at a time. With the same generator in the same state the answer never changes.

use rand_core::Rng;

use crate::{DataError, Dataset};

impl Dataset {
    /// `n` rows drawn without replacement so that each class has its share, kept in dataset
    /// order. A class's share is `n × rows of the class / rows`, rounded down; the rows still
    /// missing go to the classes with the largest remainders, the lower label first among equals.
    ///
    /// # Errors
    ///
    /// If `n` is zero or more than there are.
    pub fn stratified(&self, n: usize, rng: &mut impl Rng) -> Result<Self, DataError> {
        self.check_size("draw", n, self.rows())?;
        let mut by_class = vec![Vec::new(); self.n_classes()];
        for (position, &label) in self.labels().iter().enumerate() {
            by_class[usize::from(label)].push(position);
        }
        let shares = shares(n, &self.label_counts());
        let mut positions = Vec::with_capacity(n);
        for (mut class, share) in by_class.into_iter().zip(shares) {
            // Whole classes are shuffled whatever their share, so that one class's share never
            // moves another class's draw.
            shuffle(&mut class, rng);
            positions.extend_from_slice(&class[..share]);
        }
        positions.sort_unstable();
        Ok(self.pick(&positions))
    }

    /// All rows in random order.
    #[must_use]
    pub fn shuffled(&self, rng: &mut impl Rng) -> Self {
        let mut positions: Vec<usize> = (0..self.rows()).collect();
        shuffle(&mut positions, rng);
        self.pick(&positions)
    }
}

fn shuffle(positions: &mut [usize], rng: &mut impl Rng) {
    for place in 0..positions.len() {
        // Row counts fit u32; `Dataset::new` sees to it.
        let left = (positions.len() - place) as u32;
        positions.swap(place, place + below(left, rng) as usize);
    }
}

/// A number from `0..n` without bias, `n` at least 1. Lemire, "Fast random integer generation in
/// an interval", ACM TOMACS 29(1), 2019, algorithm 5.
fn below(n: u32, rng: &mut impl Rng) -> u32 {
    let mut product = u64::from(rng.next_u32()) * u64::from(n);
    if (product as u32) < n {
        let threshold = n.wrapping_neg() % n;
        while (product as u32) < threshold {
            product = u64::from(rng.next_u32()) * u64::from(n);
        }
    }
    (product >> 32) as u32
}

/// `n` shared out in proportion to `counts` by largest remainders. `n` is at most their sum.
fn shares(n: usize, counts: &[usize]) -> Vec<usize> {
    let total: u128 = counts.iter().map(|&count| count as u128).sum();
    let exact = |count: usize| n as u128 * count as u128;
    let mut shares: Vec<usize> = counts
        .iter()
        .map(|&count| (exact(count) / total) as usize)
        .collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    // A stable sort keeps lower labels first among equal remainders.
    order.sort_by_key(|&class| std::cmp::Reverse(exact(counts[class]) % total));
    let missing = n - shares.iter().sum::<usize>();
    for &class in &order[..missing] {
        shares[class] += 1;
    }
    shares
}
