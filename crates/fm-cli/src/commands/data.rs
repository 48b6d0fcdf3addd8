//! `fm data`

use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::fetch::{self, Options};
use fm_data::report::{ContactSheet, DataReport};

use crate::args::{DataArg, DataArgs, DataCommand, DataReportArgs, FetchArgs, Format};
use crate::data::{self, Data};

/// Fetches, checks or describes the data.
pub(crate) fn run(args: &DataArgs) -> Result<()> {
    match &args.command {
        DataCommand::Fetch(args) => fetch(args),
        DataCommand::Describe(asked) => {
            let data = opened(asked)?;
            print!("{}{}", data.train.describe(), data.test.describe());
            Ok(())
        }
        DataCommand::Report(args) => report(args),
    }
}

/// The stand-in or a folder, whatever its name; nothing is fetched to be described.
fn opened(asked: &DataArg) -> Result<Data> {
    match &asked.data {
        Some(name) if name == "auto" => data::published(Path::new(name)),
        Some(name) => data::open(name),
        None => data::published(&data::folder(None)),
    }
}

fn report(args: &DataReportArgs) -> Result<()> {
    let data = opened(&args.data)?;
    let usual = 5000.min(data.train.rows() / 12).max(1);
    let (valid, train) = data.train.hold_out(args.validation_rows.unwrap_or(usual))?;
    if let Some(path) = &args.sheet {
        let png = ContactSheet::default().png(&train)?;
        fm_nn::write_whole(path, &png)
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let parts = [
        ("train", &train),
        ("validation", &valid),
        ("test", &data.test),
    ];
    let report = DataReport::new(&parts);
    match args.format {
        Format::Text => println!("{report}"),
        Format::Json => println!("{}", serde_json::to_string_pretty(&report)?),
    }
    Ok(())
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
