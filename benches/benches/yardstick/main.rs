//! Training held against the machine's own limit, in one run whose contenders take turns.
//!
//! `cargo bench -p fm-benches --bench yardstick [-- --quick | --scaling]`; with `--features
//! openblas` the blas backend too. Prints a table and writes `bench.json` into cargo's target
//! folder. `--quick` takes seconds and says little; `--scaling` prints how time grows with rows,
//! width, depth and batch size, as the tables of `docs/performance.md`. Pin it to one core
//! (`taskset -c 1`) where others use the machine; then nothing shared by threads is measured.

#![allow(clippy::print_stdout, reason = "the tables are what it is for")]

mod memory;
mod report;
mod scaling;
mod summary;

use std::process::ExitCode;

use fm_benches::use_best_kernel;

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
    use_best_kernel();
    let given = |option: &str| std::env::args().any(|arg| arg == option);
    let effort = if given("--quick") { QUICK } else { FULL };
    if given(memory::OPTION) {
        memory::train_and_print();
        return ExitCode::SUCCESS;
    }
    if given("--scaling") {
        scaling::print(effort);
        return ExitCode::SUCCESS;
    }
    let path = fm_benches::target_folder().join("bench.json");
    match summary::measure(effort).write(&path) {
        Ok(()) => {
            println!("\nwritten to {}", path.display());
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("\n{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}
