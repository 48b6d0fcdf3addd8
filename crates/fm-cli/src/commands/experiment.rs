//! `fm experiment`

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, bail};
use fm_experiment::curves::CurveRunner;
use fm_experiment::single::{nearest, perhaps};
use fm_experiment::{
    DatasetIdentity, FORMAT, Identity, MadeWith, Plan, Protocol, ResultsFolder, Run, Runner,
    SeedList, Summary, Tasks,
};
use fm_nn::{Backend, Engine};

use crate::args::ExperimentArgs;
use crate::curves;
use crate::data::{self, Data};
use crate::interrupt::{self, Stopped};
use crate::openblas;
use crate::progress::PlanBar;
use crate::table;

/// Trains, compares, prints and leaves the results.
pub(crate) fn run(args: &ExperimentArgs) -> Result<()> {
    let protocol = with_arms(protocol(&args.protocol)?, &args.with_arms)?;
    let seeds = match (args.seed, &args.seeds) {
        (Some(seed), _) => SeedList::one(seed),
        (None, Some(seeds)) => seeds.clone(),
        (None, None) => SeedList::standard(),
    };
    // Refused before data is fetched, if it is to be refused.
    if let Some(out) = args.out.as_ref().filter(|out| out.is_file()) {
        bail!(
            "--out {}: this is a file; name a folder, which is made where there is none",
            out.display()
        );
    }
    let curves_asked = curves::asked(args);
    curves_asked.check(&protocol)?;
    let asked = args.backend.map(Backend::from).map(openblas::engine);
    let asked = asked.transpose()?;
    let Data {
        train,
        test,
        identity: dataset,
    } = data::open(&args.data)?;
    let tasks = Tasks::split(&protocol, &train, &test).with_context(|| does_not_fit(&protocol))?;
    curves_asked.check_data(&protocol, &train)?;
    // The tasks share what they keep; the rest goes, unless curves need it.
    let whole = (!curves_asked.is_empty()).then_some((train, test));

    let out = args
        .out
        .clone()
        .unwrap_or_else(|| default_out(&protocol, &dataset, &seeds, args));
    let engine = asked.map_or_else(|| default_engine(&out), Ok)?;
    let plan = plan(protocol, dataset, &seeds, &engine);
    let folder = ResultsFolder::open(&out, &plan)?;
    // What the folder was begun with is what its reports name, whatever goes on with it.
    let plan = ResultsFolder::plan(&out)?.unwrap_or(plan);
    let protocol = &plan.identity.protocol;
    let (jobs, threads) = jobs_and_threads(args, seeds.seeds().len());
    let run = Run {
        protocol,
        tasks: &tasks,
        engine: engine.clone(),
    };
    let runner = Runner {
        run,
        folder: &folder,
        jobs,
        threads,
    };

    let missing = runner.missing(seeds.seeds())?;
    let done = seeds.seeds().len() - missing.len();
    if done > 0 {
        eprintln!(
            "{} in {} already",
            table::of_seeds(done, seeds.seeds().len()),
            out.display()
        );
    }
    let bar = PlanBar::new(seeds.seeds().len(), done, tasks.work(protocol));
    interrupt::watch()?;
    let carried_out = runner.carry_out(&missing, &bar);
    bar.finish();
    let stopped = |why| {
        Stopped::new(
            &why,
            &table::of_seeds(bar.done(), seeds.seeds().len()),
            &out,
        )
    };
    carried_out.map_err(|error| stopped(error.into()))?;
    if let Some((train, test)) = &whole {
        let runner = CurveRunner {
            run: runner.run.clone(),
            train,
            test,
            folder: &folder,
            jobs,
            threads,
        };
        let share = |parts| jobs_and_threads(args, parts);
        curves::train(runner, &curves_asked, seeds.seeds(), share)?;
    }

    let written = fm_experiment::report::write(&folder, &plan);
    let written = written.map_err(|error| stopped(error.into()))?;
    report(&written.summary, protocol, &engine, &out);
    curves::print(&written.summary.curves);
    super::report::say(&written);
    if args.tensorboard {
        // It opens the folder itself.
        drop(folder);
        super::report::tensorboard(&out)?;
    }
    Ok(())
}

/// Seeds side by side, and threads of each. The cores go to seeds: two threads on one run gain where
/// the cores share a cache and lose where they do not, so they are for who asks.
fn jobs_and_threads(args: &ExperimentArgs, seeds: usize) -> (NonZeroUsize, NonZeroUsize) {
    let cores = cores();
    let seeds = NonZeroUsize::new(seeds).unwrap_or(NonZeroUsize::MIN);
    let jobs = args.jobs.unwrap_or(cores).min(seeds);
    (jobs, args.threads.unwrap_or(NonZeroUsize::MIN))
}

fn cores() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// The protocol with its optional arms of these names.
fn with_arms(protocol: Protocol, names: &[String]) -> Result<Protocol> {
    let known: Vec<String> = protocol
        .optional_arms
        .iter()
        .map(|arm| arm.name.clone())
        .collect();
    let there = match known.as_slice() {
        [] => "it has none".to_owned(),
        names => format!("it has {}", names.join(", ")),
    };
    let name = protocol.name.clone();
    protocol.with_arms(names).map_err(|wrong| {
        let near = nearest(wrong, known.iter().map(String::as_str));
        let near = perhaps(", ", near.as_deref());
        anyhow::anyhow!("protocol {name} has no optional arm called {wrong:?}{near}; {there}")
    })
}

/// One that is built in, or a file.
fn protocol(asked: &str) -> Result<Protocol> {
    if let Some(protocol) = Protocol::built_in(asked) {
        return Ok(protocol);
    }
    let path = Path::new(asked);
    if !path.exists() && path.extension().is_none() {
        let names = super::protocol::names();
        let near = super::protocol::nearest(asked);
        bail!("no protocol is called {asked:?} and no file is{near}; there are {names}");
    }
    Ok(Protocol::read(path)?)
}

/// Without a choice: the backend that the folder was begun with, else the portable one. A rule and
/// never a measurement, so that two fresh runs cannot differ.
fn default_engine(out: &Path) -> Result<Engine> {
    let begun = ResultsFolder::plan(out)?.map(|plan| plan.identity.backend);
    let backend = begun.unwrap_or(Backend::Portable);
    let engine = openblas::engine(backend).with_context(|| {
        format!(
            "{} was begun with --backend {backend}; choose another --out to begin anew",
            out.display()
        )
    })?;
    let why = match begun {
        Some(_) => "the folder was begun with it",
        None => "the same digits on every machine; for OpenBLAS, --backend blas",
    };
    table::note(&format!("Backend: {backend} ({}); {why}", engine.kernel()));
    Ok(engine)
}

/// What to do about a protocol that asks for more rows than there are.
fn does_not_fit(protocol: &Protocol) -> String {
    format!(
        "protocol {} does not fit the data, of which train_rows, validation_rows and test_rows in \
         [data] and target_rows in [task] say how much it takes",
        protocol.name
    )
}

/// `results/` and the protocol's name, with whatever else was chosen and changes the results.
fn default_out(
    protocol: &Protocol,
    dataset: &DatasetIdentity,
    seeds: &SeedList,
    args: &ExperimentArgs,
) -> PathBuf {
    let mut name = protocol.name.clone();
    for arm in &args.with_arms {
        name.push_str(&format!("-with-{arm}"));
    }
    if dataset.name == "fashion-mnist-sample" {
        name.push_str("-sample");
    }
    if *seeds != SeedList::standard() {
        let word = if seeds.seeds().len() == 1 {
            "seed"
        } else {
            "seeds"
        };
        name.push_str(&format!("-{word}-{}", seeds.to_string().replace("..", "-")));
    }
    if let Some(backend) = args.backend {
        name.push_str(&format!("-{}", Backend::from(backend)));
    }
    // A list of a hundred single seeds would be no file name any more.
    let end = name
        .char_indices()
        .nth(80)
        .map_or(name.len(), |(end, _)| end);
    Path::new("results").join(&name[..end])
}

fn plan(protocol: Protocol, dataset: DatasetIdentity, seeds: &SeedList, engine: &Engine) -> Plan {
    let seeds = seeds.seeds().to_vec();
    Plan {
        identity: Identity {
            format: FORMAT,
            protocol,
            dataset,
            backend: engine.backend(),
            seeds,
        },
        made_with: MadeWith {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            cpu: fm_nn::doctor::Cpu::detect().name,
            kernel: engine.kernel(),
            command: std::env::args().collect(),
        },
    }
}

/// What a person reads at the end.
fn report(summary: &Summary, protocol: &Protocol, engine: &Engine, out: &Path) {
    let seeds = match summary.seeds.len() {
        1 => format!("seed {}", summary.seeds[0]),
        n => format!("{n} seeds, mean ± standard deviation"),
    };
    println!(
        "{} on {}, backend {}",
        summary.protocol,
        summary.dataset,
        engine.backend()
    );
    println!("Scores on test rows, {seeds}:");
    println!("\n{}\n", table::scores(summary, protocol));
    if summary.seeds.len() > 1 && !summary.comparisons.is_empty() {
        println!("{}\n", table::comparisons(summary));
    }
    // The first arm is the question; the others are controls, and stand in the table.
    if let Some(verdict) = summary.verdicts.first() {
        println!("{}", table::paragraph(&format!("{verdict}.")));
    }
    println!("\nResults: {}", out.join("summary.json").display());
}
