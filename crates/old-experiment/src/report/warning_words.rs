//! Warnings in words.

use super::numbers;
use super::warning::Warning;
use crate::stats::{FEWEST_RESAMPLED, FEWEST_VALUES};

impl Warning {
    /// What is odd, as a sentence with a full stop.
    pub fn says(&self) -> String {
        match self {
            Self::DrawnImages => {
                "The images are synthetic, drawn by this program: the results say nothing about \
                 photographs."
                    .to_owned()
            }
            Self::MissingRuns { done, missing } => format!(
                "Only {done} of {} seeds are done; missing: {}.",
                done + missing.len(),
                numbers::seeds(missing)
            ),
            Self::OneSeed { .. } => {
                "This is one seed: another can turn the result round.".to_owned()
            }
            Self::TooFewSeeds {
                seeds, to_conclude, ..
            } => format!(
                "{seeds} seeds are too few to show any difference, whatever they say; it takes \
                 {to_conclude}.{}",
                of_intervals(*seeds)
            ),
            Self::FewSeeds { seeds, to_detect } => format!(
                "{seeds} seeds can miss a difference: it takes {to_detect} to find, in 19 of 20 \
                 single comparisons, an arm that wins in 3 of 4 seeds.{}",
                of_intervals(*seeds)
            ),
            Self::ConstantPredictions { training, seeds } => format!(
                "{training} seems to predict the same class for every row (seeds {}).",
                numbers::seeds(seeds)
            ),
            Self::SourceChanged { seeds } => format!(
                "The source model changed while the arms were trained (seeds {}).",
                numbers::seeds(seeds)
            ),
            Self::FrozenTrunkChanged { arm, seeds } => format!(
                "The trunk of {arm} changed while it was frozen (seeds {}).",
                numbers::seeds(seeds)
            ),
            Self::NoPredictions { seeds, of } if seeds.len() == *of => {
                "The runs left no predictions of the test rows, so nothing is told of single \
                 images, of confusions and of calibration."
                    .to_owned()
            }
            Self::NoPredictions { seeds, .. } => format!(
                "Some runs left no predictions of the test rows, and what is told of those leaves \
                 them out (seeds {}).",
                numbers::seeds(seeds)
            ),
            Self::LeftOut { file, reason } => {
                format!("{file} is left out: {reason}.")
            }
            Self::NoSourceModel { seed } => format!(
                "The source model of seed {seed} is not in models/, or is not the one recorded, so \
                 its weights are not shown."
            ),
        }
    }

    /// What to do about it, as a sentence with a full stop.
    pub fn advice(&self) -> String {
        match self {
            Self::DrawnImages => {
                "Fashion-MNIST is brought by `fm data fetch`, or named with --data DIR.".to_owned()
            }
            Self::MissingRuns { .. } => {
                "Start the experiment again: it goes on where it was.".to_owned()
            }
            Self::OneSeed { to_detect, .. } => {
                format!("Run it with --seeds {to_detect} before saying which is better.")
            }
            Self::TooFewSeeds { to_detect, .. } | Self::FewSeeds { to_detect, .. } => {
                format!("Run it with --seeds {to_detect}.")
            }
            Self::ConstantPredictions { .. } => {
                "Look at its learning curve: a loss that stays or grows says that the learning \
                 rate is too high or too low; check the labels too."
                    .to_owned()
            }
            Self::SourceChanged { .. } | Self::FrozenTrunkChanged { .. } => {
                "Do not use these results: this is an error of the program. Remove the records of \
                 these seeds, start again, and report it if it comes back."
                    .to_owned()
            }
            Self::NoPredictions { .. } => {
                "Remove the records of these seeds and start the experiment again, if you want \
                 to see them."
                    .to_owned()
            }
            Self::LeftOut { .. } => {
                "Remove it and start the experiment again: what is missing is made anew.".to_owned()
            }
            Self::NoSourceModel { .. } => {
                "Remove the record of this seed and start again, if you want to see them."
                    .to_owned()
            }
        }
    }
}

/// What the intervals of so few seeds are worth, as a further sentence; the figure is measured in the
/// documentation of [`stats`](crate::stats).
fn of_intervals(seeds: usize) -> String {
    if !(FEWEST_VALUES..FEWEST_RESAMPLED).contains(&seeds) {
        return String::new();
    }
    format!(
        " Where errors are strongly skewed over seeds, the intervals of fewer than \
         {FEWEST_RESAMPLED} cover the mean 89 times in 100 and not 95."
    )
}
