//! Optimizers, random streams, metrics and the training loop.
#![doc = include_str!("../README.md")]

mod checkpoint;
mod error;
mod examples;
mod metrics;
mod observer;
mod optimizer;
mod phase;
mod schedule;
mod scores;
mod seed;
mod stage;
mod stopping;
mod trainer;
mod training;

pub use checkpoint::Checkpoint;
pub use error::TrainError;
pub use examples::Examples;
pub use fm_nn::Inputs;
pub use metrics::{
    confusion_matrix, constant_prediction, precision_and_recall, predicted_classes, probabilities,
};
pub use observer::{EpochRecord, Observer, StepRecord};
pub use optimizer::{Adam, AdamW, Optimizer, OptimizerState, RmsProp, Sgd};
pub use phase::{Phase, fine_tune, gradual_unfreezing};
pub use schedule::Schedule;
pub use scores::{Evaluator, Scores};
pub use seed::{Seeds, Stream, shuffle};
pub use stopping::{EarlyStopping, Monitor, Plateau};
pub use trainer::Trainer;
pub use training::Training;
