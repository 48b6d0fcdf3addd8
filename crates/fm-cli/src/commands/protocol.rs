//! `fm protocol`

use anyhow::{Result, bail};
use fm_experiment::protocol::BUILT_IN;
use fm_experiment::{Protocol, did_you_mean};
use fm_report::{Column, Document, Table};

use crate::args::ProtocolArgs;
use crate::print;

/// Lists the built-in protocols, or prints one.
pub(crate) fn run(args: &ProtocolArgs) -> Result<()> {
    let Some(name) = &args.name else {
        let about = |name: &str| Protocol::built_in(name).map(|protocol| protocol.about);
        let table = Table::of("", "Built-in protocols", &BUILT_IN)
            .column(Column::text("", "name"), |(name, _)| *name)
            .column(Column::text("", "from"), |(name, _)| about(name));
        print::document(&Document::new("fm experiment --protocol NAME").with(table.table()));
        return Ok(());
    };
    match BUILT_IN.iter().find(|(built_in, _)| built_in == name) {
        Some((_, text)) => print::text(text),
        None => bail!("no built-in protocol {name:?}{}", built_in_like(name)),
    }
    Ok(())
}

/// The end of a message about an unknown name: the nearest, and all.
pub(super) fn built_in_like(name: &str) -> String {
    let names = BUILT_IN.map(|(name, _)| name);
    let near = did_you_mean(name, names);
    format!("{near}; built in: {}", names.join(", "))
}
