//! [`Checkpoint`]: a training between two epochs, to be gone on with later.

use std::io;
use std::path::Path;
use std::sync::Arc;

use fm_nn::container::{self, Kind};
use fm_nn::{FileError, Network, read_whole, write_whole};
use serde::{Deserialize, Serialize};

use crate::error::TrainError;
use crate::history::EpochRecord;
use crate::optimizer::SavedPart;
use crate::phase::Phase;
use crate::stopping::{PlateauState, Stopper};
use crate::trainer::Setup;

/// The kind of file: the description is JSON, the payload the network's file, that of the best
/// network so far where the phase stops early, and what the optimizer remembers, as floats.
const CHECKPOINT: Kind = Kind {
    magic: *b"FMTRAIN\0",
    what: "a checkpoint of a training",
    newest: 1,
    max_description: 1 << 28,
};

/// A training between two epochs: weights, what the optimizer remembers, phases with their masks,
/// history, and what early stopping and plateaus remember.
///
/// Random streams need no state: an epoch's order and dropout come from the epoch's own
/// generators. See [`Training`](crate::Training) for an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    pub(crate) setup: Setup,
    pub(crate) phases: Vec<Phase>,
    /// Index of the phase that is under way or comes next.
    pub(crate) phase: usize,
    pub(crate) history: Vec<EpochRecord>,
    pub(crate) network: Network,
    /// Where a phase is under way.
    pub(crate) midway: Option<(Midway, Vec<SavedPart>)>,
}

/// Where a phase stands, apart from its optimizer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Midway {
    /// Epochs of the phase that are done.
    pub(crate) epochs: usize,
    pub(crate) stopper: Stopper,
    pub(crate) plateau: PlateauState,
    /// The network of the best epoch, where the phase stops early.
    pub(crate) best: Option<Network>,
}

impl Midway {
    pub(crate) fn new() -> Self {
        Self {
            epochs: 0,
            stopper: Stopper::default(),
            plateau: PlateauState::new(),
            best: None,
        }
    }

    /// Takes in an epoch of `phase` that ended with `network`.
    pub(crate) fn see(&mut self, phase: &Phase, record: &EpochRecord, network: &Network) {
        self.epochs += 1;
        let Some(valid) = &record.valid else { return };
        if let Some(rule) = &phase.early_stopping
            && self.stopper.improves(rule, valid)
        {
            self.best = Some(network.clone());
        }
        if let Some(rule) = &phase.reduce_on_plateau {
            self.plateau.see(rule, valid.loss);
        }
    }

    /// Whether the phase has had its last epoch.
    pub(crate) fn is_done(&self, phase: &Phase) -> bool {
        let stops = |rule| self.stopper.stops(rule);
        self.epochs >= phase.epochs || phase.early_stopping.as_ref().is_some_and(stops)
    }
}

/// What the description says.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Description {
    setup: Setup,
    phases: Vec<Phase>,
    phase: usize,
    history: Vec<EpochRecord>,
    midway: Option<MidwayDescription>,
    network_bytes: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MidwayDescription {
    epochs: usize,
    stopper: Stopper,
    plateau: PlateauState,
    best_bytes: Option<usize>,
    optimizer: Vec<PartDescription>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartDescription {
    steps: u64,
    floats: usize,
}

/// Why bytes are not a checkpoint.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file cannot be read, is none, or is damaged.
    #[error(transparent)]
    File(#[from] FileError),
    /// The description is not what this program writes.
    #[error("the checkpoint's description cannot be read")]
    Description(#[source] Arc<serde_json::Error>),
    /// The description and what follows it do not fit.
    #[error("the checkpoint contradicts itself: {0}")]
    Contradiction(&'static str),
}

impl Checkpoint {
    /// The network as it was.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The phases of the whole training, with the masks that it goes on with.
    pub fn phases(&self) -> &[Phase] {
        &self.phases
    }

    /// Number, counted from 1, of the phase that goes on or begins; none where all are done.
    pub fn phase(&self) -> Option<usize> {
        (self.phase < self.phases.len()).then_some(self.phase + 1)
    }

    /// One record per epoch so far.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// The checkpoint as a file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let network = self.network.to_bytes();
        let (midway, parts) = self
            .midway
            .as_ref()
            .map_or((None, &[][..]), |(m, parts)| (Some(m), parts.as_slice()));
        let best = midway.and_then(|midway| midway.best.as_ref());
        let best = best.map(Network::to_bytes);
        let description = Description {
            setup: self.setup.clone(),
            phases: self.phases.clone(),
            phase: self.phase,
            history: self.history.clone(),
            midway: midway.map(|midway| MidwayDescription {
                epochs: midway.epochs,
                stopper: midway.stopper,
                plateau: midway.plateau,
                best_bytes: best.as_ref().map(Vec::len),
                optimizer: parts
                    .iter()
                    .map(|part| PartDescription {
                        steps: part.steps,
                        floats: part.memory.len(),
                    })
                    .collect(),
            }),
            network_bytes: network.len(),
        };
        let description = serde_json::to_vec(&description).expect("encoding to memory cannot fail");
        container::seal_with(&CHECKPOINT, 1, &description, |bytes| {
            bytes.extend_from_slice(&network);
            bytes.extend_from_slice(&best.unwrap_or_default());
            for part in parts {
                bytes.extend(part.memory.iter().flat_map(|x| x.to_le_bytes()));
            }
        })
    }

    /// The kind of file that [`to_bytes`](Self::to_bytes) writes.
    pub const KIND: Kind = CHECKPOINT;

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything else; never panics, and allocates little more than twice
    /// the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let contents = container::open(&CHECKPOINT, bytes)?;
        let description: Description = serde_json::from_slice(contents.description)
            .map_err(|source| CheckpointError::Description(source.into()))?;
        let mut payload = contents.payload;
        let network = Network::from_bytes(take(&mut payload, description.network_bytes)?)?;
        let midway = match description.midway {
            None => None,
            Some(midway) => {
                let best = midway
                    .best_bytes
                    .map(|n| take(&mut payload, n))
                    .transpose()?;
                let best = best.map(Network::from_bytes).transpose()?;
                let mut parts = Vec::new();
                for part in midway.optimizer {
                    let n = part.floats.checked_mul(4).ok_or(SHORT)?;
                    let floats = take(&mut payload, n)?.chunks_exact(4);
                    let float = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
                    parts.push(SavedPart {
                        steps: part.steps,
                        memory: floats.map(float).collect(),
                    });
                }
                let midway = Midway {
                    epochs: midway.epochs,
                    stopper: midway.stopper,
                    plateau: midway.plateau,
                    best,
                };
                Some((midway, parts))
            }
        };
        if !payload.is_empty() {
            return Err(CheckpointError::Contradiction("bytes are left over"));
        }
        let checkpoint = Self {
            setup: description.setup,
            phases: description.phases,
            phase: description.phase,
            history: description.history,
            network,
            midway,
        };
        checkpoint.consistent()?;
        Ok(checkpoint)
    }

    /// Writes the checkpoint to a file, whole or not at all; see [`write_whole`].
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        write_whole(path, &self.to_bytes())
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`FileError::Read`] if it cannot be read, else as [`from_bytes`](Self::from_bytes).
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        Self::from_bytes(&read_whole(path)?)
    }

    /// Checks what a resumed training relies on.
    fn consistent(&self) -> Result<(), CheckpointError> {
        let wrong = |what| Err(CheckpointError::Contradiction(what));
        if self.phase > self.phases.len() {
            return wrong("there is no such phase");
        }
        for phase in &self.phases {
            if phase.check(&self.network).is_err() {
                return wrong("a phase does not fit the network");
            }
        }
        let Some((midway, parts)) = &self.midway else {
            return Ok(());
        };
        let Some(phase) = self.phases.get(self.phase) else {
            return wrong("a phase is under way, and all are done");
        };
        if midway.epochs > phase.epochs || midway.epochs > self.history.len() {
            return wrong("the phase has had more epochs than there were");
        }
        if midway
            .best
            .as_ref()
            .is_some_and(|best| shape(best) != shape(&self.network))
        {
            return wrong("the best network is of another shape");
        }
        if !(midway.plateau.factor > 0.0 && midway.plateau.factor <= 1.0) {
            return wrong("the learning rate's factor is no fraction");
        }
        match SavedPart::sizes(phase, &self.network) == SavedPart::sizes_of(parts) {
            true => Ok(()),
            false => wrong("the optimizer remembers another network"),
        }
    }

    /// Checks that a training is the one that the checkpoint is of.
    pub(crate) fn check(
        &self,
        network: &Network,
        phases: &[Phase],
        setup: &Setup,
    ) -> Result<(), TrainError> {
        let other = |key: String, checkpoint: String, here: String| TrainError::Checkpoint {
            key,
            checkpoint,
            here,
        };
        let (there, here) = (shape(&self.network), shape(network));
        if there != here {
            let text = |shape| format!("{shape:?}");
            return Err(other("network".to_owned(), text(there), text(here)));
        }
        if self.phases.len() != phases.len() {
            let (there, here) = (self.phases.len(), phases.len());
            let text = |n| format!("{n}");
            return Err(other(
                "number of phases".to_owned(),
                text(there),
                text(here),
            ));
        }
        let key = |key: &str| key.to_owned();
        if let Some((name, there, here)) = difference(&self.setup, setup) {
            return Err(other(key(&name), there, here));
        }
        for (index, (there, here)) in self.phases.iter().zip(phases).enumerate() {
            if there.mask != here.mask {
                let (there, here) = (there.mask.to_string(), here.mask.to_string());
                return Err(other(format!("mask of phase {}", index + 1), there, here));
            }
            if let Some((name, there, here)) = difference(there, here) {
                return Err(other(format!("{name} of phase {}", index + 1), there, here));
            }
        }
        Ok(())
    }
}

const SHORT: CheckpointError = CheckpointError::Contradiction("it speaks of more than there is");

/// Takes `n` bytes from the front.
fn take<'a>(payload: &mut &'a [u8], n: usize) -> Result<&'a [u8], CheckpointError> {
    let (taken, rest) = payload.split_at_checked(n).ok_or(SHORT)?;
    *payload = rest;
    Ok(taken)
}

/// Inputs, outputs and activation of every layer.
fn shape(network: &Network) -> Vec<(usize, usize, fm_nn::Activation)> {
    let layers = network.layers().iter();
    layers
        .map(|layer| (layer.inputs(), layer.outputs(), layer.activation()))
        .collect()
}

/// The first key at which two values differ, and what stands there.
fn difference<T: Serialize + PartialEq>(there: &T, here: &T) -> Option<(String, String, String)> {
    if there == here {
        return None;
    }
    let fields = |value: &T| match serde_json::to_value(value) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (there, here) = (fields(there), fields(here));
    let (name, value) = there
        .iter()
        .find(|(name, value)| here.get(*name) != Some(value))?;
    let here = here.get(name).map(ToString::to_string).unwrap_or_default();
    Some((name.clone(), value.to_string(), here))
}
