//! Cross-validation: which phases an arm is trained through, chosen on its own target rows.

use std::ops::ControlFlow;

use fm_data::Dataset;
use fm_nn::Network;
use fm_train::{EpochRecord, Evaluator, Examples, Scores, StepRecord, TrainError, Trainer};

use crate::protocol::epochs_before_last;
use crate::recipe::Tuning;
use crate::record::best;
use crate::tasks::examples;
use crate::training::{Stop, loss};
use crate::watch::{Observer, Watch};

/// The trials with the index of their best number of epochs, the lowest loss first; without those
/// that diverged at every number of epochs.
pub(crate) fn ranking(scores: &[Vec<Option<Scores>>]) -> Vec<(usize, usize)> {
    let trials = scores.iter().enumerate();
    let trials = trials.filter_map(|(trial, scores)| Some((trial, best(scores)?)));
    let mut trials: Vec<_> = trials.collect();
    trials.sort_by(|(_, (_, a)), (_, (_, b))| a.loss.total_cmp(&b.loss));
    let indices = trials.into_iter();
    indices
        .map(|(trial, (epochs, _))| (trial, epochs))
        .collect()
}

/// Whether a training's loss on its own rows ends above that of equal probabilities, `ln(classes)`: it
/// may have blown up although its numbers are finite.
pub(crate) fn is_above_guessing(history: &[EpochRecord], classes: usize) -> bool {
    let last = history.last();
    last.is_some_and(|last| last.train.loss > libm::log(classes as f64))
}

/// Trains a copy of `begin` for each trial and fold. Returns the scores of each trial at each number
/// of epochs, on rows that were held out.
pub(crate) fn cross_validate(
    trainer: &Trainer,
    tuning: &Tuning,
    folds: &[[Dataset; 2]],
    begin: &Network,
    observer: &dyn Observer,
) -> Result<Vec<Vec<Option<Scores>>>, Stop> {
    let mut evaluator = Evaluator::new(begin, trainer.engine.clone());
    let mut all = Vec::new();
    for phases in &tuning.trials {
        // A number of epochs that ends before the last phase is no training of this arm.
        let before = epochs_before_last(phases);
        let too_few = tuning.epochs.partition_point(|&epochs| epochs <= before);
        let mut epochs = &tuning.epochs[too_few..];
        let mut by_epochs: Vec<Vec<Scores>> = vec![Vec::new(); epochs.len()];
        for [train, held_out] in folds {
            let mut watch = FoldWatch {
                watch: Watch::new(observer, train.rows(), tuning.most_epochs()),
                evaluator: &mut evaluator,
                held_out: examples(held_out)?,
                epochs,
                scores: Vec::new(),
                failed: None,
            };
            let trained = match epochs.is_empty() {
                true => Ok(Vec::new()),
                false => {
                    let (mut network, train) = (begin.clone(), examples(train)?);
                    let training = trainer.fit(&mut network, phases, &train);
                    training.observer(&mut watch).run()
                }
            };
            watch.watch.finish()?;
            match (watch.failed, trained) {
                (None, Ok(_) | Err(TrainError::Diverged { .. })) => {}
                (Some(error), _) | (None, Err(error)) => return Err(error.into()),
            }
            // Numbers of epochs at which one fold has diverged are not scored in the others.
            epochs = &epochs[..watch.scores.len()];
            for (of_folds, scores) in by_epochs.iter_mut().zip(watch.scores) {
                of_folds.push(scores);
            }
        }
        let whole = |scores: Vec<Scores>| (scores.len() == folds.len()).then(|| pooled(&scores));
        let scores = by_epochs.into_iter().map(whole);
        all.push(std::iter::repeat_n(None, too_few).chain(scores).collect());
    }
    Ok(all)
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
        if self.epochs.get(self.scores.len()) == Some(&epoch.epoch) {
            let scores = self
                .evaluator
                .evaluate(network, &self.held_out, loss(network));
            match scores {
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
