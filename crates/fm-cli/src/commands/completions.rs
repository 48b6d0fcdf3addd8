//! `fm completions`

use anyhow::Result;
use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};

/// Prints a shell's completions.
pub(crate) fn run(args: &CompletionsArgs) -> Result<()> {
    let mut command = Cli::command();
    clap_complete::generate(args.shell, &mut command, "fm", &mut std::io::stdout());
    Ok(())
}
