//! Writes what the arms of a seed were trained on and started from, one safetensors file for each arm,
//! to repeat their trainings in another program:
//!
//! ```sh
//! cargo run --release -p fm-experiment --example export_arms -- RESULTS DATA OUT SEED [ARM…]
//! ```
//!
//! RESULTS is the folder of an experiment, DATA that of its dataset, OUT an existing folder.
#![allow(clippy::print_stdout, reason = "printing is what it is for")]

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use fm_data::{Source, open};
use fm_experiment::{ArmInputs, Data, Plan, Store, jobs};
use fm_nn::Engine;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [results, data, out, seed, arms @ ..] = arguments.as_slice() else {
        return Err("usage: export_arms RESULTS DATA OUT SEED [ARM…]".into());
    };
    let seed: u64 = seed.parse()?;
    let store = Store::read(Path::new(results))?;
    let data: Data = open(&Source::Folder(PathBuf::from(data)))?.into();
    if data.identity.digest() != store.dataset().digest() {
        return Err(format!("{results} is not of these data").into());
    }
    let asked = store.asked()?;
    let asked = asked.into_iter().next().ok_or("nothing was asked yet")?;
    let engine = Engine::new(asked.request.backend)?;
    let mut plan = Plan::new(&asked.request, &store.labels()?)?;
    // The main table; an arm of a seed is there once.
    plan.series.truncate(1);
    for job in jobs(&plan, &BTreeSet::new()) {
        let wanted = |model: &String| arms.is_empty() || arms.contains(model);
        let cells = job.cells.iter();
        for cell in cells.filter(|cell| cell.seed == seed && wanted(&cell.model)) {
            let Some(inputs) = ArmInputs::new(&job, cell, &data, &store, &engine)? else {
                continue;
            };
            let name = format!("{}-seed-{seed:04}.safetensors", cell.model);
            let path = Path::new(out).join(name);
            std::fs::write(&path, inputs.to_safetensors()?)?;
            println!("{}", path.display());
        }
    }
    Ok(())
}
