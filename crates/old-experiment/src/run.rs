//! One run: one seed of a protocol.

use fm_data::sha256;
use fm_nn::{Dense, Engine, Loss, Network};
use fm_train::{
    EpochRecord, Evaluator, Examples, Phase, RowOrder, Scores, Seeds, TrainError, Trainer,
    predicted_classes, probabilities,
};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::error::ExperimentError;
use crate::predictions::{RunPredictions, TestRows};
use crate::protocol::{Arm, PhaseSpec, Protocol, TrunkOrigin};
use crate::source::KeepCheckpoints;
use crate::streams::Streams;
use crate::tasks::{Task, Tasks, examples};
use crate::watch::Watch;

/// The stream that a source trunk's first weights come from.
pub(crate) const SOURCE_TRUNK: &str = "source/trunk";

/// What a run leaves. Depends only on protocol, seed, data and backend, so equal runs are equal
/// to the byte.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// The seed.
    pub seed: u64,
    /// The training on the source task.
    pub source: SourceRecord,
    /// The training on its shuffled labels, where an arm asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shuffled_source: Option<ShuffledSourceRecord>,
    /// The arms, in the protocol's order.
    pub arms: Vec<ArmRecord>,
    /// SHA-256 of the file of the run's [`RunPredictions`]; none in records of versions that left
    /// no such file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub predictions_sha256: Option<String>,
}

/// A run that has ended.
#[derive(Clone, Debug)]
pub struct FinishedRun {
    /// What is told of it.
    pub record: RunRecord,
    /// What each test row got; the record has its digest.
    pub predictions: RunPredictions,
    /// The trained networks of the arms, in the protocol's order.
    pub networks: Vec<Network>,
}

/// The training on the source task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceRecord {
    /// On the test rows of the source task, once, at the end.
    pub test: Scores,
    /// Digest of the model's weights before the arms.
    pub sha256_before_arms: String,
    /// The same after the arms: equal, since arms are given copies.
    pub sha256_after_arms: String,
    /// One record per epoch.
    pub history: Vec<EpochRecord>,
}

/// The training on the source task with shuffled labels. Has no scores on rows of its own: no label
/// of such a row is right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShuffledSourceRecord {
    /// Digest of the model's weights.
    pub sha256: String,
    /// One record per epoch.
    pub history: Vec<EpochRecord>,
}

/// One arm's training on the target task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmRecord {
    /// Name of the arm.
    pub name: String,
    /// On the test rows of the target task, once, at the end.
    pub test: Scores,
    /// Digest of the trunk's weights at the start and after each phase.
    pub trunk_sha256: Vec<String>,
    /// One record per epoch.
    pub history: Vec<EpochRecord>,
}

/// Told how a run gets on. Called from the thread of the run.
pub trait Progress: Sync {
    /// `work` more of what [`Tasks::work`] counts is done.
    fn advance(&self, work: u64) {
        let _ = work;
    }

    /// Whether the run shall end at the next step, leaving nothing.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Reports nothing.
impl Progress for () {}

/// A protocol with its data and the engine that computes it: everything but the seed.
#[derive(Clone, Debug)]
pub struct Run<'a> {
    /// The recipe.
    pub protocol: &'a Protocol,
    /// Its data.
    pub tasks: &'a Tasks,
    /// Computes everything.
    pub engine: Engine,
}

impl Run<'_> {
    /// Trains and scores every arm on copies of a trained `source` model, whose own epochs are
    /// `history`.
    ///
    /// # Errors
    /// As [`source`](Self::source).
    pub fn arms(
        &self,
        seed: u64,
        source: &Network,
        history: Vec<EpochRecord>,
        progress: &dyn Progress,
    ) -> Result<FinishedRun, ExperimentError> {
        self.arms_from(seed, (source, history), &(), progress)
    }

    /// As [`arms`](Self::arms), but a second source training, where an arm needs one, goes on
    /// from where it stands in `kept`.
    ///
    /// # Errors
    /// As [`arms`](Self::arms), and what `kept` returns.
    pub fn arms_from(
        &self,
        seed: u64,
        (source, history): (&Network, Vec<EpochRecord>),
        kept: &dyn KeepCheckpoints,
        progress: &dyn Progress,
    ) -> Result<FinishedRun, ExperimentError> {
        let sha256_before_arms = source.digest();
        let (test, source_logits) = self
            .score(source, &self.tasks.source)
            .map_err(|error| train_error(seed, "source", error))?;
        let shuffled = match self.protocol.needs_shuffled_source() {
            true => Some(self.shuffled_source(seed, kept, progress)?),
            false => None,
        };
        let trunks = Trunks {
            source,
            shuffled_source: shuffled.as_ref().map(|(network, _)| network),
        };
        let (mut arms, mut logits, mut networks) = (Vec::new(), Vec::new(), Vec::new());
        for arm in &self.protocol.arms {
            let trained = self
                .arm(arm, trunks, Seeds::new(seed), progress)
                .map_err(|error| train_error(seed, &arm.name, error))?;
            let (record, of_rows, network) = trained.ok_or(ExperimentError::Cancelled)?;
            logits.push((record.name.clone(), of_rows));
            arms.push(record);
            networks.push(network);
        }
        let sha256_after_arms = source.digest();
        let predictions = self
            .predictions(&source_logits, logits)
            .map_err(|error| train_error(seed, "source", error))?;
        let source = SourceRecord {
            test,
            sha256_before_arms,
            sha256_after_arms,
            history,
        };
        let predictions_sha256 = Some(sha256(&predictions.to_bytes()));
        let shuffled_source = shuffled.map(|(network, history)| ShuffledSourceRecord {
            sha256: network.digest(),
            history,
        });
        let record = RunRecord {
            seed,
            source,
            shuffled_source,
            arms,
            predictions_sha256,
        };
        Ok(FinishedRun {
            record,
            predictions,
            networks,
        })
    }

    fn predictions(
        &self,
        source_logits: &Array2<f32>,
        arms: Vec<(String, Array2<f32>)>,
    ) -> Result<RunPredictions, TrainError> {
        let classes = predicted_classes(source_logits.view())?;
        let probabilities = probabilities(source_logits.view());
        let of_class = classes.iter().zip(probabilities.rows());
        let source_probability = of_class.map(|(&class, row)| row[class as usize] as f32);
        Ok(RunPredictions {
            target: TestRows::of(&self.tasks.target.test),
            arms,
            source: TestRows::of(&self.tasks.source.test),
            source_probability: source_probability.collect(),
            // Labels are u8, so classes are too.
            source_class: classes.into_iter().map(|class| class as u8).collect(),
        })
    }

    /// None if cancelled.
    fn arm(
        &self,
        arm: &Arm,
        trunks: Trunks<'_>,
        seeds: Seeds,
        progress: &dyn Progress,
    ) -> Result<Option<(ArmRecord, Array2<f32>, Network)>, TrainError> {
        let task = &self.tasks.target;
        let mut network = self.arm_network(arm, trunks, seeds)?;
        let mut watch = Watch::new(progress, task);
        watch.trunk_sha256.push(network.trunk_digest());
        let streams = Streams::of(seeds, "target");
        let history = self.fit(&mut network, task, &arm.phases, streams, &mut watch)?;
        if watch.cancelled {
            return Ok(None);
        }
        let (test, logits) = self.score(&network, task)?;
        let record = ArmRecord {
            name: arm.name.clone(),
            test,
            trunk_sha256: watch.trunk_sha256,
            history,
        };
        Ok(Some((record, logits, network)))
    }

    /// What an arm begins with. Arms of a seed share the head and the fresh trunk, and later the
    /// order of the rows.
    pub(crate) fn arm_network(
        &self,
        arm: &Arm,
        trunks: Trunks<'_>,
        seeds: Seeds,
    ) -> Result<Network, TrainError> {
        let head = self.head(seeds, &self.tasks.target, "target/head");
        let copied = match arm.trunk {
            TrunkOrigin::Fresh => None,
            TrunkOrigin::Source => Some(trunks.source),
            // Trained before any arm where one asks for it.
            TrunkOrigin::ShuffledSource => Some(trunks.shuffled_source.unwrap_or(trunks.source)),
        };
        Ok(match copied {
            Some(network) => network.with_head(head)?,
            None => Network::new(self.trunk(seeds, "target/trunk"), head)?,
        })
    }

    /// What a source training begins with.
    pub(crate) fn source_network(&self, seeds: Seeds) -> Result<Network, TrainError> {
        let trunk = self.trunk(seeds, SOURCE_TRUNK);
        let head = self.head(seeds, &self.tasks.source, "source/head");
        Ok(Network::new(trunk, head)?)
    }

    pub(crate) fn trunk(&self, seeds: Seeds, stream: &str) -> Vec<Dense> {
        let inputs = self.tasks.source.train.pixels().ncols();
        self.protocol
            .network
            .trunk(inputs)
            .trunk(&mut seeds.stream(stream).rng())
    }

    pub(crate) fn head(&self, seeds: Seeds, task: &Task, stream: &str) -> Dense {
        let inputs = task.train.pixels().ncols();
        let (_, outputs) = task.loss();
        self.protocol
            .network
            .trunk(inputs)
            .head(outputs, &mut seeds.stream(stream).rng())
    }

    fn fit(
        &self,
        network: &mut Network,
        task: &Task,
        phases: &[PhaseSpec],
        streams: Streams,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<EpochRecord>, TrainError> {
        let (train, valid) = (examples(&task.train)?, examples(&task.valid)?);
        self.fit_on(network, (&train, Some(&valid)), phases, streams, watch)
    }

    /// Trains on the first of two sets of examples, scoring on the second after every epoch.
    pub(crate) fn fit_on(
        &self,
        network: &mut Network,
        (train, valid): (&Examples<'_>, Option<&Examples<'_>>),
        phases: &[PhaseSpec],
        streams: Streams,
        watch: &mut Watch<'_>,
    ) -> Result<Vec<EpochRecord>, TrainError> {
        let (trainer, phases) = self.trainer(network, phases, streams);
        let fit = trainer.fit(network, &phases, train);
        fit.validation(valid).observer(watch).run()
    }

    /// What trains `network` through `phases`.
    pub(crate) fn trainer(
        &self,
        network: &Network,
        phases: &[PhaseSpec],
        streams: Streams,
    ) -> (Trainer, Vec<Phase>) {
        let layers = network.layers().len();
        let phases = phases.iter();
        let phases = phases.map(|phase| phase.phase(layers, streams.dropout));
        let trainer = Trainer {
            engine: self.engine.clone(),
            loss: Loss::for_classes(network.outputs().max(2)).0,
            batch_size: self.protocol.training.batch_size,
            order: RowOrder::Shuffled(streams.order),
        };
        (trainer, phases.collect())
    }

    /// Scores on the test rows, and the logits of each.
    pub(crate) fn score(
        &self,
        network: &Network,
        task: &Task,
    ) -> Result<(Scores, Array2<f32>), TrainError> {
        let mut evaluator = Evaluator::new(network, self.engine.clone());
        evaluator.evaluate_rows(network, &examples(&task.test)?, task.loss().0)
    }
}

pub(crate) fn train_error(seed: u64, training: &str, source: TrainError) -> ExperimentError {
    ExperimentError::Train {
        seed,
        training: training.to_owned(),
        source,
    }
}

/// The trained networks whose trunks arms are given copies of.
#[derive(Clone, Copy)]
pub(crate) struct Trunks<'a> {
    pub(crate) source: &'a Network,
    pub(crate) shuffled_source: Option<&'a Network>,
}
