//! How numbers are written for people.

use fm_report::{Percents, Unit, counted, ranges};

#[test]
fn half_a_unit_goes_up_and_zero_has_no_sign() {
    // 0.00955 lies below the half in binary.
    assert_eq!(Unit::Fraction.with_unit(0.00955), "0.96 %");
    assert_eq!(Unit::Points.with_unit(-0.00935), "−0.94 points");
    assert_eq!(Unit::Points.number(0.001), "+0.10");
    assert_eq!(Unit::Points.number(-0.000_001), "0.00");
    assert_eq!(Unit::Fraction.number(-0.0), "0.00");
    assert_eq!(Unit::Loss.number(-0.000_01), "0.0000");
    assert_eq!(Unit::Loss.number(-0.25), "−0.2500");
}

#[test]
fn each_unit_has_its_own_decimals() {
    assert_eq!(Unit::PValue.number(0.0004), "< 0.001");
    assert_eq!(Unit::PValue.number(0.0120), "0.012");
    assert_eq!(Unit::PValue.number(1.0), "1");
    assert_eq!(Unit::Spread.with_unit(0.00702), "0.702 points");
    assert_eq!(Unit::Count.number(200.0), "200");
    assert_eq!(Unit::Setting.number(0.001), "0.001");
    assert_eq!(Unit::Setting.number(1e20), "1e20");
    assert_eq!(Unit::Number(2).number(0.905), "0.91");
    assert_eq!(Unit::Fraction.number(f64::NAN), "–");
}

#[test]
fn values_that_differ_differ_in_print() {
    let percents = Percents::telling_apart(&[0.010_71, 0.010_74]);
    assert_eq!(percents.number(0.010_71), "1.071");
    assert_eq!(Percents::telling_apart(&[0.01, 0.01]).number(0.01), "1.00");
    // 0.0000001 percent apart: six decimals are the most.
    assert_eq!(
        Percents::telling_apart(&[0.01, 0.010_000_000_1]).number(0.01),
        "1.000000"
    );
}

#[test]
fn counts_and_runs_of_seeds() {
    assert_eq!(
        counted(1, "seed") + ", " + &counted(30, "seed"),
        "1 seed, 30 seeds"
    );
    assert_eq!(ranges(&[1, 2, 3, 7, 9, 10]), "1–3, 7, 9–10");
    assert_eq!(ranges(&[u64::MAX]), u64::MAX.to_string());
}
