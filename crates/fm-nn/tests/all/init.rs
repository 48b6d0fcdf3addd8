//! Initial weights: their variance.

use fm_nn::Init;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// The mean of n squares of a bounded variable lies within 5 of its standard errors, which
/// are below sqrt(2/n) of the variance for a uniform or a truncated normal.
#[test]
fn drawn_weights_have_the_variance_of_the_formula() {
    for init in [
        Init::GlorotUniform,
        Init::GlorotNormal,
        Init::HeUniform,
        Init::HeNormal,
        Init::LecunUniform,
        Init::LecunNormal,
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
        let variance = init.variance(300, 100);
        assert!(
            mean.abs() < 5.0 * (variance / n).sqrt(),
            "{init:?}: mean {mean}"
        );
        let relative = (square / variance - 1.0).abs();
        assert!(
            relative < 5.0 * (2.0 / n).sqrt(),
            "{init:?}: variance off by {relative}"
        );
    }
}
