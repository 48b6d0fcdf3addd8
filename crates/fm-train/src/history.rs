//! What a training leaves: one record per epoch.

use serde::{Deserialize, Serialize};

use crate::metrics::Scores;

/// One epoch. Has no times in it, so equal trainings leave equal records.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Phase, counted from 1.
    pub phase: usize,
    /// Epoch of the whole training, counted from 1 through all phases.
    pub epoch: usize,
    /// Over the epoch's training rows, each scored before the step that used it.
    pub train: Scores,
    /// Over the validation rows, after the epoch; none without such rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Scores>,
}
