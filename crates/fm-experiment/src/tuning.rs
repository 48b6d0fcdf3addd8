//! Cross-validation: which phases an arm is trained through, chosen on its own target rows.

use std::ops::ControlFlow;

use fm_nn::Network;
use fm_train::{EpochRecord, Evaluator, Examples, Scores, StepRecord, TrainError};

use crate::error::ExperimentError;
use crate::protocol::{PhaseSpec, epochs_before_last};
use crate::recipe::Tuning;
use crate::record::{Failure, best};
use crate::tasks::Fold;
use crate::training::{Setup, Stop, loss};
use crate::watch::{Observer, Watch};

/// The trials with the index of their best number of epochs, the lowest loss first; without those
/// that diverged at every number of epochs.
pub(crate) fn ranking(scores: &[Vec<Option<Scores>>]) -> Vec<(usize, usize)> {
    let trials = scores.iter().enumerate();
    let trials = trials.filter_map(|(trial, scores)| Some((trial, best(scores)?)));
    let mut trials: Vec<_> = trials.collect();
    trials.sort_by(|(_, (_, a)), (_, (_, b))| a.loss.total_cmp(&b.loss));
    let indices = trials
        .into_iter()
        .map(|(trial, (epochs, _))| (trial, epochs));
    indices.collect()
}

/// Whether a training's loss on its own rows ends above that of equal probabilities, `ln(classes)`: it
/// may have blown up although its numbers are finite.
pub(crate) fn is_above_guessing(history: &[EpochRecord], classes: usize) -> bool {
    let last = history.last();
    last.is_some_and(|last| last.train.loss > libm::log(classes as f64))
}

/// What an arm leaves whose trials have all diverged.
pub(crate) fn every_trial_diverged(tuning: &Tuning) -> Failure {
    Failure {
        training: "target".to_owned(),
        phase: 1,
        epoch: 1,
        step: 0,
        reason: format!(
            "all {} trials diverged in cross-validation",
            tuning.trials.len()
        ),
    }
}

/// What the trainings of one cell's folds share.
pub(crate) struct CrossValidation<'a> {
    pub(crate) setup: Setup,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) folds: &'a [Fold],
    pub(crate) tuning: &'a Tuning,
}

impl CrossValidation<'_> {
    /// Trains a copy of `begin` for each trial and fold. Returns the scores of each trial at each
    /// number of epochs, on rows that were held out.
    pub(crate) fn run(&self, begin: &Network) -> Result<Vec<Vec<Option<Scores>>>, Stop> {
        let mut evaluator = Evaluator::new(begin, self.setup.engine.clone());
        let trials = self.tuning.trials.iter();
        trials
            .map(|phases| self.trial(begin, phases, &mut evaluator))
            .collect()
    }

    fn trial(
        &self,
        begin: &Network,
        phases: &[PhaseSpec],
        evaluator: &mut Evaluator,
    ) -> Result<Vec<Option<Scores>>, Stop> {
        let before = epochs_before_last(phases);
        // A number of epochs that ends before the last phase is no training of this arm.
        let mut epochs = &self.tuning.epochs[..];
        let too_few = epochs.iter().filter(|&&epochs| epochs <= before).count();
        epochs = &epochs[too_few..];
        let mut sums: Vec<Vec<Scores>> = vec![Vec::new(); epochs.len()];
        for fold in self.folds {
            let train = fold.train.examples()?;
            let work = (self.tuning.most_epochs() * train.rows()) as u64;
            if epochs.is_empty() {
                self.observer.advance(work);
                continue;
            }
            let mut network = begin.clone();
            let phases = self.setup.phases(phases, network.layers().len())?;
            let mut watch = FoldWatch {
                watch: Watch::new(self.observer, train.rows(), work),
                evaluator: &mut *evaluator,
                held_out: fold.held_out.examples()?,
                epochs,
                scores: Vec::new(),
                failed: None,
            };
            let trained = self
                .setup
                .fit(&mut network, &phases, &train, None, &mut watch);
            watch.watch.finish();
            if watch.watch.cancelled {
                return Err(ExperimentError::Cancelled.into());
            }
            match (watch.failed.take(), trained) {
                (None, Ok(_) | Err(TrainError::Diverged { .. })) => {}
                (Some(error), _) | (None, Err(error)) => return Err(error.into()),
            }
            // Numbers of epochs at which one fold has diverged are not scored in the others.
            let scores = watch.scores;
            epochs = &epochs[..scores.len()];
            for (sum, scores) in sums.iter_mut().zip(scores) {
                sum.push(scores);
            }
        }
        let whole = |folds: Vec<Scores>| (folds.len() == self.folds.len()).then(|| pooled(&folds));
        let pooled = sums.into_iter().map(whole);
        Ok(std::iter::repeat_n(None, too_few).chain(pooled).collect())
    }
}

/// The scores over the rows of all folds.
fn pooled(folds: &[Scores]) -> Scores {
    let rows: usize = folds.iter().map(|fold| fold.rows).sum();
    let correct: usize = folds.iter().map(|fold| fold.correct).sum();
    let loss: f64 = folds.iter().map(|fold| fold.loss * fold.rows as f64).sum();
    Scores {
        loss: loss / rows as f64,
        accuracy: correct as f64 / rows as f64,
        correct,
        rows,
    }
}

/// Scores a training on the rows that it does not see, after some of its epochs.
struct FoldWatch<'a> {
    watch: Watch<'a>,
    evaluator: &'a mut Evaluator,
    held_out: Examples<'a>,
    epochs: &'a [usize],
    scores: Vec<Scores>,
    failed: Option<TrainError>,
}

impl fm_train::Observer for FoldWatch<'_> {
    fn step(&mut self, step: &StepRecord) -> ControlFlow<()> {
        self.watch.step(step)
    }

    fn epoch(&mut self, epoch: &EpochRecord, network: &Network) -> ControlFlow<()> {
        self.watch.epoch(epoch, network)?;
        let next = self.epochs.get(self.scores.len());
        if next == Some(&epoch.epoch) {
            match self
                .evaluator
                .evaluate(network, &self.held_out, loss(network))
            {
                Ok(scores) if scores.loss.is_finite() => self.scores.push(scores),
                // Diverged, though no step has noticed yet.
                Ok(_) => return ControlFlow::Break(()),
                Err(error) => {
                    self.failed = Some(error);
                    return ControlFlow::Break(());
                }
            }
        }
        match self.scores.len() < self.epochs.len() {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    }
}
