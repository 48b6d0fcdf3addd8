//! Optimizers, seeded streams, metrics and the training loop.
//!
//! A [`Trainer`] takes a network through [`Phase`]s: some epochs under one freeze mask and one
//! optimizer. It borrows its [`Examples`] as array views, of f32 or of bytes with a scale, and
//! knows nothing of files or datasets.
//!
//! Freeze, fine-tune, and see that the frozen layer did not move:
//!
//! ```
//! use fm_nn::{Activation, Engine, FreezeMask, Init, Loss, Network, TrunkSpec};
//! use fm_train::{Examples, Inputs, Labels, Optimizer, Phase, RowOrder, Seeds, Sgd, Trainer};
//! use ndarray::Array2;
//!
//! // Two classes of one-dimensional points.
//! let points = Array2::from_shape_fn((40, 1), |(i, _)| i as f32 / 20.0 - 1.0);
//! let labels: Vec<u8> = (0..40).map(|i| u8::from(i >= 20)).collect();
//! let examples = Examples::new(Inputs::F32(points.view()), Labels::U8(&labels))?;
//!
//! let seeds = Seeds::new(42);
//! let spec = TrunkSpec {
//!     inputs: 1,
//!     hidden: vec![8],
//!     activation: Activation::Selu,
//!     init: Init::GlorotUniform,
//! };
//! let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
//! let head = spec.head(1, &mut seeds.stream("head").rng());
//! let mut network = Network::new(trunk, head)?;
//! let before = network.trunk_digest();
//!
//! let trainer = Trainer {
//!     engine: Engine::portable(),
//!     loss: Loss::BinaryCrossEntropy,
//!     batch_size: 8,
//!     order: RowOrder::Shuffled(seeds.stream("shuffle")),
//! };
//! let optimizer = Optimizer::Sgd(Sgd::plain(0.3));
//! let frozen = Phase::new(20, FreezeMask::trunk(2), optimizer);
//! let history = trainer.fit(&mut network, &[frozen], &examples, None, &mut ())?;
//! assert_eq!(network.trunk_digest(), before);
//! assert!(history[19].train.accuracy > 0.9);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod checkpoint;
mod classification;
mod error;
mod examples;
mod guard;
mod history;
mod metrics;
mod observer;
mod optimizer;
mod order;
mod phase;
mod reliability;
mod schedule;
mod seed;
mod stopping;
mod trainer;
mod training;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use classification::{
    ConfusionMatrix, brier_score, calibration_error, constant_prediction, predicted_classes,
    probabilities, roc_auc, top_k_accuracy,
};
pub use error::TrainError;
pub use examples::{Examples, Labels};
pub use fm_nn::Inputs;
pub use guard::FirstNotFinite;
pub use history::EpochRecord;
pub use metrics::{Evaluator, Scores};
pub use observer::{Observer, StepRecord};
pub use optimizer::{Adam, AdamW, Optimizer, OptimizerState, RmsProp, Sgd};
pub use order::shuffle;
pub use phase::{Phase, discriminative, fine_tune, gradual_unfreezing};
pub use reliability::{Reliability, ReliabilityBin};
pub use schedule::Schedule;
pub use seed::{Seeds, Stream};
pub use stopping::{EarlyStopping, Monitor, Plateau};
pub use trainer::{RowOrder, Trainer};
pub use training::Training;

/// The README's example is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
