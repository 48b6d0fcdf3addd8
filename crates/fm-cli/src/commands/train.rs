//! `fm train`, and what it shares with `fm transfer`.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::{DataError, Dataset};
use fm_experiment::protocol::{NetworkSpec, PhaseSpec};
use fm_experiment::single::{self, Evaluation, Rows, Training};
use fm_nn::{Init, Model, Network};
use fm_report::counted;
use fm_train::{EpochRecord, Observer, Scores};
use serde_json::json;

use crate::args::Format;
use crate::args::model::{SelectionArgs, SourceArgs, TrainArgs, TrainingArgs};
use crate::data;
use crate::openblas;
use crate::print::{self, errln, note, outln, percent};

/// Trains a model, scores it, and saves it.
pub(crate) fn run(args: &TrainArgs) -> Result<()> {
    check_out(&args.out, args.training.force)?;
    let phases = match args.phases.as_slice() {
        [] => {
            let (epochs, optimizer, lr) = (args.epochs, &args.optimizer, args.lr);
            vec![format!("epochs={epochs},optimizer.{optimizer}.lr={lr:?}").parse()?]
        }
        phases => phases.to_vec(),
    };
    let spec = NetworkSpec {
        hidden: args.hidden.clone(),
        activation: args.activation,
        init: Init::GlorotUniform,
    };
    let training = training(&args.training)?;
    let sets = Sets::open(&args.source, &args.selection)?;
    let mut lines = Lines::of(&phases);
    let trained = single::train(&spec, &training, &phases, &sets.rows(), &mut lines);
    finish(
        trained?,
        sets.test.as_ref(),
        &args.training,
        &training,
        &args.out,
    )
}

/// Refuses to overwrite a file, before the training.
pub(super) fn check_out(out: &Path, force: bool) -> Result<()> {
    if out.exists() && !force {
        bail!(
            "{} exists; choose another file, or replace it with --force",
            out.display()
        );
    }
    match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            bail!(
                "cannot write {}: no folder {}",
                out.display(),
                folder.display()
            )
        }
        _ => Ok(()),
    }
}

pub(super) fn training(args: &TrainingArgs) -> Result<Training> {
    Ok(Training {
        engine: openblas::engine(args.backend.backend)?,
        batch_size: args.batch_size,
        seed: args.seed,
    })
}

/// What a model is trained and scored on.
pub(super) struct Sets {
    train: Dataset,
    valid: Option<Dataset>,
    /// `None` with files of one's own, which are all trained on.
    pub(super) test: Option<Dataset>,
}

impl Sets {
    /// Opens and selects the rows of a command line, and says which they are.
    pub(super) fn open(source: &SourceArgs, selection: &SelectionArgs) -> Result<Self> {
        let (train, test) = data::sets(source)?;
        let held_out = selection.validation_rows;
        let held_out = held_out.unwrap_or((train.rows() / 10).min(5000));
        let (valid, train) = match held_out {
            0 => (None, train),
            rows => {
                let (valid, train) = train.hold_out(rows)?;
                (Some(valid), train)
            }
        };
        let mut train = of_classes(&train, selection)?;
        if let Some(rows) = selection.rows {
            train = train.first(rows)?;
        }
        let valid = match valid.map(|valid| of_classes(&valid, selection)).transpose() {
            // No row that is held out is of the classes.
            Err(error) if matches!(error.downcast_ref(), Some(DataError::NoRows { .. })) => None,
            valid => valid?,
        };
        let test = test.map(|test| of_classes(&test, selection)).transpose()?;
        note(&format!(
            "Training on {} of {}, {} held out: {}",
            counted(train.rows(), "row"),
            train.name(),
            valid.as_ref().map_or(0, Dataset::rows),
            train.class_names().join(", ")
        ));
        Ok(Self { train, valid, test })
    }

    pub(super) fn rows(&self) -> Rows<'_> {
        Rows {
            train: &self.train,
            valid: self.valid.as_ref(),
        }
    }
}

/// The rows of the classes that are trained on, under their new labels.
fn of_classes(data: &Dataset, selection: &SelectionArgs) -> Result<Dataset> {
    let mut chosen = single::of_names(data, &selection.classes)?;
    let except = single::of_names(data, &selection.except)?;
    match (chosen.is_empty(), except.is_empty()) {
        (true, true) => return Ok(data.clone()),
        (true, false) => {
            let all = (0..=u8::MAX).take(data.n_classes());
            chosen.extend(all.filter(|class| !except.contains(class)));
        }
        (false, _) => {}
    }
    Ok(data.of_classes(&chosen)?)
}

/// A line per epoch, of so many.
pub(super) struct Lines(usize);

impl Lines {
    pub(super) fn of(phases: &[PhaseSpec]) -> Self {
        Self(phases.iter().map(|phase| phase.epochs).sum())
    }
}

impl Observer for Lines {
    fn epoch(&mut self, epoch: &EpochRecord, _: &Network) -> ControlFlow<()> {
        let score = |s: &Scores| format!("{:>8}, loss {:.4}", percent(s.accuracy), s.loss);
        let valid = epoch.valid.as_ref().map(score);
        let valid = valid.map_or_else(String::new, |valid| format!("   held out {valid}"));
        let (epoch, of, train) = (epoch.epoch, self.0, score(&epoch.train));
        errln!("epoch {epoch:>2} of {of}: {train}{valid}");
        ControlFlow::Continue(())
    }
}

/// Scores a trained model on test images and saves it.
pub(super) fn finish(
    (model, history): (Model, Vec<EpochRecord>),
    test: Option<&Dataset>,
    args: &TrainingArgs,
    training: &Training,
    out: &Path,
) -> Result<()> {
    let test = test.map(|test| single::evaluate(&model, test, &training.engine));
    let test = test.transpose()?;
    let constant = test.as_ref().and_then(|test| test.constant_prediction);
    if constant.is_some() {
        note(
            "Warning: the model predicts the same class for every test image. Try a lower learning \
             rate, more epochs or more rows.",
        );
    }
    let saved = model.save(out);
    saved.with_context(|| format!("cannot save the model to {}", out.display()))?;
    if args.format == Format::Json {
        return print::json(&json!({
            "model": out.display().to_string(),
            "sha256": model.network.digest(),
            "parameters": model.network.parameters(),
            "class_names": model.metadata.class_names,
            "test": test,
            "history": history,
        }));
    }
    if let Some(Evaluation { scores, .. }) = &test {
        outln!(
            "Test accuracy {} on {} images, loss {:.4}",
            percent(scores.accuracy),
            scores.rows,
            scores.loss
        );
    }
    outln!("Model: {}", out.display());
    Ok(())
}
