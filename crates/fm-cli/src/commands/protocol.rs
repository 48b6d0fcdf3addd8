//! `fm protocol`

use anyhow::{Result, bail};
use fm_experiment::Protocol;
use fm_experiment::protocol::BUILT_IN;

use crate::args::ProtocolArgs;

/// Lists the protocols, or prints one.
pub(crate) fn run(args: &ProtocolArgs) -> Result<()> {
    let Some(name) = &args.name else {
        for (name, _) in BUILT_IN {
            let about = Protocol::built_in(name).map_or_else(String::new, |p| p.about);
            println!("{name:<14}{about}");
        }
        return Ok(());
    };
    match BUILT_IN.iter().find(|(built_in, _)| built_in == name) {
        Some((_, text)) => print!("{text}"),
        None => bail!("no protocol is called {name:?}; there are {}", names()),
    }
    Ok(())
}

/// The names of the protocols that are built in.
pub(crate) fn names() -> String {
    BUILT_IN.map(|(name, _)| name).join(", ")
}
