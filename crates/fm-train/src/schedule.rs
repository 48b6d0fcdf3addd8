//! [`Schedule`]: how the learning rate goes over the steps of a phase.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::error::{TrainError, require};

/// A factor on the learning rate, for every step of a phase.
///
/// In TOML `"constant"`, `{ cosine = {} }`, or a warm-up with what comes after it:
/// `{ linear_warmup = { steps = 100, then = { cosine = {} } } }`.
///
/// ```
/// use fm_train::Schedule;
///
/// let schedule = Schedule::warmup(10, Schedule::Cosine { end: 0.0 });
/// let factor = |step| schedule.factor(step, 10, 110);
/// assert_eq!((factor(0), factor(5), factor(10)), (0.0, 0.5, 1.0));
/// assert!((factor(60) - 0.5).abs() < 1e-12);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// The learning rate as it is; the default.
    #[default]
    Constant,
    /// Multiplied by `gamma` after every so many epochs (PyTorch's `StepLR`).
    Step {
        /// Epochs between two changes, 1 or more.
        every_epochs: usize,
        /// What the rate is multiplied by, above 0, up to 1.
        gamma: f64,
    },
    /// `end + (1 − end)·(1 + cos(π·t/T))/2` at step `t` of `T`, counted from 0 (Loshchilov and
    /// Hutter 2017, without restarts; PyTorch's `CosineAnnealingLR`).
    Cosine {
        /// What the factor comes down to, from 0 (the default) to 1.
        #[serde(default)]
        end: f64,
    },
    /// In a straight line from `start` to 1 (PyTorch's `LinearLR`), then another schedule over
    /// the steps that are left.
    LinearWarmup {
        /// Steps on the way to 1, 1 or more.
        steps: usize,
        /// Where it begins, from 0 (the default) to 1.
        #[serde(default)]
        start: f64,
        /// What comes after; constant by default.
        #[serde(default)]
        then: Box<Schedule>,
    },
    /// Half a cosine from `1/div` up to 1, then another down to `1/(div·final_div)` (Smith and
    /// Topin 2018; PyTorch's `OneCycleLR`). Momentum is left alone.
    OneCycle {
        /// Fraction of the steps on the way up, above 0 and below 1; 0.3 by default.
        #[serde(default = "peak")]
        peak: f64,
        /// 1 or more, 25 by default.
        #[serde(default = "div")]
        div: f64,
        /// 1 or more, 10,000 by default.
        #[serde(default = "final_div")]
        final_div: f64,
    },
}

fn peak() -> f64 {
    0.3
}

fn div() -> f64 {
    25.0
}

fn final_div() -> f64 {
    1e4
}

impl Schedule {
    /// One cycle with its defaults.
    pub fn one_cycle() -> Self {
        Self::OneCycle {
            peak: peak(),
            div: div(),
            final_div: final_div(),
        }
    }

    /// A warm-up from zero over `steps`, then another schedule.
    pub fn warmup(steps: usize, then: Self) -> Self {
        Self::LinearWarmup {
            steps,
            start: 0.0,
            then: Box::new(then),
        }
    }

    /// The factor at step `step`, counted from 0, of a phase of `steps` steps, of which an epoch
    /// has `epoch_steps`.
    pub fn factor(&self, step: usize, epoch_steps: usize, steps: usize) -> f64 {
        match self {
            Self::Constant => 1.0,
            Self::Step {
                every_epochs,
                gamma,
            } => {
                let epoch = step / epoch_steps.max(1);
                libm::pow(*gamma, (epoch / (*every_epochs).max(1)) as f64)
            }
            Self::Cosine { end } => between(1.0, *end, step as f64 / steps.max(1) as f64),
            Self::LinearWarmup {
                steps: warmup,
                start,
                then,
            } => match step.checked_sub(*warmup) {
                None => start + (1.0 - start) * (step as f64 / *warmup as f64),
                Some(step) => then.factor(step, epoch_steps, steps.saturating_sub(*warmup)),
            },
            Self::OneCycle {
                peak,
                div,
                final_div,
            } => {
                // The last step is the end of the way down, as in PyTorch.
                let last = steps.saturating_sub(1) as f64;
                let top = (peak * steps as f64 - 1.0).max(0.0);
                let step = step as f64;
                if step <= top {
                    let way = if top > 0.0 { step / top } else { 1.0 };
                    between(1.0 / div, 1.0, way)
                } else {
                    between(1.0, 1.0 / (div * final_div), (step - top) / (last - top))
                }
            }
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`TrainError::Setting`] names the one that cannot be.
    pub fn check(&self) -> Result<(), TrainError> {
        let count = |name, found: usize| require(name, "1 or more", found, found > 0);
        match self {
            Self::Constant => Ok(()),
            Self::Step {
                every_epochs,
                gamma,
            } => {
                count("every_epochs", *every_epochs)?;
                let fine = *gamma > 0.0 && *gamma <= 1.0;
                require("gamma", "above 0, up to 1", *gamma, fine)
            }
            Self::Cosine { end } => require("end", "from 0 to 1", *end, (0.0..=1.0).contains(end)),
            Self::LinearWarmup { steps, start, then } => {
                count("steps", *steps)?;
                require("start", "from 0 to 1", *start, (0.0..=1.0).contains(start))?;
                then.check()
            }
            Self::OneCycle {
                peak,
                div,
                final_div,
            } => {
                let inside = *peak > 0.0 && *peak < 1.0;
                require("peak", "above 0, below 1", *peak, inside)?;
                let divisor = |x: f64| x >= 1.0 && x.is_finite();
                require("div", "a number from 1 on", *div, divisor(*div))?;
                let fine = divisor(*final_div);
                require("final_div", "a number from 1 on", *final_div, fine)
            }
        }
    }
}

/// Half a cosine from `a` at 0 to `b` at 1.
fn between(a: f64, b: f64, way: f64) -> f64 {
    b + (a - b) * (1.0 + libm::cos(PI * way)) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_shapes_are_those_of_their_formulas() {
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

        // Ten steps of which the third is the peak, from 1/4 and down to 1/8.
        let cycle = Schedule::OneCycle {
            peak: 0.3,
            div: 4.0,
            final_div: 2.0,
        };
        let found = factors(&cycle, 1, 10);
        close(&found[..3], &[0.25, 0.625, 1.0]);
        // Seven steps down: the middle of the way is between the sixth and the seventh.
        close(&[(found[5] + found[6]) / 2.0, found[9]], &[0.5625, 0.125]);
        assert!(found[2..].is_sorted_by(|a, b| a > b), "{found:?}");
    }

    #[test]
    fn every_factor_is_a_fraction_however_few_the_steps() {
        let schedules = [
            Schedule::Constant,
            Schedule::Cosine { end: 0.0 },
            Schedule::one_cycle(),
            Schedule::warmup(3, Schedule::one_cycle()),
        ];
        for schedule in schedules {
            assert_eq!(schedule.check(), Ok(()));
            for steps in 1..12 {
                for factor in factors(&schedule, 2, steps) {
                    assert!((0.0..=1.0).contains(&factor), "{schedule:?}: {factor}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_key() {
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
            ("steps", Schedule::warmup(0, Schedule::Constant)),
            ("end", Schedule::warmup(1, Schedule::Cosine { end: 2.0 })),
            ("peak", cycle(1.0, 25.0, 1e4)),
            ("div", cycle(0.3, 0.5, 1e4)),
            ("final_div", cycle(0.3, 25.0, f64::INFINITY)),
        ];
        for (key, schedule) in cases {
            match schedule.check() {
                Err(TrainError::Setting { name, .. }) => assert_eq!(name, key, "{schedule:?}"),
                other => panic!("{schedule:?}: {other:?}"),
            }
        }
    }
}
