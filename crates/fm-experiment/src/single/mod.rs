//! One model at a time: train it, transfer it, score it, predict with it, read its file.
//!
//! Every training goes through the same code as an experiment's, with random streams of the same
//! names: a model trained here with a protocol's settings is the experiment's, to the bit.
//!
//! ```
//! use fm_data::Source;
//! use fm_experiment::protocol::{NetworkSpec, parse_phase};
//! use fm_experiment::single::{self, Rows, Training};
//! use fm_nn::{Activation, Engine, Init};
//!
//! let data = fm_data::open(&Source::Sample)?;
//! let rows = |classes: &[u8], n| data.train.of_classes(classes)?.first(n);
//! let training = Training { engine: Engine::portable(), batch_size: 32, seed: 42 };
//! let spec = NetworkSpec { hidden: vec![16], activation: Activation::Selu, init: Init::LecunNormal };
//!
//! let shoes = rows(&[5, 7, 9], 300)?;
//! let phase = parse_phase("epochs=2,optimizer=adam")?;
//! let (source, _) = single::train(&spec, &training, &[phase], &Rows::of(&shoes), &mut ())?;
//!
//! // On sandals and shirts: the trunk frozen, then everything trained.
//! let phases = ["epochs=2,freeze=trunk,optimizer.sgd.lr=0.01", "epochs=2,optimizer=sgd"];
//! let phases: Result<Vec<_>, _> = phases.iter().map(|text| parse_phase(text)).collect();
//! let target = rows(&[5, 6], 100)?;
//! let (model, history) = single::transfer(&source, &training, &phases?, &Rows::of(&target), &mut ())?;
//! assert_eq!((history.len(), model.class_name(1)), (4, "Shirt".to_owned()));
//!
//! let test = data.test.of_classes(&[5, 6])?;
//! assert_eq!(single::evaluate(&model, &test, &training.engine)?.scores.rows, 2000);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod classes;
mod error;
mod open;
mod predict;
mod train;

pub use classes::{align, of_names};
pub use error::SingleError;
pub use open::{ModelFile, open};
pub use predict::{ClassScores, Evaluation, Prediction, evaluate, predict};
pub use train::{Rows, Training, train, transfer};
