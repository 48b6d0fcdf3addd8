//! [`Checkpoint`]: the state of a training between two epochs, for resuming it later.

use std::path::Path;

use fm_nn::container::{self, Kind};
use fm_nn::{FileError, Loss, Model, Network, read_whole, write_whole};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::TrainError;
use crate::observer::EpochRecord;
use crate::optimizer::SavedPart;
use crate::phase::Phase;
use crate::scores::Scores;
use crate::seed::Stream;
use crate::stopping::{Monitor, PlateauState};

/// The state of a training between two epochs: weights, optimizer state, phases with their masks,
/// history, and the state of early stopping and plateaus.
///
/// Random streams have no state: the order and the dropout of an epoch come from the epoch's own
/// generators. See [`Training`](crate::Training) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub(crate) state: State,
    pub(crate) network: Network,
    /// The network of the phase's best epoch, if the phase stops early.
    pub(crate) best: Option<Network>,
    pub(crate) optimizer: Vec<SavedPart>,
}

/// Everything but the networks and the optimizer state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) setup: Setup,
    pub(crate) phases: Vec<Phase>,
    /// Index of the current phase, or of the next one.
    pub(crate) phase: usize,
    pub(crate) history: Vec<EpochRecord>,
    /// Of the current phase; none between two phases.
    pub(crate) progress: Option<Progress>,
}

/// What determines a training besides network and phases; the rows themselves are not compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    pub(crate) loss: Loss,
    pub(crate) batch_size: usize,
    pub(crate) order: Option<Stream>,
    pub(crate) dropout: Option<Stream>,
    pub(crate) train_rows: usize,
    pub(crate) valid_rows: Option<usize>,
}

/// The progress of a phase.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Progress {
    /// Finished epochs of the phase.
    pub(crate) epochs: usize,
    /// The best score for early stopping, negated where higher is better.
    best: Option<f64>,
    /// Epochs since then.
    waited: usize,
    pub(crate) plateau: PlateauState,
}

impl Progress {
    /// Adds an epoch of `phase` and returns whether it is the best so far for early stopping.
    pub(crate) fn add(&mut self, phase: &Phase, valid: Option<&Scores>) -> bool {
        self.epochs += 1;
        let Some(valid) = valid else {
            return false;
        };
        if let Some(rule) = &phase.reduce_on_plateau {
            self.plateau.add(rule, valid.loss);
        }
        let Some(rule) = &phase.early_stopping else {
            return false;
        };
        let score = match rule.monitor {
            Monitor::Loss => valid.loss,
            Monitor::Accuracy => -valid.accuracy,
        };
        let better = self.best.is_none_or(|best| score < best - rule.min_delta);
        if better {
            (self.best, self.waited) = (Some(score), 0);
        } else {
            self.waited += 1;
        }
        better
    }

    /// Whether the phase has had its last epoch.
    pub(crate) fn is_done(&self, phase: &Phase) -> bool {
        let rule = phase.early_stopping.as_ref();
        self.epochs >= phase.epochs || rule.is_some_and(|rule| self.waited >= rule.patience)
    }
}

/// The description in the file. The payload is the network's file, that of the best network, and
/// the optimizer's floats.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    state: State,
    network_bytes: usize,
    best_bytes: Option<usize>,
    /// Steps and number of floats of each part.
    optimizer: Vec<(u64, usize)>,
}

impl Checkpoint {
    /// The network at the time of the checkpoint.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The phases of the whole training, with their masks.
    pub fn phases(&self) -> &[Phase] {
        &self.state.phases
    }

    /// Number, counted from 1, of the phase that continues or starts; none if all are done.
    pub fn phase(&self) -> Option<usize> {
        (self.state.phase < self.state.phases.len()).then_some(self.state.phase + 1)
    }

    /// One record for each finished epoch.
    pub fn history(&self) -> &[EpochRecord] {
        &self.state.history
    }

    /// The kind of file that [`to_bytes`](Self::to_bytes) writes.
    pub const KIND: Kind = Kind {
        magic: *b"FMTRAIN\0",
        what: "a checkpoint of a training",
        version: 1,
        max_description: 1 << 28,
    };

    /// The checkpoint as the bytes of a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let network = self.network.to_bytes();
        let best = self.best.as_ref().map(Network::to_bytes);
        let size = |part: &SavedPart| (part.steps, part.floats.len());
        let description = Description {
            state: self.state.clone(),
            network_bytes: network.len(),
            best_bytes: best.as_ref().map(Vec::len),
            optimizer: self.optimizer.iter().map(size).collect(),
        };
        let description = serde_json::to_vec(&description).expect("encoding to memory cannot fail");
        container::write(&Self::KIND, &description, |bytes| {
            bytes.extend_from_slice(&network);
            bytes.extend_from_slice(&best.unwrap_or_default());
            let floats = self.optimizer.iter().flat_map(|part| &part.floats);
            bytes.extend(floats.flat_map(|x| x.to_le_bytes()));
        })
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`FileError::Contents`] for anything else. Never panics; allocates at most about twice the
    /// number of bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        let (description, mut payload) = container::read(&Self::KIND, bytes)?;
        let description: Description = serde_json::from_slice(description).map_err(|error| {
            FileError::Contents(format!("the checkpoint's description: {error}"))
        })?;
        let mut model = |bytes| Model::from_bytes(take(&mut payload, bytes)?);
        let network = model(description.network_bytes)?.network;
        let best = description.best_bytes.map(model).transpose()?;
        let mut optimizer = Vec::new();
        for (steps, floats) in description.optimizer {
            let bytes = take(&mut payload, floats.checked_mul(4).ok_or_else(too_long)?)?;
            let (floats, _) = bytes.as_chunks();
            let floats = floats.iter().map(|&bytes| f32::from_le_bytes(bytes));
            let floats = floats.collect();
            optimizer.push(SavedPart { steps, floats });
        }
        if !payload.is_empty() {
            return Err(inconsistent("there are bytes after the last part"));
        }
        let checkpoint = Self {
            state: description.state,
            network,
            best: best.map(|model| model.network),
            optimizer,
        };
        checkpoint.check_consistent()?;
        Ok(checkpoint)
    }

    /// Writes the checkpoint to a file, completely or not at all; see [`write_whole`].
    ///
    /// # Errors
    /// [`FileError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        write_whole(path, &self.to_bytes())
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`FileError::Io`] if it cannot be read, else as [`from_bytes`](Self::from_bytes).
    pub fn load(path: &Path) -> Result<Self, FileError> {
        Self::from_bytes(&read_whole(path)?)
    }

    /// Checks what a resumed training relies on.
    fn check_consistent(&self) -> Result<(), FileError> {
        let (state, best) = (&self.state, self.best.as_ref());
        let fits = |phase: &Phase| phase.check(&self.network).is_ok();
        let same_shape = best.is_none_or(|best| best.shape().eq(self.network.shape()));
        let fresh = best.is_none() && self.optimizer.is_empty();
        let possible = |progress: &Progress| {
            let phase = state.phases.get(state.phase);
            let factor = progress.plateau.factor;
            phase.is_some_and(|phase| !progress.is_done(phase))
                && progress.epochs <= state.history.len()
                && factor > 0.0
                && factor <= 1.0
        };
        let wrong = if state.phase > state.phases.len() {
            "there is no such phase"
        } else if !state.phases.iter().all(fits) {
            "a phase does not fit the network"
        } else if !same_shape {
            "the best network has another shape"
        } else if !state.progress.as_ref().map_or(fresh, possible) {
            "the current phase cannot have this state"
        } else {
            return Ok(());
        };
        Err(inconsistent(wrong))
    }

    /// Checks that a training is the one that the checkpoint belongs to.
    pub(crate) fn check(
        &self,
        network: &Network,
        phases: &[Phase],
        setup: &Setup,
    ) -> Result<(), TrainError> {
        let differ = |key: String, checkpoint: String, here: String| {
            Err(TrainError::Checkpoint {
                key,
                checkpoint,
                here,
            })
        };
        let shape = |network: &Network| format!("{:?}", network.shape().collect::<Vec<_>>());
        let (there, here) = (shape(&self.network), shape(network));
        if there != here {
            return differ("network".to_owned(), there, here);
        }
        let (there, here) = (self.phases().len(), phases.len());
        if there != here {
            let key = "number of phases".to_owned();
            return differ(key, there.to_string(), here.to_string());
        }
        if let Some((name, there, here)) = difference(&self.state.setup, setup) {
            return differ(name, there, here);
        }
        for (number, (there, here)) in (1..).zip(self.phases().iter().zip(phases)) {
            if there.freeze != here.freeze {
                let (there, here) = (there.freeze.to_string(), here.freeze.to_string());
                return differ(format!("freeze of phase {number}"), there, here);
            }
            if let Some((name, there, here)) = difference(there, here) {
                return differ(format!("{name} of phase {number}"), there, here);
            }
        }
        Ok(())
    }
}

fn inconsistent(what: &str) -> FileError {
    FileError::Contents(format!("the checkpoint is not consistent: {what}"))
}

fn too_long() -> FileError {
    inconsistent("a part is longer than the file")
}

/// Takes `n` bytes from the front.
fn take<'a>(payload: &mut &'a [u8], n: usize) -> Result<&'a [u8], FileError> {
    let (taken, rest) = payload.split_at_checked(n).ok_or_else(too_long)?;
    *payload = rest;
    Ok(taken)
}

/// The first field in which two values differ, with both its values.
fn difference<T: Serialize>(there: &T, here: &T) -> Option<(String, String, String)> {
    let fields = |value| match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    };
    let (there, here) = (fields(there), fields(here));
    let differs = |name: &&String| there.get(*name) != here.get(*name);
    let name = there.keys().chain(here.keys()).find(differs)?;
    let text = |fields: &Map<String, Value>| match fields.get(name) {
        Some(value) => value.to_string(),
        None => "the default".to_owned(),
    };
    Some((name.clone(), text(&there), text(&here)))
}
