//! [`Schedule`]: how the learning rate changes over the steps of a phase.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

use crate::error::{Range, TrainError, at_least_1};

/// A factor on the learning rate for every step of a phase.
///
/// In TOML `"constant"`, `{ cosine = {} }`, or a warm-up with the schedule after it:
/// `{ linear_warmup = { steps = 100, then = { cosine = {} } } }`.
///
/// ```
/// use fm_train::Schedule;
///
/// let then = Box::new(Schedule::Cosine { end: 0.0 });
/// let schedule = Schedule::LinearWarmup { steps: 10, start: 0.0, then };
/// let factor = |step| schedule.factor(step, 10, 110);
/// assert_eq!((factor(0), factor(5), factor(10)), (0.0, 0.5, 1.0));
/// assert!((factor(60) - 0.5).abs() < 1e-12);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// The factor is 1; the default.
    #[default]
    Constant,
    /// Multiplied by `gamma` after every `every_epochs` epochs (PyTorch's `StepLR`).
    Step {
        /// Epochs between two changes, 1 or more.
        every_epochs: usize,
        /// Above 0, at most 1.
        gamma: f64,
    },
    /// `end + (1 − end)·(1 + cos(π·t/T))/2` at step `t` of `T`, counted from 0 (Loshchilov and
    /// Hutter 2017, without restarts; PyTorch's `CosineAnnealingLR`).
    Cosine {
        /// The last factor, from 0 (the default) to 1.
        #[serde(default)]
        end: f64,
    },
    /// Linear from `start` to 1 (PyTorch's `LinearLR`), then another schedule over the remaining
    /// steps.
    LinearWarmup {
        /// Steps until the factor is 1; 1 or more.
        steps: usize,
        /// The first factor, from 0 (the default) to 1.
        #[serde(default)]
        start: f64,
        /// The schedule after the warm-up; constant by default.
        #[serde(default)]
        then: Box<Schedule>,
    },
    /// Half a cosine from `1/div` up to 1, then another down to `1/(div·final_div)` (Smith and
    /// Topin 2018; PyTorch's `OneCycleLR`). Momentum does not change.
    OneCycle {
        /// Fraction of the steps before the peak, above 0 and below 1; 0.3 by default.
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

    /// The factor at step `step`, counted from 0, of a phase of `steps` steps with `epoch_steps`
    /// steps per epoch.
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
                // The last step has the lowest factor, as in PyTorch.
                let last = steps.saturating_sub(1) as f64;
                let top = (peak * steps as f64 - 1.0).max(0.0);
                let step = step as f64;
                if step <= top {
                    let progress = if top > 0.0 { step / top } else { 1.0 };
                    between(1.0 / div, 1.0, progress)
                } else {
                    between(1.0, 1.0 / (div * final_div), (step - top) / (last - top))
                }
            }
        }
    }

    /// Returns an error for the first setting that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        match self {
            Self::Constant => Ok(()),
            Self::Step {
                every_epochs,
                gamma,
            } => {
                at_least_1("every_epochs", *every_epochs)?;
                Range::ABOVE_0_TO_1.check("gamma", *gamma)
            }
            Self::Cosine { end } => Range::FROM_0_TO_1.check("end", *end),
            Self::LinearWarmup { steps, start, then } => {
                at_least_1("steps", *steps)?;
                Range::FROM_0_TO_1.check("start", *start)?;
                then.check()
            }
            Self::OneCycle {
                peak,
                div,
                final_div,
            } => {
                Range::ABOVE_0_BELOW_1.check("peak", *peak)?;
                Range::FROM_1.check("div", *div)?;
                Range::FROM_1.check("final_div", *final_div)
            }
        }
    }
}

/// Half a cosine from `a` at 0 to `b` at 1.
fn between(a: f64, b: f64, progress: f64) -> f64 {
    b + (a - b) * (1.0 + libm::cos(PI * progress)) / 2.0
}
