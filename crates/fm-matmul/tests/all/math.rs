//! The functions of `math` against the same in f64, and at every level.

use fm_matmul::Level;
use fm_matmul::elementwise::map;
use fm_matmul::math::{erf, exp, expm1, sigmoid, tanh};

/// Name, function, and the same in f64.
type Case = (&'static str, fn(f32) -> f32, fn(f64) -> f64);

const CASES: [Case; 5] = [
    ("exp", exp, libm::exp),
    ("expm1", expm1, libm::expm1),
    ("tanh", tanh, libm::tanh),
    ("sigmoid", sigmoid, |x| 1.0 / (1.0 + libm::exp(-x))),
    ("erf", erf, libm::erf),
];

/// Floats of every sign and exponent, also NaN, infinite and denormal: one in `step`.
fn sweep(step: usize) -> impl Iterator<Item = f32> {
    (0..=u32::MAX).step_by(step).map(f32::from_bits)
}

/// Distance of `got` from `exact` in units of the last place of an f32 near `exact`.
fn ulps(got: f32, exact: f64) -> f64 {
    if exact.abs() > f64::from(f32::MAX) {
        // One more than the largest is as good as infinite.
        return if got.abs() >= f32::MAX {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let exponent = libm::ilogb(exact).max(-126);
    (f64::from(got) - exact).abs() / libm::exp2(f64::from(exponent - 23))
}

#[test]
fn at_most_two_ulp_from_the_exact_value() {
    for (name, f, exact) in CASES {
        let mut worst = (0.0, 0.0);
        // A prime step, so that the mantissas are all different.
        for x in sweep(2_003) {
            let (got, exact) = (f(x), exact(f64::from(x)));
            if x.is_nan() {
                assert!(got.is_nan(), "{name} of NaN");
                continue;
            }
            let error = if exact == 0.0 {
                f64::from(got).abs()
            } else {
                ulps(got, exact)
            };
            if error > worst.0 {
                worst = (error, x);
            }
        }
        assert!(
            worst.0 <= 2.0,
            "{name}({:?}) is {} ulp off",
            worst.1,
            worst.0
        );
    }
}

#[test]
fn edges() {
    let (inf, tiny) = (f32::INFINITY, f32::from_bits(1));
    for (f, x, expected) in [
        (exp as fn(f32) -> f32, inf, inf),
        (exp, -inf, 0.0),
        (exp, 0.0, 1.0),
        (exp, 88.722_84, inf),
        (exp, -103.9, tiny),
        (exp, -104.0, 0.0),
        (expm1, inf, inf),
        (expm1, -inf, -1.0),
        (expm1, 0.0, 0.0),
        (expm1, tiny, tiny),
        (expm1, -tiny, -tiny),
        (tanh, inf, 1.0),
        (tanh, -inf, -1.0),
        (tanh, -tiny, -tiny),
        (sigmoid, inf, 1.0),
        (sigmoid, -inf, 0.0),
        (sigmoid, 0.0, 0.5),
        (erf, inf, 1.0),
        (erf, -inf, -1.0),
        (erf, 3.92, 1.0),
    ] {
        assert_eq!(f(x), expected, "of {x:?}");
    }
    assert!(exp(88.722_83).is_finite());
}

#[test]
fn every_level_gives_the_same_bits() {
    let xs: Vec<f32> = sweep(40_009).chain([0.5; 13]).collect();
    for (name, f, _) in CASES {
        for level in Level::ALL {
            let mut ys = xs.clone();
            // By name, so that each is inlined into the level's loop.
            match name {
                "exp" => map(level, &mut ys, exp),
                "expm1" => map(level, &mut ys, expm1),
                "tanh" => map(level, &mut ys, tanh),
                "sigmoid" => map(level, &mut ys, sigmoid),
                _ => map(level, &mut ys, erf),
            }
            for (x, y) in xs.iter().zip(ys) {
                // The bits of a NaN are nobody's promise.
                let same = f(*x).to_bits() == y.to_bits() || (x.is_nan() && y.is_nan());
                assert!(
                    same,
                    "{name}({x:?}) is {y:?} under {level}, not {:?}",
                    f(*x)
                );
            }
        }
    }
}
