//! Training compared with the machine's own limit and with OpenBLAS, which take turns.
//!
//! `cargo xtask bench [-- OPTION]` prints Markdown tables, those of `docs/performance.md`, and writes
//! `bench.json` into cargo's target folder. A CPU with wider vectors than AVX2 is measured twice: as
//! it is, and with both backends limited to AVX2 (`FM_LEVEL=avx2`, and OpenBLAS' kernel for Haswell),
//! in a second process, since OpenBLAS chooses its kernel once.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the tables are what it is for"
)]

mod compare;
mod machine;
mod report;
mod scaling;
mod summary;

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use fm_nn::blas::{CORETYPE, use_best_kernel};
use fm_nn::{LEVEL, Level};
use report::Report;

const USAGE: &str = "options:
  --quick                    seconds instead of minutes, and coarse
  --scaling                  how time grows with rows, width, depth and batch size
  --compare OLD.json         measure, then compare with an earlier bench.json
  --compare OLD.json NEW.json    compare two earlier ones";

/// How long things may take.
#[derive(Clone, Copy, Debug)]
struct Effort {
    /// Rounds of what takes a second.
    rounds: usize,
    /// Rounds of what takes less than a few milliseconds.
    short_rounds: usize,
    /// What rows are divided by.
    rows_divisor: usize,
    quick: bool,
}

const FULL: Effort = Effort {
    rounds: 9,
    short_rounds: 31,
    rows_divisor: 1,
    quick: false,
};
const QUICK: Effort = Effort {
    rounds: 3,
    short_rounds: 5,
    rows_divisor: 8,
    quick: true,
};

/// The command line.
#[derive(Debug)]
struct Options {
    effort: Effort,
    scaling: bool,
    compare: Vec<PathBuf>,
}

impl Options {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            effort: FULL,
            scaling: false,
            compare: Vec::new(),
        };
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--quick" => options.effort = QUICK,
                "--scaling" => options.scaling = true,
                "--compare" => options.compare = args.by_ref().map(PathBuf::from).collect(),
                other => return Err(format!("no option `{other}`; {USAGE}")),
            }
            if arg == "--compare" && !(1..=2).contains(&options.compare.len()) {
                return Err(format!("--compare takes one or two files; {USAGE}"));
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    // Cargo adds `--bench`.
    let args = env::args().skip(1).filter(|arg| arg != "--bench");
    let options = Options::parse(args)?;
    let compared = options.compare.iter().map(|path| Report::read(path));
    let compared: Vec<_> = compared.collect::<Result<_, _>>()?;
    let quick = compared
        .get(1)
        .map_or(options.effort.quick, |new| new.quick);
    if compared.first().is_some_and(|old| old.quick != quick) {
        return Err("one run is quick and has fewer rows; compare two of the same kind".to_owned());
    }
    if let [old, new] = &compared[..] {
        compare::print(old, new);
        return Ok(());
    }
    let limit = Level::limit().map_err(|error| format!("{LEVEL}: {error}"))?;
    use_best_kernel(|notice| eprintln!("{notice}"));
    let mut report = None;
    if options.scaling {
        scaling::print(options.effort);
    } else {
        report = Some(summary::measure(options.effort));
    }
    let file = |limit: Option<Level>| {
        let name = limit.map_or("bench.json".to_owned(), |level| {
            format!("bench.{level}.json")
        });
        Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(name)
    };
    if Level::detect() > Level::Avx2 {
        println!();
        limited_to_avx2(options.effort, options.scaling)?;
        if let Some(report) = &mut report {
            report.append(Report::read(&file(Some(Level::Avx2)))?);
        }
    }
    if let Some(report) = report {
        let path = file(limit);
        report.write(&path)?;
        if let [old] = &compared[..] {
            compare::print(old, &report);
        }
        eprintln!("\nwritten to {}", path.display());
    }
    Ok(())
}

/// Runs this program again, limited to AVX2.
fn limited_to_avx2(effort: Effort, scaling: bool) -> Result<(), String> {
    let failed = |error: &dyn ToString| format!("the run limited to AVX2: {}", error.to_string());
    let program = env::current_exe().map_err(|error| failed(&error))?;
    let options = [("--quick", effort.quick), ("--scaling", scaling)];
    let given = options.iter().filter(|(_, given)| *given);
    let mut command = Command::new(program);
    command.args(given.map(|(option, _)| option));
    // OpenBLAS has this kernel since 2013; its kernel for Zen is the same with other block sizes.
    command.env(LEVEL, "avx2").env(CORETYPE, "Haswell");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(&status)),
        Err(error) => Err(failed(&error)),
    }
}
