//! Makes a store of many records without training them, to measure what a store costs.
//!
//! ```sh
//! cargo run --release -p fm-experiment --example made_store -- FOLDER CELLS [TEST_ROWS]
//! ```
//!
//! One seed of the notebook's protocol is trained on the embedded sample. The other records are
//! copies with other recipes and with a few logits changed: sizes and counts are those of real
//! ones, results are not. TEST_ROWS are of the whole test file, of which a fifth is scored by arms:
//! 10000 by default.

#![allow(clippy::print_stdout, reason = "an example that is run by hand")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use fm_data::Source;
use fm_experiment::protocol::Values;
use fm_experiment::{Cell, Experiment, Outcome, Predictions, Protocol, Record, SeedList, Store};
use serde_json::json;

const SEEDS: usize = 30;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(cells)) = (args.next(), args.next()) else {
        return Err("expected FOLDER and a number of CELLS".into());
    };
    let cells: usize = cells.parse()?;
    let test_rows: usize = args.next().map_or(Ok(10_000), |rows| rows.parse())?;
    let protocol = Protocol::built_in("notebook-2e").ok_or("it is built in")?;
    let protocol = match test_rows {
        10_000 => protocol,
        rows => protocol.with(&[("data.test_rows".to_owned(), rows.into())])?,
    };
    let arms = protocol.arms.len();
    // Besides the main table, so many learning rates of every arm.
    let rates = (cells / SEEDS).saturating_sub(1 + arms) / arms;
    let rates: Vec<_> = (1..=rates).map(|rate| json!(1e-6 * rate as f64)).collect();
    let data = fm_data::open(&Source::Sample)?;
    let mut experiment = Experiment::new(protocol, data.into());
    experiment = experiment.seeds(&SeedList::standard());
    if !rates.is_empty() {
        let axis = ("*.lr".to_owned(), Values::List(rates));
        experiment.request = experiment.request.with_sweep(&[axis]);
    }

    let folder = Path::new(&folder);
    let (store, mut jobs) = experiment.open(folder)?;
    let Some(first) = jobs.first_mut() else {
        println!("{} has all of them", folder.display());
        return Ok(());
    };
    // The main table's cells of the first seed.
    first.cells.truncate(1 + arms);
    experiment.carry_out(&store, &jobs[..1], &())?;
    let mut templates = BTreeMap::new();
    for cell in &jobs[0].cells {
        let record = store.record(&cell.key)?.ok_or("it was trained")?;
        templates.insert(cell.model.clone(), record);
    }
    let jobs = experiment.open(folder)?.1;
    let missing: Vec<&Cell> = jobs.iter().flat_map(|job| &job.cells).collect();
    let started = Instant::now();
    let next = AtomicUsize::new(0);
    let make = || {
        while let Some(cell) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
            let template = &templates[&cell.model];
            keep(&store, cell, template).expect("the disk has space");
        }
    };
    thread::scope(|scope| {
        (0..thread::available_parallelism().map_or(1, usize::from)).for_each(|_| {
            scope.spawn(make);
        });
    });
    let secs = started.elapsed().as_secs_f64();
    println!("{} records in {secs:.1} s", missing.len());
    Ok(())
}

fn keep(store: &Store, cell: &Cell, template: &Record) -> Result<(), Box<dyn Error>> {
    let mut record = template.clone();
    record.recipe = cell.recipe.clone();
    // Only the main table has validation scores.
    if !cell.validate {
        for epoch in &mut record.history {
            epoch.valid = None;
        }
    }
    let changed = cell.key.to_string().bytes().map(usize::from).sum::<usize>() % 17;
    if let (Some(Predictions::Logits(logits)), Outcome::Scored(scores)) =
        (&mut record.predictions, &mut record.outcome)
    {
        for logit in logits.iter_mut().take(changed) {
            *logit = -*logit;
        }
        scores.correct -= changed.min(scores.correct);
        scores.accuracy = scores.correct as f64 / scores.rows as f64;
    }
    Ok(store.keep(&record)?)
}
