//! Training held against the machine's own limit, in one run whose contenders take turns.
//!
//! `cargo bench -p fm-benches [-- --quick | --scaling]`; with `--features openblas` the blas
//! backend too. Prints a table and writes `bench.json` into cargo's target folder. `--quick` takes
//! seconds and says little; `--scaling` prints how time grows with rows, width, depth and batch
//! size, as the tables of `docs/performance.md`. Pin it to one core (`taskset -c 1`) where others
//! use the machine; then nothing shared by threads is measured.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the tables are what it is for"
)]

mod contender;
mod report;
mod scaling;
mod summary;
mod task;
mod work;

use std::path::Path;
use std::process::ExitCode;

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
    fm_nn::blas::use_best_kernel(|notice| eprintln!("{notice}"));
    let given = |option: &str| std::env::args().any(|arg| arg == option);
    let effort = if given("--quick") { QUICK } else { FULL };
    if given("--scaling") {
        scaling::print(effort);
        return ExitCode::SUCCESS;
    }
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("bench.json");
    match summary::measure(effort).write(&path) {
        Ok(()) => {
            println!("\nwritten to {}", path.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("\n{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
