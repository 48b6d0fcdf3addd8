//! The contenders in Rust: `peers NAME FOLDER` trains one epoch for each line of the standard input
//! and prints its seconds and its mean loss. `run.py` starts it.

mod burn_flex;
mod candle;
mod fm;
mod task;

use std::error::Error;
use std::io::stdin;
use std::time::Instant;

use task::Task;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// An epoch of a contender; returns the mean loss of its rows.
type Epoch = Box<dyn FnMut() -> Outcome<f64>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, folder] = &arguments[..] else {
        return Err("usage: peers NAME FOLDER".into());
    };
    let task = Task::read(folder.as_ref())?;
    let mut epoch = match name.as_str() {
        "fm-train" => fm::contender(task)?,
        "candle" => candle::contender(task)?,
        "burn" => burn_flex::contender(task)?,
        _ => return Err(format!("no contender {name:?}").into()),
    };
    for line in stdin().lines() {
        line?;
        let start = Instant::now();
        let loss = epoch()?;
        println!("{} {loss}", start.elapsed().as_secs_f64());
    }
    Ok(())
}
