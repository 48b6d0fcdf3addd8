//! `fm train`, and what it shares with `fm transfer`.

use std::ops::ControlFlow;
use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::Dataset;
use fm_experiment::protocol::NetworkSpec;
use fm_experiment::report::percent;
use fm_experiment::single::{self, EpochRecord, Evaluation, Lesson, Observer, Phase, Scores};
use fm_nn::{Backend, Engine, FreezeMask, Init, Model, Network};
use serde::Serialize;
use serde_json::Map;

use crate::args::{BackendArg, Format};
use crate::data;
use crate::model_args::{LessonArgs, SelectionArgs, SourceArgs, TrainArgs};
use crate::openblas;
use crate::table::note;

/// Trains a model, scores it, and keeps it.
pub(crate) fn run(args: &TrainArgs) -> Result<()> {
    check_out(&args.out, args.lesson.force)?;
    let mut settings = Map::new();
    settings.insert("lr".to_owned(), args.lr.into());
    let more = [
        ("momentum", args.momentum),
        ("weight_decay", args.weight_decay),
    ];
    let more = more
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)));
    settings.extend(more.map(|(key, value)| (key.to_owned(), value.into())));
    let optimizer = single::optimizer(&args.optimizer, settings)?;
    let spec = NetworkSpec {
        hidden: args.hidden.clone(),
        activation: args.activation,
        init: Init::GlorotUniform,
    };
    let lesson = lesson(&args.lesson)?;

    let Splits { train, valid, test } = splits(&args.source, &args.selection)?;
    let mask = FreezeMask::none(spec.hidden.len() + 1);
    let phases = [Phase::new(args.epochs, mask, optimizer)];
    let mut lines = Lines(args.epochs);
    let trained = single::train(&spec, &lesson, &phases, &train, valid.as_ref(), &mut lines);
    finish(trained?, test.as_ref(), &lesson, &args.lesson, &args.out)
}

/// Refuses to write over what is there, before the work is done.
pub(super) fn check_out(out: &Path, force: bool) -> Result<()> {
    if out.exists() && !force {
        bail!(
            "{} is there already; choose another file, or replace it with --force",
            out.display()
        );
    }
    match out.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            bail!("there is no folder {} to write into", folder.display())
        }
        _ => Ok(()),
    }
}

/// The backend, on one thread: two gain only on cores that are idle and near each other.
pub(super) fn engine(backend: BackendArg) -> Result<Engine> {
    Ok(openblas::engine(Backend::from(backend))?)
}

pub(super) fn lesson(args: &LessonArgs) -> Result<Lesson> {
    Ok(Lesson {
        engine: engine(args.backend.backend)?,
        batch_size: args.batch_size,
        seed: args.seed,
    })
}

/// What one model is trained and scored on.
pub(super) struct Splits {
    pub(super) train: Dataset,
    pub(super) valid: Option<Dataset>,
    /// None with files of one's own, which are all to learn from.
    pub(super) test: Option<Dataset>,
}

/// Opens and selects the rows that the command line names, and says which they are.
pub(super) fn splits(source: &SourceArgs, selection: &SelectionArgs) -> Result<Splits> {
    let (train, test) = data::sets(source)?;
    let selection = selection.selection();
    let (train, valid) = selection.split(&train)?;
    let test = test.map(|test| selection.of(&test)).transpose()?;
    note(&format!(
        "{} rows of {} to learn from, {} held out: {}",
        train.rows(),
        train.name(),
        valid.as_ref().map_or(0, Dataset::rows),
        train.class_names().join(", ")
    ));
    Ok(Splits { train, valid, test })
}

/// A line per epoch.
pub(super) struct Lines(pub(super) usize);

impl Observer for Lines {
    fn epoch(&mut self, epoch: &EpochRecord, _: &Network) -> ControlFlow<()> {
        let score = |s: &Scores| format!("{:>8}, loss {:.4}", percent(s.accuracy), s.loss);
        let valid = epoch.valid.as_ref().map(score);
        let valid = valid.map_or_else(String::new, |valid| format!("   held out {valid}"));
        let (epoch, of, train) = (epoch.epoch, self.0, score(&epoch.train));
        eprintln!("epoch {epoch:>2} of {of}: {train}{valid}");
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
    /// None without test images.
    test: Option<Evaluation>,
    history: &'a [EpochRecord],
}

/// Scores a trained model on test images, keeps it and says so.
pub(super) fn finish(
    (model, history): (Model, Vec<EpochRecord>),
    test: Option<&Dataset>,
    lesson: &Lesson,
    args: &LessonArgs,
    out: &Path,
) -> Result<()> {
    let engine = || lesson.engine.clone();
    let test = test.map(|test| single::evaluate(&model, test, engine()));
    let test = test.transpose()?;
    if test
        .as_ref()
        .is_some_and(|test| test.constant_prediction.is_some())
    {
        note(
            "Warning: the model predicts the same class for every test image. A lower --lr, more \
             epochs or more rows may help.",
        );
    }
    model
        .save(out)
        .with_context(|| format!("the model is not kept: {}", out.display()))?;
    if args.format == Format::Json {
        let outcome = Outcome {
            model: out,
            sha256: model.network.digest(),
            parameters: model.network.parameters(),
            class_names: &model.metadata.class_names,
            test,
            history: &history,
        };
        println!("{}", serde_json::to_string_pretty(&outcome)?);
        return Ok(());
    }
    if let Some(Evaluation { scores, .. }) = &test {
        println!(
            "Test accuracy {} on {} images, loss {:.4}",
            percent(scores.accuracy),
            scores.rows,
            scores.loss
        );
    }
    println!("Model: {}", out.display());
    Ok(())
}
