//! Schedules of the learning rate.

use fm_nn::Freeze;
use fm_train::{Phase, Schedule, Sgd, TrainError};

fn warmup(steps: usize, then: Schedule) -> Schedule {
    Schedule::LinearWarmup {
        steps,
        start: 0.0,
        then: Box::new(then),
    }
}

fn check(schedule: &Schedule) -> Result<(), TrainError> {
    let phase = Phase {
        schedule: schedule.clone(),
        ..Phase::new(1, Freeze::Nothing, Sgd::plain(0.1))
    };
    phase.check_settings(2, 2)
}

fn factors(schedule: &Schedule, epoch_steps: usize, steps: usize) -> Vec<f64> {
    let steps = (0..steps).map(|step| schedule.factor(step, epoch_steps, steps));
    steps.collect()
}

fn close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len());
    for (f, e) in found.iter().zip(expected) {
        // The expected numbers are written with six decimals.
        assert!((f - e).abs() < 6e-7, "{found:?}, expected {expected:?}");
    }
}

#[test]
fn factors_follow_the_formulas() {
    let step = Schedule::Step {
        every_epochs: 2,
        gamma: 0.1,
    };
    let expected = [1.0, 1.0, 1.0, 1.0, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01];
    close(&factors(&step, 2, 10), &expected);

    // Cosines of 0, 45, 90 and 135 degrees.
    let cosine = Schedule::Cosine { end: 0.0 };
    let expected = [1.0, 0.853_553, 0.5, 0.146_447];
    close(&factors(&cosine, 1, 4), &expected);
    let cosine = Schedule::Cosine { end: 0.2 };
    let expected = [1.0, 0.882_843, 0.6, 0.317_157];
    close(&factors(&cosine, 1, 4), &expected);

    let warmup = Schedule::LinearWarmup {
        steps: 4,
        start: 0.2,
        then: Box::new(Schedule::Cosine { end: 0.0 }),
    };
    let expected = [0.2, 0.4, 0.6, 0.8, 1.0, 0.853_553, 0.5, 0.146_447];
    close(&factors(&warmup, 1, 8), &expected);

    // Ten steps with the peak at the third, from 1/4 and down to 1/8.
    let cycle = Schedule::OneCycle {
        peak: 0.3,
        div: 4.0,
        final_div: 2.0,
    };
    let found = factors(&cycle, 1, 10);
    close(&found[..3], &[0.25, 0.625, 1.0]);
    // Seven steps down: the middle is between the sixth and the seventh step.
    close(&[(found[5] + found[6]) / 2.0, found[9]], &[0.5625, 0.125]);
    assert!(found[2..].is_sorted_by(|a, b| a > b), "{found:?}");
}

#[test]
fn every_factor_is_from_0_to_1_for_any_number_of_steps() {
    let schedules = [
        Schedule::Constant,
        Schedule::Cosine { end: 0.0 },
        Schedule::one_cycle(),
        warmup(3, Schedule::one_cycle()),
    ];
    for schedule in schedules {
        assert_eq!(check(&schedule), Ok(()));
        for steps in 1..12 {
            for factor in factors(&schedule, 2, steps) {
                assert!((0.0..=1.0).contains(&factor), "{schedule:?}: {factor}");
            }
        }
    }
}

#[test]
fn settings_out_of_range_are_refused_by_name() {
    let step = |every_epochs, gamma| Schedule::Step {
        every_epochs,
        gamma,
    };
    let cycle = |peak, div, final_div| Schedule::OneCycle {
        peak,
        div,
        final_div,
    };
    let cases = [
        ("every_epochs", step(0, 0.1)),
        ("gamma", step(1, 0.0)),
        ("gamma", step(1, f64::NAN)),
        ("end", Schedule::Cosine { end: -0.1 }),
        ("steps", warmup(0, Schedule::Constant)),
        ("end", warmup(1, Schedule::Cosine { end: 2.0 })),
        ("peak", cycle(1.0, 25.0, 1e4)),
        ("div", cycle(0.3, 0.5, 1e4)),
        ("final_div", cycle(0.3, 25.0, f64::INFINITY)),
    ];
    for (key, schedule) in cases {
        match check(&schedule) {
            Err(TrainError::Setting { name, .. }) => {
                assert_eq!(name, format!("schedule.{key}"), "{schedule:?}");
            }
            other => panic!("{schedule:?}: {other:?}"),
        }
    }
}
