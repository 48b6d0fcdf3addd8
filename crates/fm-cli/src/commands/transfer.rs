//! `fm transfer`

use anyhow::{Result, bail};
use fm_experiment::single::{self, Phase, PhaseText};

use super::train::{Lines, Splits, check_out, finish, lesson, splits};
use crate::model_args::TransferArgs;

/// The phases of the course's notebook, at the rate that suits Adam.
const PHASES: [&str; 2] = [
    "epochs=4,freeze=trunk,optimizer=adam",
    "epochs=16,optimizer=adam",
];

/// Trains a copy of a model's trunk under a new head, scores it, and keeps it.
pub(crate) fn run(args: &TransferArgs) -> Result<()> {
    check_out(&args.out, args.lesson.force)?;
    if args.out == args.from {
        bail!("--out is the model that is reused; choose another file");
    }
    let source = single::open(&args.from, &args.reading.options())?;
    let layers = source.network.layers().len();
    let texts = match args.phases.as_slice() {
        [] => PHASES
            .iter()
            .map(|text| text.parse())
            .collect::<Result<Vec<PhaseText>, _>>()?,
        given => given.to_vec(),
    };
    let phases = texts.iter().map(|text| text.phase(layers));
    let phases: Vec<Phase> = phases.collect::<Result<_, _>>()?;
    let lesson = lesson(&args.lesson)?;

    let Splits { train, valid, test } = splits(&args.source, &args.selection)?;
    for (number, phase) in phases.iter().enumerate() {
        let (epochs, mask, optimizer) = (phase.epochs, &phase.mask, phase.optimizer);
        let trainable = source.network.check_mask(mask).map(|()| mask)?;
        eprintln!(
            "phase {}: {epochs} epochs of {} at {}, {trainable}",
            number + 1,
            optimizer.name(),
            optimizer.lr()
        );
    }
    let mut lines = Lines(phases.iter().map(|phase| phase.epochs).sum());
    let trained = single::transfer(
        &source,
        &lesson,
        &phases,
        &train,
        valid.as_ref(),
        &mut lines,
    );
    finish(trained?, test.as_ref(), &lesson, &args.lesson, &args.out)
}
