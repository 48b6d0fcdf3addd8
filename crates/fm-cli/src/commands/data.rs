//! `fm data`

use anyhow::{Result, bail};
use fm_data::FashionMnist;
use fm_data::fetch::{self, Options};

use crate::args::{DataArgs, DataCommand, FetchArgs};
use crate::data;

/// Fetches, checks or describes the data.
pub(crate) fn run(args: &DataArgs) -> Result<()> {
    match &args.command {
        DataCommand::Fetch(args) => fetch(args),
        DataCommand::Describe(folder) => {
            let data = FashionMnist::open(data::folder(folder.folder.as_deref()))?;
            print!("{}", data.describe());
            Ok(())
        }
    }
}

fn fetch(args: &FetchArgs) -> Result<()> {
    let folder = data::folder(args.folder.folder.as_deref());
    if args.check {
        let report = fetch::check(&folder)?;
        println!("{report}");
        if !report.is_complete() {
            bail!(
                "{} is not complete; `fm data fetch` brings what is missing",
                folder.display()
            );
        }
        return Ok(());
    }
    let mut options = Options::new(folder);
    if let Some(source) = &args.from {
        options = options.with_source(source)?;
    }
    println!("{}", data::bring(&options)?);
    Ok(())
}
