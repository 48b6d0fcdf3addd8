//! `fm train` and `fm transfer`.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::{DataError, Dataset};
use fm_experiment::protocol::{NetworkSpec, Phase, parse_phase};
use fm_experiment::single::{self, Evaluation, Rows, Training};
use fm_nn::{Init, Model, Network};
use fm_report::counted;
use fm_train::{EpochRecord, Observer, Scores};
use serde_json::json;

use crate::args::Format;
use crate::args::model::{TrainArgs, TrainingArgs, TransferArgs};
use crate::data;
use crate::openblas;
use crate::print::{self, errln, note, outln, percent};

/// Of `fm transfer`: the phases of the course's notebook, with Adam.
const PHASES: [&str; 2] = [
    "epochs=4,freeze=trunk,optimizer=adam",
    "epochs=16,optimizer=adam",
];

/// Trains a model, scores it, and saves it.
pub(crate) fn run(args: &TrainArgs) -> Result<()> {
    check_out(&args.out, args.training.force)?;
    let (epochs, optimizer, lr) = (args.epochs, &args.optimizer, args.lr);
    let usual = format!("epochs={epochs},optimizer.{optimizer}.lr={lr:?}");
    let phases = phases(&args.phases, &[&usual])?;
    let spec = NetworkSpec {
        hidden: args.hidden.clone(),
        activation: args.activation,
        init: Init::GlorotUniform,
    };
    let session = Session::open(&args.training)?;
    let (training, rows) = (&session.training, session.rows());
    let trained = single::train(&spec, training, &phases, &rows, &mut Lines::of(&phases));
    session.finish(trained?, &args.out)
}

/// Trains a copy of a model's trunk under a new head, scores it, and saves it.
pub(crate) fn transfer(args: &TransferArgs) -> Result<()> {
    check_out(&args.out, args.training.force)?;
    if args.out == args.source.model {
        bail!("--out is the model that is reused; choose another file");
    }
    let source = args.source.open()?;
    let phases = phases(&args.phases, &PHASES)?;
    let session = Session::open(&args.training)?;
    for (number, phase) in (1..).zip(&phases) {
        let (epochs, optimizer) = (counted(phase.epochs, "epoch"), phase.optimizer);
        errln!(
            "phase {number}: {epochs} of {} at {}, frozen: {}",
            optimizer.name(),
            optimizer.lr(),
            phase.freeze
        );
    }
    let (training, rows) = (&session.training, session.rows());
    let trained = single::transfer(&source, training, &phases, &rows, &mut Lines::of(&phases));
    session.finish(trained?, &args.out)
}

/// Refuses to overwrite a file, before the training.
pub(super) fn check_out(out: &Path, force: bool) -> Result<()> {
    let (shown, folder) = (out.display(), out.parent());
    if out.exists() && !force {
        bail!("{shown} exists; choose another file, or replace it with --force");
    }
    match folder.filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        Some(folder) => bail!("cannot write {shown}: no folder {}", folder.display()),
        None => Ok(()),
    }
}

/// The phases of the command line, or the usual ones.
fn phases(given: &[Phase], usual: &[&str]) -> Result<Vec<Phase>> {
    if !given.is_empty() {
        return Ok(given.to_vec());
    }
    let usual: Result<_, _> = usual.iter().map(|text| parse_phase(text)).collect();
    Ok(usual?)
}

/// What a model is trained with, and what it is trained and scored on.
struct Session<'a> {
    args: &'a TrainingArgs,
    training: Training,
    train: Dataset,
    valid: Option<Dataset>,
    /// `None` with files of one's own, which are all trained on.
    test: Option<Dataset>,
}

impl<'a> Session<'a> {
    /// Opens and selects the rows of a command line, and says which they are.
    fn open(args: &'a TrainingArgs) -> Result<Self> {
        let training = Training {
            engine: openblas::engine(args.backend.backend)?,
            batch_size: args.batch_size,
            seed: args.seed,
        };
        let (train, test) = data::sets(&args.source)?;
        let held_out = args.validation_rows;
        let (valid, train) = match held_out.unwrap_or((train.rows() / 10).min(5000)) {
            0 => (None, train),
            rows => {
                let (valid, train) = train.hold_out(rows)?;
                (Some(valid), train)
            }
        };
        let mut train = of_classes(&train, args)?;
        if let Some(rows) = args.rows {
            train = train.first(rows)?;
        }
        let valid = match valid.map(|valid| of_classes(&valid, args)).transpose() {
            // No row that is held out is of the classes.
            Err(error) if matches!(error.downcast_ref(), Some(DataError::NoRows { .. })) => None,
            valid => valid?,
        };
        let test = test.map(|test| of_classes(&test, args)).transpose()?;
        note(&format!(
            "Training on {} of {}, {} held out: {}",
            counted(train.rows(), "row"),
            train.name(),
            valid.as_ref().map_or(0, Dataset::rows),
            train.class_names().join(", ")
        ));
        Ok(Self {
            args,
            training,
            train,
            valid,
            test,
        })
    }

    fn rows(&self) -> Rows<'_> {
        Rows {
            train: &self.train,
            valid: self.valid.as_ref(),
        }
    }

    /// Scores a trained model on test images and saves it.
    fn finish(&self, (model, history): (Model, Vec<EpochRecord>), out: &Path) -> Result<()> {
        let test = self.test.as_ref();
        let test = test.map(|test| single::evaluate(&model, test, &self.training.engine));
        let test = test.transpose()?;
        let constant = test.as_ref().and_then(|test| test.constant_prediction);
        if constant.is_some() {
            note(
                "Warning: the model predicts the same class for every test image. Try a lower \
                 learning rate, more epochs or more rows.",
            );
        }
        let saved = model.save(out);
        saved.with_context(|| format!("cannot save the model to {}", out.display()))?;
        if self.args.format == Format::Json {
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
            let (accuracy, loss) = (percent(scores.accuracy), scores.loss);
            let rows = scores.rows;
            outln!("Test accuracy {accuracy} on {rows} images, loss {loss:.4}");
        }
        outln!("Model: {}", out.display());
        Ok(())
    }
}

/// The rows of the classes that are trained on, under their new labels.
fn of_classes(data: &Dataset, args: &TrainingArgs) -> Result<Dataset> {
    let mut chosen = single::of_names(data, &args.classes)?;
    let except = single::of_names(data, &args.except)?;
    if !except.is_empty() {
        let all = (0..=u8::MAX).take(data.n_classes());
        chosen = all.filter(|class| !except.contains(class)).collect();
    }
    match chosen.is_empty() && except.is_empty() {
        true => Ok(data.clone()),
        false => Ok(data.of_classes(&chosen)?),
    }
}

/// A line per epoch, of so many.
struct Lines(usize);

impl Lines {
    fn of(phases: &[Phase]) -> Self {
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
