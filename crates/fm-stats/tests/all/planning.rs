//! Laws of planned power.

use fm_stats::{MAX_DRAWS, Scenario, Settings, StatsError, draws_needed, power, power_limit};

const SCENARIO: Scenario = Scenario {
    difference: -0.005,
    draw_sd: 0.007,
    rows_error: 0.0,
    family: 1,
};

fn at(draws: usize, scenario: &Scenario) -> f64 {
    power(draws, scenario, &Settings::default()).unwrap()
}

fn limit(scenario: &Scenario) -> f64 {
    power_limit(scenario, &Settings::default()).unwrap()
}

#[test]
fn power_grows_with_draws() {
    let powers = [6, 12, 20, 30, 45].map(|draws| at(draws, &SCENARIO));
    assert!(powers.windows(2).all(|w| w[1] > w[0]));
}

#[test]
fn a_family_and_test_rows_cost_power() {
    let alone = at(20, &SCENARIO);
    let in_family = Scenario {
        family: 10,
        ..SCENARIO
    };
    let other_rows = Scenario {
        rows_error: 0.0011,
        ..SCENARIO
    };
    assert!(at(20, &in_family) < alone - 0.1);
    assert!(at(20, &other_rows) < alone - 0.05);
    // 6 pairs conclude one comparison, but not one of two: 2 · 0.03125 > 0.05.
    let family = |family| Scenario {
        family,
        difference: -0.5,
        ..SCENARIO
    };
    assert_eq!([1, 2].map(|n| at(6, &family(n))), [1.0, 0.0]);
}

#[test]
fn draws_needed_are_the_fewest() {
    let settings = Settings::default();
    let needed = draws_needed(0.8, &SCENARIO, &settings);
    let needed = needed.unwrap().unwrap();
    assert!(at(needed, &SCENARIO) >= 0.8);
    assert!(at(needed - 1, &SCENARIO) < 0.8);
    // Student's t test has a power of 0.8 from 18 pairs on (statsmodels' TTestPower.solve_power of
    // 5/7 gives 17.4).
    assert!((17..=19).contains(&needed), "{needed}");
}

/// The search of [`draws_needed`] with every step simulated.
fn simulated_need(target: f64, scenario: &Scenario) -> Option<usize> {
    let enough = |draws| at(draws, scenario) >= target;
    let (mut below, mut reached) = (5, 6);
    while !enough(reached) {
        if reached == MAX_DRAWS {
            return None;
        }
        below = reached;
        reached = (2 * reached).min(MAX_DRAWS);
    }
    while reached - below > 1 {
        let middle = (below + reached) / 2;
        match enough(middle) {
            true => reached = middle,
            false => below = middle,
        }
    }
    Some(reached)
}

#[test]
fn draws_needed_are_those_that_simulations_alone_find() {
    for (draw_sd, rows_error, family, target) in [
        (0.001, 0.0, 1, 0.8),
        (0.003, 0.0, 4, 0.9),
        (0.007, 0.0, 1, 0.5),
        (0.007, 0.0011, 4, 0.8),
        (0.012, 0.0, 1, 0.8),
    ] {
        let scenario = Scenario {
            difference: -0.005,
            draw_sd,
            rows_error,
            family,
        };
        let found = draws_needed(target, &scenario, &Settings::default());
        assert_eq!(
            found.unwrap(),
            simulated_need(target, &scenario),
            "{scenario:?}"
        );
    }
}

#[test]
fn test_rows_set_a_floor() {
    let settings = Settings::default();
    // 0.3 points where the rows alone have a standard error of 0.11: `norm.cdf(3/1.1 -
    // norm.ppf(0.975))` of SciPy.
    let scenario = Scenario {
        difference: -0.003,
        rows_error: 0.0011,
        ..SCENARIO
    };
    let limit_power = limit(&scenario);
    let scipy = 0.7785510142055393;
    assert!((limit_power - scipy).abs() < 1e-12, "{limit_power:?}");
    let needed = draws_needed(0.85, &scenario, &settings).unwrap();
    assert_eq!(needed, None);
    // 1,000 draws are near the limit: the standard error of a simulated power is 0.4 points.
    let most = at(MAX_DRAWS, &scenario);
    assert!((most - limit_power).abs() < 0.03, "{most:?}");
}

#[test]
fn without_test_rows_the_limit_is_certain() {
    let limit = |difference: f64, margin: f64| {
        let settings = Settings {
            margin,
            ..Settings::default()
        };
        let scenario = Scenario {
            difference,
            ..SCENARIO
        };
        power_limit(&scenario, &settings).unwrap()
    };
    for (difference, margin, expected) in [
        (-0.003, 0.002, 1.0),
        (-0.002, 0.002, 1.0),
        (0.003, 0.002, 0.0),
        (-0.001, 0.002, 0.0),
        (-0.001, 0.0, 1.0),
        (0.0, 0.0, 0.0),
    ] {
        assert_eq!(limit(difference, margin), expected, "{difference} {margin}");
    }
}

#[test]
fn equal_bits_for_equal_seeds_and_other_simulations_for_others() {
    assert_eq!(at(12, &SCENARIO), at(12, &SCENARIO));
    let other = Settings {
        seed: 1,
        ..Settings::default()
    };
    assert_ne!(power(12, &SCENARIO, &other).unwrap(), at(12, &SCENARIO));
    // Recorded once, on x86-64.
    assert_eq!(at(12, &SCENARIO), 0.6048);
    assert_eq!(at(40, &SCENARIO), 0.9934);
}

#[test]
fn assumptions_out_of_range_are_refused() {
    let settings = Settings::default();
    let key = |scenario: Scenario| match power(12, &scenario, &settings) {
        Err(StatsError::Invalid { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    let with = |change: fn(&mut Scenario)| {
        let mut scenario = SCENARIO;
        change(&mut scenario);
        key(scenario)
    };
    assert_eq!(with(|s| s.difference = -5.0), "difference");
    assert_eq!(with(|s| s.draw_sd = f64::NAN), "draw_sd");
    assert_eq!(with(|s| s.rows_error = -0.1), "rows_error");
    assert_eq!(with(|s| s.family = 0), "family");
    for draws in [0, 5, MAX_DRAWS + 1] {
        assert!(power(draws, &SCENARIO, &settings).is_err());
    }
    for target in [0.0, 1.0, f64::NAN] {
        assert!(draws_needed(target, &SCENARIO, &settings).is_err());
    }
}
