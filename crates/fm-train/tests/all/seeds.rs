//! Random permutations.

use fm_train::{Seeds, shuffle};

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
