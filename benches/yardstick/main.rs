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
mod report;
mod scaling;
mod summary;

use std::env;
use std::path::Path;
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

fn main() -> ExitCode {
    let Err(error) = run() else {
        return ExitCode::SUCCESS;
    };
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn run() -> Result<(), String> {
    // Cargo adds `--bench`.
    let args = env::args().skip(1).filter(|arg| arg != "--bench");
    let args: Vec<String> = args.collect();
    let end = args.iter().position(|arg| arg == "--compare");
    let (options, compare) = args.split_at(end.unwrap_or(args.len()));
    let mut unknown = options.iter();
    let unknown = unknown.find(|option| !["--quick", "--scaling"].contains(&option.as_str()));
    match (unknown, compare.len()) {
        (Some(option), _) => return Err(format!("no option `{option}`; {USAGE}")),
        (None, 0 | 2 | 3) => {}
        _ => return Err(format!("--compare takes one or two files; {USAGE}")),
    }
    let given = |option: &str| options.iter().any(|given| given == option);
    let effort = if given("--quick") { QUICK } else { FULL };
    let compared = compare.iter().skip(1);
    let compared = compared.map(|path| Report::read(Path::new(path)));
    let compared: Vec<_> = compared.collect::<Result<_, _>>()?;
    let quick = compared.get(1).map_or(effort.quick, |new| new.quick);
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
    if given("--scaling") {
        scaling::print(effort);
    } else {
        report = Some(summary::measure(effort));
    }
    let file = |name: &str| Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name(name);
    if Level::detect() > Level::Avx2 {
        println!();
        limited_to_avx2(options)?;
        if let Some(report) = &mut report {
            let limited = Report::read(&file("bench.avx2.json"))?;
            report.epoch.extend(limited.epoch);
            report.entries.extend(limited.entries);
        }
    }
    if let Some(report) = report {
        let path = match limit {
            Some(level) => file(&format!("bench.{level}.json")),
            None => file("bench.json"),
        };
        report.write(&path)?;
        if let [old] = &compared[..] {
            compare::print(old, &report);
        }
        eprintln!("\nwritten to {}", path.display());
    }
    Ok(())
}

/// Runs this program again, limited to AVX2.
fn limited_to_avx2(options: &[String]) -> Result<(), String> {
    let status = env::current_exe().and_then(|program| {
        let mut command = Command::new(program);
        // OpenBLAS has this kernel since 2013; that for Zen is the same with other block sizes.
        command.env(LEVEL, "avx2").env(CORETYPE, "Haswell");
        command.args(options).status()
    });
    let failed = match status {
        Ok(status) if status.success() => return Ok(()),
        Ok(status) => status.to_string(),
        Err(error) => error.to_string(),
    };
    Err(format!("the run limited to AVX2: {failed}"))
}
