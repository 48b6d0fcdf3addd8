//! `fm transfer`

use anyhow::{Result, bail};
use fm_experiment::protocol::PhaseSpec;
use fm_experiment::single;
use fm_report::counted;

use super::train::{Lines, Sets, check_out, finish, training};
use crate::args::model::TransferArgs;
use crate::print::errln;

/// The phases of the course's notebook, with Adam.
const PHASES: [&str; 2] = [
    "epochs=4,freeze=trunk,optimizer=adam",
    "epochs=16,optimizer=adam",
];

/// Trains a copy of a model's trunk under a new head, scores it, and saves it.
pub(crate) fn run(args: &TransferArgs) -> Result<()> {
    check_out(&args.out, args.training.force)?;
    if args.out == args.from {
        bail!("--out is the model that is reused; choose another file");
    }
    let source = single::open(&args.from, &args.reading.options())?;
    let phases = match args.phases.as_slice() {
        [] => PHASES
            .iter()
            .map(|text| text.parse())
            .collect::<Result<Vec<PhaseSpec>, _>>()?,
        phases => phases.to_vec(),
    };
    let training = training(&args.training)?;
    let sets = Sets::open(&args.source, &args.selection)?;
    for (number, phase) in (1..).zip(&phases) {
        let (epochs, optimizer) = (counted(phase.epochs, "epoch"), phase.optimizer);
        errln!(
            "phase {number}: {epochs} of {} at {}, frozen: {}",
            optimizer.name(),
            optimizer.lr(),
            phase.freeze
        );
    }
    let mut lines = Lines::of(&phases);
    let trained = single::transfer(&source, &training, &phases, &sets.rows(), &mut lines);
    finish(
        trained?,
        sets.test.as_ref(),
        &args.training,
        &training,
        &args.out,
    )
}
