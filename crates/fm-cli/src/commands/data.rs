//! `fm data`

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

/// What `--data` names, as for every command; the usual folder where nothing is named.
fn opened(asked: &DataArg) -> Result<Data> {
    match &asked.data {
        Some(name) => data::open(name),
        None => data::published(&data::folder(None)),
    }
}

fn report(args: &DataReportArgs) -> Result<()> {
    let data = opened(&args.data)?;
    let (valid, train) = data.train.hold_out(args.validation_rows)?;
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
