//! [`Reliability`]: whether predictions are correct as often as their probabilities say.

use serde::{Deserialize, Serialize};

use crate::error::{TrainError, require};

/// Counts of predictions by their probability, in equal bins from 0 to 1: the data of a
/// reliability diagram (Guo et al. 2017). Of the rows whose predicted class has a probability near
/// 0.8, four in five should be correct.
///
/// ```
/// use fm_train::Reliability;
///
/// let mut reliability = Reliability::new(10)?;
/// for (probability, correct) in [(0.75, true), (0.75, false), (0.95, true)] {
///     reliability.add(probability, correct);
/// }
/// let bin = reliability.bins()[7];
/// assert_eq!((bin.rows, bin.accuracy(), bin.mean_probability()), (2, Some(0.5), Some(0.75)));
/// assert!((reliability.calibration_error() - (0.5 + 0.05) / 3.0).abs() < 1e-12);
/// # Ok::<(), fm_train::TrainError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reliability {
    bins: Vec<ReliabilityBin>,
}

/// A bin of [`Reliability`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReliabilityBin {
    /// Rows in the bin.
    pub rows: u64,
    /// Rows among them that are predicted correctly.
    pub correct: u64,
    /// Sum of the probabilities of the predicted classes.
    pub probability_sum: f64,
}

impl ReliabilityBin {
    /// Fraction of the rows that are correct; none without rows.
    pub fn accuracy(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.correct as f64 / self.rows as f64)
    }

    /// Mean probability of the predicted class; none without rows.
    pub fn mean_probability(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.probability_sum / self.rows as f64)
    }
}

impl Reliability {
    /// `bins` empty bins.
    ///
    /// # Errors
    /// [`TrainError::Setting`] if `bins` is 0 or above a million.
    pub fn new(bins: usize) -> Result<Self, TrainError> {
        let valid = (1..=1_000_000).contains(&bins);
        require("bins", "from 1 to 1000000", bins, valid)?;
        Ok(Self {
            bins: vec![ReliabilityBin::default(); bins],
        })
    }

    /// Counts a row: the probability of its predicted class, and whether that is its class. A bin
    /// includes its upper edge; values outside of 0 to 1 count in the first or the last bin.
    pub fn add(&mut self, probability: f64, correct: bool) {
        let count = self.bins.len();
        let index = (probability * count as f64).ceil() as usize;
        let bin = &mut self.bins[index.clamp(1, count) - 1];
        bin.rows += 1;
        bin.correct += u64::from(correct);
        bin.probability_sum += probability;
    }

    /// The bins, from probability 0 to 1, all of the same width.
    pub fn bins(&self) -> &[ReliabilityBin] {
        &self.bins
    }

    /// Expected calibration error: the distance of accuracy from mean probability, averaged over
    /// the rows; 0 without rows.
    pub fn calibration_error(&self) -> f64 {
        let rows: u64 = self.bins.iter().map(|bin| bin.rows).sum();
        let off = |bin: &ReliabilityBin| (bin.correct as f64 - bin.probability_sum).abs();
        self.bins.iter().map(off).sum::<f64>() / rows.max(1) as f64
    }
}
