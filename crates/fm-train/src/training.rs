//! [`Training`]: the training loop, epoch by epoch.

use fm_nn::Network;

use crate::checkpoint::{Checkpoint, State};
use crate::error::TrainError;
use crate::fit::Fit;
use crate::observer::EpochRecord;
use crate::phase::Phase;
use crate::stage::Stage;

/// A training that has started: [`epoch`](Self::epoch) runs one epoch, and between two epochs
/// [`checkpoint`](Self::checkpoint) returns all that is needed to resume later.
///
/// ```
/// # use fm_nn::{Activation, FreezeMask, Init, Loss, Network, TrunkSpec};
/// # use fm_train::{Adam, Examples, Phase, Seeds, Trainer};
/// # let points = ndarray::Array2::from_shape_fn((40, 1), |(i, _)| i as f32 / 20.0 - 1.0);
/// # let labels: Vec<u8> = (0..40).map(|i| u8::from(i >= 20)).collect();
/// # let train = Examples::new(&points, &labels)?;
/// # let (seeds, spec) = (Seeds::new(42), TrunkSpec {
/// #     inputs: 1, hidden: vec![8], activation: Activation::Selu, init: Init::GlorotUniform });
/// # let mut rng = seeds.stream("weights").rng();
/// # let network = Network::new(spec.trunk(&mut rng), spec.head(1, &mut rng))?;
/// # let trainer = Trainer::new(Loss::BinaryCrossEntropy, seeds.stream("shuffle"));
/// use fm_train::Checkpoint;
///
/// let phases = [Phase::new(4, FreezeMask::none(2), Adam::new(0.01))];
/// let mut whole = network.clone();
/// trainer.fit(&mut whole, &phases, &train).run()?;
///
/// let mut first = network.clone();
/// let mut training = trainer.fit(&mut first, &phases, &train).start()?;
/// training.epoch()?;
/// let bytes = training.checkpoint().expect("between two epochs").to_bytes();
///
/// // Later, perhaps in another process:
/// let checkpoint = Checkpoint::from_bytes(&bytes)?;
/// let mut second = network.clone();
/// let rest = trainer.fit(&mut second, &phases, &train).resume(&checkpoint)?;
/// let history = rest.finish()?;
/// assert_eq!((second == whole, history.len()), (true, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Training<'a> {
    fit: Fit<'a>,
    history: Vec<EpochRecord>,
    /// Index of the current phase, or of the next one.
    phase: usize,
    /// Of the current phase.
    stage: Option<Stage<'a>>,
    end: End,
}

/// Whether a training has ended before its last epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    No,
    /// The observer ended it after an epoch, and the best weights are not restored yet.
    AfterEpoch,
    /// It ended by an error, or by the observer.
    Yes,
}

impl<'a> Fit<'a> {
    /// Trains to the end and returns one record per epoch.
    ///
    /// # Errors
    /// [`TrainError`] if examples, network, loss and phases do not fit each other, before anything
    /// is changed; [`TrainError::Diverged`] if a loss or a weight is no longer finite.
    pub fn run(self) -> Result<Vec<EpochRecord>, TrainError> {
        self.start()?.finish()
    }

    /// Starts a training that runs epoch by epoch, so that it can be saved between epochs.
    ///
    /// # Errors
    /// [`TrainError`] if examples, network, loss and phases do not fit each other.
    pub fn start(self) -> Result<Training<'a>, TrainError> {
        self.check()?;
        Ok(Training::new(self))
    }

    /// Continues a training from a checkpoint, with the same bits as without the interruption. The
    /// network gets the checkpoint's weights, whatever its own.
    ///
    /// The phases must equal those of the checkpoint, which are
    /// [`Checkpoint::phases`].
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] names the first difference of network, phases, loss, batches or
    /// numbers of rows; else as [`start`](Self::start). The network is not changed then.
    pub fn resume(self, checkpoint: &Checkpoint) -> Result<Training<'a>, TrainError> {
        self.check()?;
        let setup = self.trainer.setup(&self.data);
        checkpoint.check(self.network, self.phases, &setup)?;
        let mut training = Training::new(self);
        training.restore(checkpoint)?;
        Ok(training)
    }

    fn check(&self) -> Result<(), TrainError> {
        self.trainer.check(self.network, self.phases, &self.data)
    }
}

impl<'a> Training<'a> {
    fn new(fit: Fit<'a>) -> Self {
        Self {
            fit,
            history: Vec::new(),
            phase: 0,
            stage: None,
            end: End::No,
        }
    }

    /// Takes over a checkpoint that was checked; the network is unchanged if there is an error.
    fn restore(&mut self, checkpoint: &Checkpoint) -> Result<(), TrainError> {
        let state = &checkpoint.state;
        let current = state
            .progress
            .as_ref()
            .zip(self.fit.phases.get(state.phase));
        if let Some((progress, phase)) = current {
            let network = &checkpoint.network;
            let mut stage = Stage::new(self.fit.trainer, network, phase, &self.fit.data)?;
            stage.optimizer.restore(&checkpoint.optimizer)?;
            stage.progress = progress.clone();
            stage.best.clone_from(&checkpoint.best);
            self.stage = Some(stage);
        }
        self.fit.network.clone_from(&checkpoint.network);
        self.history.clone_from(&state.history);
        self.phase = state.phase;
        Ok(())
    }

    /// One record for each finished epoch.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        self.fit.network
    }

    /// Runs one epoch and returns its record; none if the training is at its end, or the observer
    /// ends it.
    ///
    /// # Errors
    /// [`TrainError::Diverged`] if a loss or a weight is no longer finite; the training is at its
    /// end then.
    pub fn epoch(&mut self) -> Result<Option<EpochRecord>, TrainError> {
        if self.end == End::AfterEpoch {
            self.end_early();
        }
        while let (End::No, Some(phase)) = (self.end, self.fit.phases.get(self.phase)) {
            let mut stage = match self.stage.take() {
                Some(stage) => stage,
                None => Stage::new(self.fit.trainer, self.fit.network, phase, &self.fit.data)?,
            };
            // A checkpoint may have been taken between the last epoch of a phase and its end.
            if stage.progress.is_done(phase) {
                self.end_phase(stage)?;
                continue;
            }
            self.end = End::Yes;
            let place = (self.phase + 1, self.history.len() + 1);
            let record = stage.run_epoch(
                self.fit.trainer,
                self.fit.network,
                phase,
                &self.fit.data,
                place,
                &mut self.fit.observer,
            )?;
            let Some(record) = record else {
                self.stage = Some(stage);
                self.end_early();
                return Ok(None);
            };
            self.end_epoch(phase, stage, record)?;
            return Ok(Some(record));
        }
        Ok(None)
    }

    /// Runs the remaining epochs and returns the records of all.
    ///
    /// # Errors
    /// As [`epoch`](Self::epoch).
    pub fn finish(mut self) -> Result<Vec<EpochRecord>, TrainError> {
        while self.epoch()?.is_some() {}
        Ok(self.history)
    }

    /// All that is needed to resume the training from here; none if it ended by an error or by the
    /// observer (but there is one directly after the epoch that the observer ended).
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let stage = self.stage.as_ref();
        (self.end != End::Yes).then(|| Checkpoint {
            state: State {
                setup: self.fit.trainer.setup(&self.fit.data),
                phases: self.fit.phases.to_vec(),
                phase: self.phase,
                history: self.history.clone(),
                progress: stage.map(|stage| stage.progress.clone()),
            },
            network: self.fit.network.clone(),
            best: stage.and_then(|stage| stage.best.clone()),
            optimizer: stage.map_or_else(Vec::new, |stage| stage.optimizer.save()),
        })
    }

    fn end_epoch(
        &mut self,
        phase: &Phase,
        mut stage: Stage<'a>,
        record: EpochRecord,
    ) -> Result<(), TrainError> {
        self.history.push(record);
        if stage.progress.add(phase, &record) {
            stage.best = Some(self.fit.network.clone());
        }
        let observer = self.fit.observer.as_mut();
        let ended = observer.is_some_and(|o| o.epoch(&record, self.fit.network).is_break());
        self.end = if ended { End::AfterEpoch } else { End::No };
        if self.end == End::No && stage.progress.is_done(phase) {
            return self.end_phase(stage);
        }
        self.stage = Some(stage);
        Ok(())
    }

    /// Ends the training inside a phase.
    fn end_early(&mut self) {
        self.end = End::Yes;
        if let Some(best) = self.stage.take().and_then(|stage| stage.best) {
            *self.fit.network = best;
        }
    }

    fn end_phase(&mut self, mut stage: Stage<'_>) -> Result<(), TrainError> {
        if let Some(best) = stage.best.take() {
            *self.fit.network = best;
        }
        let place = (self.phase + 1, self.history.len());
        stage
            .check_last_step(self.fit.network, place)
            .inspect_err(|_| self.end = End::Yes)?;
        self.phase += 1;
        if let Some(observer) = &mut self.fit.observer {
            observer.phase(self.phase, self.fit.network);
        }
        Ok(())
    }
}
