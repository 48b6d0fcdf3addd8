//! `fm convert`

use anyhow::{Result, bail};

use super::train::check_out;
use crate::args::model::ConvertArgs;
use crate::print::outln;

/// Writes a model in the format of the new file's ending.
pub(crate) fn run(args: &ConvertArgs) -> Result<()> {
    check_out(&args.to, args.force)?;
    let mut model = args.model.open()?;
    if !args.class_names.is_empty() {
        model.metadata.class_names.clone_from(&args.class_names);
    }
    let out = args.to.display();
    match args.to.extension().and_then(|ending| ending.to_str()) {
        Some("safetensors") => model.save_safetensors(&args.to, args.layout)?,
        Some("fmnn") => model.save(&args.to)?,
        _ => bail!("{out}: expected a name that ends in .safetensors or .fmnn"),
    }
    outln!("Model: {out}");
    Ok(())
}
