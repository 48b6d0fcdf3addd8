//! `fm completions`

use anyhow::Result;
use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs};
use crate::print;

/// Prints a shell's completions.
pub(crate) fn run(args: &CompletionsArgs) -> Result<()> {
    let mut command = Cli::command();
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut command, "fm", &mut text);
    print::text(&String::from_utf8(text)?);
    Ok(())
}
