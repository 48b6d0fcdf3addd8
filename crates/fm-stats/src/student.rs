//! Student's t distribution for any positive degrees of freedom.

use crate::normal;

/// Above this many degrees of freedom the normal quantile is used; at level 0.95 it differs by less
/// than 3e-6.
const NORMAL_ABOVE: f64 = 1e6;

/// The value below which a fraction `p` of Student's t lies; `degrees` of freedom may be fractional.
///
/// Newton's iteration from the normal quantile: beyond zero the tail probability is convex, so that it
/// rises to the quantile without passing it. −∞ for `p ≤ 0`, +∞ for `p ≥ 1`.
pub(crate) fn quantile(p: f64, degrees: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 || degrees > NORMAL_ABOVE {
        return normal::quantile(p);
    }
    if p < 0.5 {
        return -quantile(1.0 - p, degrees);
    }
    let outside = 2.0 * (1.0 - p);
    let log_beta =
        libm::lgamma(0.5 * degrees) + libm::lgamma(0.5) - libm::lgamma(0.5 * degrees + 0.5);
    let mut t = normal::quantile(p);
    // About 5 steps are needed from one degree of freedom on.
    for _ in 0..200 {
        // Twice the density.
        let power = -0.5 * (degrees + 1.0) * libm::log1p(t * t / degrees);
        let slope = 2.0 * (libm::exp(power - log_beta) / libm::sqrt(degrees));
        let step = (two_sided(t, degrees, log_beta) - outside) / slope;
        // Not a number, below the last bit, or back by a rounding: as close as it gets.
        if (t + step).partial_cmp(&t) != Some(std::cmp::Ordering::Greater) {
            break;
        }
        t += step;
    }
    t
}

/// `P(|T| > t)` for `t ≥ 0`: the regularized incomplete beta function `I_x(ν/2, ½)` at
/// `x = ν / (ν + t²)` (Abramowitz & Stegun 26.7.1). `log_beta` is the logarithm of `B(ν/2, ½)`.
fn two_sided(t: f64, degrees: f64, log_beta: f64) -> f64 {
    let whole = degrees + t * t;
    let (x, rest) = (degrees / whole, t * t / whole);
    let (a, b) = (0.5 * degrees, 0.5);
    let scale = libm::exp(a * libm::log(x) + b * libm::log(rest) - log_beta);
    // The fraction converges fast on this side of the mean of the beta distribution only.
    if x < (a + 1.0) / (a + b + 2.0) {
        scale * beta_fraction(a, b, x) / a
    } else {
        1.0 - scale * beta_fraction(b, a, rest) / b
    }
}

/// The continued fraction of the incomplete beta function (Abramowitz & Stegun 26.5.8), evaluated
/// from the front as Lentz (1976) does.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let away_from_zero = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for m in 1..20_000 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / away_from_zero(1.0 + term * d);
            c = away_from_zero(1.0 + term / c);
            change = c * d;
            value *= change;
        }
        if (change - 1.0).abs() < 1e-16 {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of `scipy.stats.t.ppf`. 1e-11 below 1,000 degrees of freedom and 1e-9 above: the
    /// difference of two `lgamma` of large arguments loses digits, far below any use here.
    #[test]
    fn quantiles_match_scipy() {
        for (p, degrees, x) in [
            (0.975, 1.0, 12.706204736174694),
            (0.975, 2.0, 4.302652729749462),
            (0.975, 3.0, 3.1824463052837078),
            (0.975, 4.0, 2.7764451051977934),
            (0.975, 29.0, 2.045229642132703),
            (0.95, 9.0, 1.833112932656237),
            (0.995, 100.0, 2.6258905214380173),
            (0.025, 29.0, -2.045229642132703),
            (0.5, 7.0, 0.0),
            (0.975, 7.31, 2.344447113983294),
            (0.95, 11.5, 1.78876627515423),
            (0.975, 78.6, 1.9906077234612458),
            (0.9, 0.71, 4.891087738500741),
            (0.025, 33.3, -2.033819224134053),
            (0.6, 12.25, 0.25891544261431393),
            (0.975, 1234.5, 1.9618874833313453),
            (0.999, 45_678.9, 3.090410737788071),
        ] {
            let found = quantile(p, degrees);
            let tolerance = if degrees < 1e3 { 1e-11 } else { 1e-9 };
            assert!(
                (found - x).abs() <= tolerance * x.abs().max(1.0),
                "{p} {degrees}: {found}"
            );
        }
    }
}
