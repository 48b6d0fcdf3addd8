//! `fm experiment`

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fm_data::LoadedData;
use fm_experiment::protocol::{ClassRef, Values};
use fm_experiment::{
    Experiment, Job, MadeWith, Process, Progress, Protocol, Request, Results, SeedList, Slice,
    Store, default_backend, fit_to_data,
};
use fm_nn::{Backend, Engine};
use fm_report::counted;
use serde_json::{Value, json};

use super::protocol::built_in_like;
use super::report;
use crate::args::experiment::ExperimentArgs;
use crate::args::slurm::Settings;
use crate::data;
use crate::interrupt;
use crate::openblas;
use crate::print::note;
use crate::progress::JobBar;
use crate::slurm;

/// Trains what is missing, writes the report, and prints the results.
pub(crate) fn run(args: &ExperimentArgs) -> Result<()> {
    let result = carry_out(args);
    // A share says in its store why it failed: nobody may be watching it.
    if let (Some(slice), Some(out), Err(error)) = (args.slice, &args.out, &result)
        && !interrupt::asked()
        && let Ok(store) = Store::read(out)
    {
        let text = format!("{error:#}");
        let failed = text.lines().next().map(str::to_owned);
        let process = slurm::this_process(Some(slice));
        // Where not even this can be written, standard error has it.
        let _ = store.keep_failure(&Process { failed, ..process });
    }
    result
}

fn carry_out(args: &ExperimentArgs) -> Result<()> {
    let seeds = args.seed.map_or_else(|| args.seeds.clone(), SeedList::one);
    // Whatever can be refused without data is refused before data is downloaded.
    let target =
        (!args.target.is_empty()).then(|| ("task.target_classes".to_owned(), json!(args.target)));
    let set: Vec<_> = args.set.iter().cloned().chain(target).collect();
    let protocol = protocol(&args.protocol)?;
    let protocol = protocol.with_arms(&args.with_arms)?.with(&set)?;
    let mut request = with_sweeps(Request::new(protocol, &seeds, Backend::Portable), args)?;
    let settings = args.slurm.slurm.then(|| args.slurm.settings.clone());
    let settings = settings.map(Settings::over_file).transpose()?;
    let engine = args.backend.map(openblas::engine).transpose()?;
    if let Some(out) = args.out.as_ref().filter(|out| out.is_file()) {
        bail!("--out {} is a file, not a folder", out.display());
    }
    let mut choice = args.data.clone();
    choice.dataset = choice.dataset.or(request.protocol.data.dataset.clone());
    let data = data::open(&choice)?;
    let out = args.out.clone();
    let out = &out.unwrap_or_else(|| default_out(&request.protocol.name, &data, &seeds, args));
    let (fitted, changes) = fit_to_data(&request.protocol, &data);
    // What the command line sets is not fitted.
    let is_set = |change: &str| {
        set.iter()
            .any(|(key, _)| change.starts_with(&format!("{key} ")))
    };
    for change in changes.iter().filter(|change| !is_set(change)) {
        note(&format!("note: {change}"));
    }
    resolve_words(&mut request, data.train.class_names())?;
    request.protocol = fitted.with(&set)?;
    let engine = engine.map_or_else(|| default_engine(out), Ok)?;
    request.backend = engine.backend();
    let origin = data.origin.clone();
    let mut experiment = Experiment::new(request.protocol.clone(), data.into()).engine(engine);
    experiment.request = request;
    experiment.made_with = MadeWith {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        cpu: fm_nn::doctor::cpu_name(),
        kernel: experiment.executor.engine.kernel(),
        data: args.data.options(&args.data.data),
    };
    if let Some(jobs) = args.jobs {
        experiment.executor.threads = jobs;
    }

    if let Some(settings) = &settings {
        let submitted = slurm::submit(args, settings, &experiment, &origin, out)?;
        if !args.slurm.wait || (submitted && !slurm::wait(out)?) {
            return Ok(());
        }
        report::finish(Results::read(out)?, out, args.format, args.tensorboard)?;
        return match Progress::read(out)?.missing {
            0 => Ok(()),
            missing => bail!(
                "{} still missing; `fm status {}` says why. The same command submits them again",
                counted(missing, "cell"),
                out.display()
            ),
        };
    }

    let (store, mut jobs) = experiment.open(out)?;
    if let Some(slice) = args.slice {
        jobs.retain(|job| slice.contains(&job.source));
        // Processes that were given the same share begin at different jobs of it, and skip those
        // that the other has done.
        let first = std::process::id() as usize % jobs.len().max(1);
        jobs.rotate_left(first);
    }
    train(&experiment, &store, &jobs, out, args.slice)?;
    if args.slice.is_some() {
        store.forget_failure(args.slice);
        // Names only: the last share alone reads all records.
        let missing = Progress::read(out)?.missing;
        if missing > 0 {
            let (cells, out) = (counted(missing, "cell"), out.display());
            note(&format!(
                "This share is done. {cells} of other shares are missing in {out}; `fm status` counts \
                 them."
            ));
            return Ok(());
        }
        if args.slurm.no_report {
            note("This share is done, and nothing is missing.");
            return Ok(());
        }
    }
    let results = experiment.results(store)?;
    report::finish(results, out, args.format, args.tensorboard)
}

/// Trains jobs under a progress bar.
fn train(
    experiment: &Experiment,
    store: &Store,
    jobs: &[Job],
    out: &Path,
    slice: Option<Slice>,
) -> Result<()> {
    if jobs.is_empty() {
        return Ok(experiment.ask(store)?);
    }
    let bar = JobBar::new(jobs);
    interrupt::watch()?;
    let process = slurm::this_process(slice);
    let trained = store.announced(process, || experiment.carry_out(store, jobs, &bar));
    let done = bar.finish();
    trained.map_err(|error| interrupt::stopped(error, &done, out))
}

/// A built-in protocol, or a file.
fn protocol(asked: &str) -> Result<Protocol> {
    if let Some(protocol) = Protocol::built_in(asked) {
        return Ok(protocol);
    }
    let path = Path::new(asked);
    if !path.exists() && path.extension().is_none() {
        let known = built_in_like(asked);
        bail!("{asked:?} is neither a built-in protocol nor a file{known}");
    }
    Ok(Protocol::read(path)?)
}

/// The request with the sweeps of the command line. The keys of settings contain a dot.
fn with_sweeps(mut request: Request, args: &ExperimentArgs) -> Result<Request> {
    let mut axes = Vec::new();
    for (name, values) in &args.sweeps {
        match values {
            None => request = request.with_named_sweep(name)?,
            Some(values) if name.contains('.') => axes.push((name.clone(), values.clone())),
            Some(values) => request = request.with_values(name, values.clone())?,
        }
    }
    match axes.is_empty() {
        true => Ok(request),
        false => Ok(request.with_sweep(&axes)),
    }
}

/// Replaces the words of the command line in the sweeps by what they stand for: `5-6` and
/// `sandal-shirt` by target classes, `init` by what a seed moves.
fn resolve_words(request: &mut Request, names: &[String]) -> Result<()> {
    let axes = request
        .sweeps
        .iter_mut()
        .flat_map(|named| &mut named.sweep.over);
    for (key, values) in axes {
        let Values::List(values) = values else {
            continue;
        };
        for value in values {
            match (key.as_str(), value.as_str()) {
                ("task.target_classes", Some(text)) => *value = pair(text, names)?,
                ("seed.moves", Some(word)) => *value = json!([word]),
                _ => {}
            }
        }
    }
    Ok(())
}

/// Two classes by number or name, `5-6` or `sandal-shirt`, ascending.
fn pair(text: &str, names: &[String]) -> Result<Value> {
    let class = |name: &str| ClassRef::Name(name.trim().to_owned()).resolve(names);
    // A name may itself contain a hyphen.
    let halves = text.match_indices('-');
    let halves = halves.map(|(at, _)| (class(&text[..at]), class(&text[at + 1..])));
    let mut wrong = None;
    for half in halves {
        match half {
            (Ok(a), Ok(b)) if a != b => return Ok(json!([a.min(b), a.max(b)])),
            (Ok(_), Err(expected)) | (Err(expected), Ok(_)) => wrong = Some(expected),
            _ => {}
        }
    }
    let wrong = wrong.map_or_else(String::new, |expected| format!(" ({expected})"));
    bail!("--sweep: target classes {text:?}: expected two different classes, such as 0-1{wrong}")
}

/// The engine of the store's backend, or portable.
fn default_engine(out: &Path) -> Result<Engine> {
    let backend = default_backend(out)?;
    let engine = openblas::engine(backend)?;
    let why = match backend {
        Backend::Portable => "the same digits on every machine; --backend blas uses OpenBLAS",
        Backend::Blas => "as the results folder was last used with",
    };
    note(&format!("Backend: {backend} ({}); {why}", engine.kernel()));
    Ok(engine)
}

/// `results/` and the protocol's name, with whatever else was chosen and changes the results.
fn default_out(
    protocol: &str,
    data: &LoadedData,
    seeds: &SeedList,
    args: &ExperimentArgs,
) -> PathBuf {
    let mut name = protocol.to_owned();
    for arm in &args.with_arms {
        name += &format!("-with-{arm}");
    }
    if !args.target.is_empty() {
        name += &format!("-{}", args.target.join(","));
    }
    for (key, value) in &args.set {
        name += &format!("-{key}-{value}");
    }
    if data.origin.is_sample() {
        name += "-sample";
    } else if data.identity.name != fm_data::published::fashion_mnist().name {
        name += &format!("-{}", data.identity.name);
    }
    // Seeds 1 to N share a folder, so that 30 become 60 there.
    match (seeds.seeds().len(), seeds.to_string().replace("..", "-")) {
        (1, seed) => name += &format!("-seed-{seed}"),
        (count, list) if list == format!("1-{count}") => {}
        (_, list) => name += &format!("-seeds-{list}"),
    }
    if let Some(backend) = args.backend {
        name += &format!("-{backend}");
    }
    let plain = |c: &char| c.is_alphanumeric() || "-_.,".contains(*c);
    // A folder's name has a limit; folders may share results.
    let name: String = name.chars().filter(plain).take(80).collect();
    Path::new("results").join(name)
}
