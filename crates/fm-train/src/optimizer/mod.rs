//! [`Optimizer`]: which optimizer, with which settings. Definitions and names are PyTorch's.

mod rule;
mod settings;
mod state;

pub use settings::{Adam, AdamW, Optimizer, RmsProp, Sgd};
pub use state::OptimizerState;
pub(crate) use state::SavedPart;
