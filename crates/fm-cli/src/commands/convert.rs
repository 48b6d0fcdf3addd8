//! `fm convert`

use anyhow::{Result, bail};
use fm_experiment::single;

use super::train::check_out;
use crate::args::model::ConvertArgs;
use crate::print::outln;

/// Writes a model in the format of the new file's ending.
pub(crate) fn run(args: &ConvertArgs) -> Result<()> {
    check_out(&args.to, args.force)?;
    let mut model = single::open(&args.from, &args.reading.options())?;
    if !args.class_names.is_empty() {
        model.metadata.class_names.clone_from(&args.class_names);
    }
    let ending = args.to.extension().and_then(|ending| ending.to_str());
    match ending {
        Some("safetensors") => model.save_safetensors(&args.to, args.layout)?,
        Some("fmnn") => model.save(&args.to)?,
        other => {
            let found = other.map_or_else(|| "no ending".to_owned(), |e| format!(".{e}"));
            bail!(
                "{} has {found}; expected .safetensors or .fmnn",
                args.to.display()
            );
        }
    }
    outln!("Model: {}", args.to.display());
    Ok(())
}
