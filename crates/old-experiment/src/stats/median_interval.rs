//! The median's interval, from the order of the values and without resampling: resampled medians are
//! too coarse.

use super::{Interval, NoInterval, power};

/// Interval between interpolated order statistics, of ascending values.
///
/// Hettmansperger & Sheather, "Confidence Intervals Based on Interpolated Order Statistics",
/// Statistics & Probability Letters 4 (1986). From the `d`-th value from below to the `d`-th from
/// above the median is covered with probability `γ_d = P(d ≤ B ≤ n − d)`, `B` binomial of `n` and ½,
/// whatever the distribution. With the largest `d` whose `γ_d` is not below the level, both ends
/// move inwards by the share `(n − d) I / (d + (n − 2d) I)`, `I = (γ_d − level) / (γ_d − γ_{d+1})`,
/// of the way to their next value.
///
/// # Errors
///
/// [`NoInterval::TooFewValues`]: from the smallest to the largest is less than the level;
/// [`NoInterval::EstimateConstant`]: both ends are one value.
pub(super) fn median_interval(sorted: &[f64], level: f64) -> Result<Interval, NoInterval> {
    let count = sorted.len();
    let n = count as f64;
    // From the middle outwards: P(B = ⌊n/2⌋) is the product of 1 − 1/2k for k up to ⌈n/2⌉.
    let mut d = count / 2;
    let mut chance: f64 = (1..=count.div_ceil(2))
        .map(|k| 1.0 - 0.5 / k as f64)
        .product();
    let middle = if count.is_multiple_of(2) { 1.0 } else { 2.0 };
    let (mut covered, mut inner) = (middle * chance, 0.0);
    while covered < level && d > 1 {
        chance *= d as f64 / (n - d as f64 + 1.0);
        inner = covered;
        covered += 2.0 * chance;
        d -= 1;
    }
    if covered < level || d == 0 {
        let needed = power::pairs_to_conclude(1.0 - level, 1);
        return Err(NoInterval::TooFewValues { count, needed });
    }
    let depth = d as f64;
    let share = (covered - level) / (covered - inner);
    let share = (n - depth) * share / (depth + (n - 2.0 * depth) * share);
    let between = |end: usize, next: usize| sorted[end] + (sorted[next] - sorted[end]) * share;
    let interval = Interval {
        low: between(d - 1, d),
        high: between(count - d, count - d - 1),
    };
    match interval.low < interval.high {
        true => Ok(interval),
        false => Err(NoInterval::EstimateConstant),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the values 1 to n the low end is its own place; made with `scipy.stats.binom`.
    #[test]
    fn ends_are_where_scipys_binomial_puts_them() {
        for (count, level, place) in [
            (6, 0.95, 1.3571428571428577),
            (7, 0.95, 1.7333333333333336),
            (10, 0.95, 2.657657657657658),
            (12, 0.95, 3.263118440779611),
            (13, 0.9, 4.094234592445328),
            (30, 0.95, 10.228711498709888),
            (30, 0.99, 8.682024776490515),
            (101, 0.95, 41.20280019638736),
        ] {
            let values: Vec<f64> = (1..=count).map(f64::from).collect();
            let found = median_interval(&values, level).unwrap();
            // Sums of a hundred chances, in another order there.
            assert!((found.low - place).abs() < 1e-9, "{count}: {found:?}");
            let mirrored = f64::from(count) + 1.0 - place;
            assert!((found.high - mirrored).abs() < 1e-9, "{count}: {found:?}");
        }
    }

    #[test]
    fn few_values_have_none_and_many_have_one() {
        let values = |count: u32| -> Vec<f64> { (0..count).map(f64::from).collect() };
        let too_few = |count, needed| Err(NoInterval::TooFewValues { count, needed });
        for count in 0..6 {
            let found = median_interval(&values(count), 0.95);
            assert_eq!(found, too_few(count as usize, 6));
        }
        assert_eq!(median_interval(&values(9), 0.999), too_few(9, 11));
        // ½ to the power of n would be zero.
        let found = median_interval(&values(100_001), 0.95).unwrap();
        // Half the width is 1.96 √n / 2, by the normal approximation.
        assert!((found.high - found.low - 619.8).abs() < 2.0, "{found:?}");
        assert_eq!(
            median_interval(&[0.5; 40], 0.95),
            Err(NoInterval::EstimateConstant)
        );
    }
}
