//! Laws of partial pooling.

use fm_stats::{Pooled, Settings, pool};

use crate::fixtures::assert_close;
use crate::simulation::Draws;

fn pooled(differences: &[f64], errors: &[f64]) -> Pooled {
    pool(differences, errors, &Settings::default()).unwrap()
}

#[test]
fn effects_lie_between_the_measurement_and_the_mean() {
    let mut draws = Draws::new(20);
    let differences = draws.many(30, |d| -0.004 + 0.004 * d.normal());
    let errors = draws.many(30, |d| 0.002 * d.log_normal(0.5));
    let found = pooled(&differences, &errors);
    let mean = found.mean;
    for (effect, difference) in found.effects.iter().zip(&differences) {
        let (low, high) = (difference.min(mean), difference.max(mean));
        assert!(low < effect.value && effect.value < high);
        assert!(effect.interval.contains(effect.value));
    }
}

#[test]
fn effects_scale_and_shift_with_the_differences() {
    let mut draws = Draws::new(21);
    let differences = draws.many(12, |d| 0.004 * d.normal());
    let errors = vec![0.002; 12];
    let one = pooled(&differences, &errors);
    let points: Vec<f64> = differences.iter().map(|d| 100.0 * d + 7.0).collect();
    let other = pooled(&points, &[0.2; 12]);
    assert_close(other.between_sd, 100.0 * one.between_sd, 1e-9, "spread");
    assert_close(other.mean, 100.0 * one.mean + 7.0, 1e-9, "mean");
    for (one, other) in one.effects.iter().zip(&other.effects) {
        assert_close(other.value, 100.0 * one.value + 7.0, 1e-9, "effect");
        assert_close(
            other.standard_error,
            100.0 * one.standard_error,
            1e-9,
            "error",
        );
    }
}

/// With the truth known: intervals of the pooled effects contain it, and are narrower than those of
/// the pairs alone.
#[test]
fn pooled_effects_are_closer_to_the_truth() {
    let mut draws = Draws::new(22);
    let (mut covered, mut pooled_squares, mut single_squares) = (0, 0.0, 0.0);
    let (experiments, pairs) = (100, 45);
    for _ in 0..experiments {
        let truth = draws.many(pairs, |d| -0.003 + 0.003 * d.normal());
        let errors = draws.many(pairs, |d| 0.003 * d.log_normal(0.4));
        let measured: Vec<f64> = truth
            .iter()
            .zip(&errors)
            .map(|(t, e)| t + e * draws.normal())
            .collect();
        let found = pooled(&measured, &errors);
        for ((effect, truth), measured) in found.effects.iter().zip(&truth).zip(&measured) {
            covered += usize::from(effect.interval.contains(*truth));
            pooled_squares += (effect.value - truth) * (effect.value - truth);
            single_squares += (measured - truth) * (measured - truth);
        }
    }
    let covered = covered as f64 / (experiments * pairs) as f64;
    // The standard error is 0.3 points; that the spread is estimated costs about one point.
    assert!((0.92..0.97).contains(&covered), "{covered}");
    assert!(pooled_squares < 0.6 * single_squares);
}

#[test]
fn what_cannot_be_pooled_is_refused() {
    let settings = Settings::default();
    let (differences, errors) = ([0.1, 0.2, 0.3, 0.4], [0.1; 4]);
    let refused = pool(&differences[..1], &errors[..1], &settings);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "pairs: found 1, expected at least 2"
    );
    let refused = pool(&differences, &[0.1, 0.1, 0.0, 0.1], &settings);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "standard error: value 2 is 0; expected a number above 0, such as 1 / (draws * test rows)"
    );
    let refused = pool(&differences, &errors[..3], &settings);
    assert_eq!(
        refused.unwrap_err().to_string(),
        "length of standard error is 3; expected 4, the length of difference"
    );
}
