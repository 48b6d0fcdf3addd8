//! `fm protocol`

use anyhow::{Result, bail};
use fm_experiment::Protocol;
use fm_experiment::protocol::BUILT_IN;
use fm_experiment::single;

use crate::args::ProtocolArgs;
use crate::table::hanging;

/// Lists the protocols, or prints one.
pub(crate) fn run(args: &ProtocolArgs) -> Result<()> {
    let Some(name) = &args.name else {
        let width = BUILT_IN.map(|(name, _)| name.len()).into_iter().max();
        let width = width.unwrap_or(0) + 2;
        for (name, _) in BUILT_IN {
            let about = Protocol::built_in(name).map_or_else(String::new, |p| p.about);
            println!("{}", hanging(&format!("{name:<width$}{about}"), width));
        }
        return Ok(());
    };
    match BUILT_IN.iter().find(|(built_in, _)| built_in == name) {
        Some((_, text)) => print!("{text}"),
        None => bail!(
            "no protocol is called {name:?}{}; there are {}",
            nearest(name),
            names()
        ),
    }
    Ok(())
}

/// The names of the protocols that are built in.
pub(crate) fn names() -> String {
    BUILT_IN.map(|(name, _)| name).join(", ")
}

/// The name that is most likely meant, as the end of a clause.
pub(crate) fn nearest(name: &str) -> String {
    let near = single::nearest(name, BUILT_IN.map(|(name, _)| name));
    single::perhaps(", ", near.as_deref())
}
