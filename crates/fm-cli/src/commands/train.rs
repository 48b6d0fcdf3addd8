//! `fm train`, and what it shares with `fm transfer`.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::Dataset;
use fm_experiment::protocol::{NetworkSpec, PhaseSpec};
use fm_experiment::single::{self, Evaluation, Rows, Training};
use fm_nn::{Init, Model, Network};
use fm_report::counted;
use fm_train::{EpochRecord, Observer, Scores};
use serde::Serialize;

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
        let selection = selection.selection();
        let (train, valid) = selection.split(&train)?;
        let test = test.map(|test| selection.of(&test)).transpose()?;
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

/// What is printed for programs.
#[derive(Serialize)]
struct Outcome<'a> {
    model: &'a Path,
    sha256: String,
    parameters: usize,
    class_names: &'a [String],
    /// `None` without test images.
    test: Option<Evaluation>,
    history: &'a [EpochRecord],
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
        let outcome = Outcome {
            model: out,
            sha256: model.network.digest(),
            parameters: model.network.parameters(),
            class_names: &model.metadata.class_names,
            test,
            history: &history,
        };
        print::json(&outcome)?;
        return Ok(());
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
