//! Documents of experiments.

mod learning;
mod predictions;
mod sentences;
mod weights;

pub use predictions::{calibration, confusion};
pub use sentences::{Names, Scope, sentence, tone, verdict};
pub use weights::FirstLayer;
