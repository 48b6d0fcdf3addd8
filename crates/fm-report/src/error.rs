//! [`ReportError`].

use fm_experiment::ExperimentError;
use fm_stats::StatsError;
use fm_train::TrainError;

/// Why a report cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The store cannot be read, or the report cannot be written to it.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// Scores that cannot be compared.
    #[error("the scores cannot be compared")]
    Stats(#[from] StatsError),
    /// Predictions that do not fit their test rows.
    #[error("the predictions do not fit their test rows")]
    Predictions(#[from] TrainError),
    /// A file that cannot be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The file or folder.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}
