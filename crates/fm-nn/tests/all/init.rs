//! Initial weights: their variance.

use fm_nn::Init;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The mean of n squares of a bounded variable lies within 5 of its standard errors, which
/// are below sqrt(2/n) of the variance for a uniform or a truncated normal.
#[test]
fn drawn_weights_have_the_variance_of_the_formula() {
    for (init, variance) in [
        (Init::GlorotUniform, 2.0 / 400.0),
        (Init::GlorotNormal, 2.0 / 400.0),
        (Init::HeUniform, 2.0 / 300.0),
        (Init::HeNormal, 2.0 / 300.0),
        (Init::LecunUniform, 1.0 / 300.0),
        (Init::LecunNormal, 1.0 / 300.0),
    ] {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let weight = init.draw(300, 100, &mut rng);
        let n = 30_000.0;
        let mean = weight.view().iter().map(|&w| f64::from(w)).sum::<f64>() / n;
        let square = weight
            .view()
            .iter()
            .map(|&w| f64::from(w).powi(2))
            .sum::<f64>()
            / n;
        let deviation = f64::sqrt(variance / n);
        assert!(mean.abs() < 5.0 * deviation, "{init:?}: mean {mean}");
        let relative = (square / variance - 1.0).abs();
        assert!(
            relative < 5.0 * (2.0 / n).sqrt(),
            "{init:?}: variance off by {relative}"
        );
    }
}
