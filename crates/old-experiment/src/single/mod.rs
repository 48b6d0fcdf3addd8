//! One model at a time: train it, transfer it, score it, ask it, and look into its file.
//!
//! What `fm train`, `fm transfer`, `fm evaluate`, `fm predict`, `fm inspect` and `fm convert` do;
//! comparisons are the business of the rest of the crate. The streams of random numbers have the
//! names that a [`Run`](crate::Run) gives them, so that a model trained here with a protocol's
//! settings is the experiment's, to the bit.
//!
//! ```
//! use fm_experiment::single::{self, Lesson};
//! use fm_experiment::protocol::NetworkSpec;
//! use fm_nn::{Activation, Engine, FreezeMask, Init};
//! use fm_train::{Adam, Optimizer, Phase};
//!
//! let data = fm_data::open(&fm_data::Source::Sample)?;
//! let (train, test) = (data.train.first(500)?, data.test.first(100)?);
//! let lesson = Lesson { engine: Engine::portable(), batch_size: 32, seed: 42 };
//! let spec = NetworkSpec { hidden: vec![16], activation: Activation::Selu, init: Init::LecunNormal };
//! let phase = Phase::new(2, FreezeMask::none(2), Optimizer::Adam(Adam::new(1e-3)));
//! let shoes = train.of_classes(&[5, 7, 9])?;
//! let (source, _) = single::train(&spec, &lesson, &[phase], &shoes, None, &mut ())?;
//!
//! // Onto sandals and shirts: the trunk frozen, then everything.
//! let phases = ["epochs=2,freeze=trunk,lr=0.01", "epochs=2"].map(str::parse::<single::PhaseText>);
//! let phases: Result<Vec<_>, _> = phases.into_iter().map(|phase| phase?.phase(2)).collect();
//! let target = train.of_classes(&[5, 6])?;
//! let (model, history) = single::transfer(&source, &lesson, &phases?, &target, None, &mut ())?;
//! assert_eq!((history.len(), model.class_name(1)), (4, "Shirt".to_owned()));
//! let asked = test.of_classes(&[5, 6])?;
//! assert_eq!(single::evaluate(&model, &asked, Engine::portable())?.scores.rows, asked.rows());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod classes;
mod error;
mod inspect;
mod lesson;
mod open;
mod phase;
mod predict;

pub use classes::{Selection, align, nearest, of_names, perhaps};
pub use error::SingleError;
pub use inspect::{Contents, LayerLine, ModelFacts, inspect};
pub use lesson::{Lesson, train, transfer};
pub use open::open;
pub use phase::{PhaseText, optimizer};
// What these functions take and give, for programs that know no other crate of trainings.
pub use fm_train::{EpochRecord, Observer, Phase, Scores};
pub use predict::{ClassScores, Evaluation, Prediction, evaluate, predict};
