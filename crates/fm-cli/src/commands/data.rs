//! `fm data`

use std::path::PathBuf;

use anyhow::{Result, bail};
use fm_data::fetch::{self, Event, Options};
use fm_data::report::{DataReport, NEAR_RMS};
use fm_data::{LoadedData, PackOptions, Source, published};

use crate::args::Format;
use crate::args::data::{
    DataArg, DataArgs, DataCommand, DataReportArgs, FetchArgs, PackArgs, UnpackArgs,
};
use crate::data;
use crate::print::{self, outln};
use crate::progress::FetchBar;

/// Downloads, verifies, shows, packs or unpacks data.
pub(crate) fn run(args: &DataArgs) -> Result<()> {
    match &args.command {
        DataCommand::Fetch(args) => fetch(args),
        DataCommand::Report(args) => report(args),
        DataCommand::Pack(args) => pack(args),
        DataCommand::Unpack(args) => unpack(args),
    }
}

/// The sample or a folder; nothing is downloaded.
fn opened(asked: &DataArg) -> Result<LoadedData> {
    let folder = data::folder(None).to_string_lossy().into_owned();
    let name = asked.data.as_deref().unwrap_or(&folder);
    let source = match name {
        // A folder of that name.
        "auto" => Source::Folder("auto".into()),
        name => data::source(name, asked.dataset.as_deref(), None)?,
    };
    data::is_there(&source, name)?;
    Ok(fm_data::open(&source)?)
}

fn report(args: &DataReportArgs) -> Result<()> {
    let data = opened(&args.data)?;
    let usual = 5000.min(data.train.rows() / 12).max(1);
    let (valid, train) = data.train.hold_out(args.validation_rows.unwrap_or(usual))?;
    let parts = [
        ("train", &train),
        ("validation", &valid),
        ("test", &data.test),
    ];
    let report = DataReport::new(&parts, NEAR_RMS);
    match args.format {
        Format::Text => print::lines(&report),
        Format::Json => print::json(&report)?,
    }
    Ok(())
}

fn fetch(args: &FetchArgs) -> Result<()> {
    let dataset = match &args.dataset {
        Some(name) => published::named(name)?,
        None => published::fashion_mnist(),
    };
    let folder = match (&args.folder, &args.dataset) {
        (None, Some(_)) => PathBuf::from("data").join(&dataset.name),
        (folder, _) => data::folder(folder.as_deref()),
    };
    if args.check {
        let mut wrong = 0;
        for state in fetch::check(dataset, &folder) {
            match state {
                Ok(path) => print::lines(&format!("verified    {}", path.display())),
                Err(error) => {
                    wrong += 1;
                    print::lines(&error);
                }
            }
        }
        if wrong > 0 {
            bail!("{wrong} of 4 files are missing or wrong; `fm data fetch` downloads them");
        }
        return Ok(());
    }
    let mut options = Options::new(dataset, folder);
    if let Some(address) = &args.from {
        options.mirrors = vec![address.clone()];
    }
    let bar = FetchBar::new();
    for file in fetch::fetch(&options, &mut |event: Event<'_>| bar.event(event))? {
        let path = file.path.display();
        match file.mirror {
            None => print::lines(&format!("verified    {path}")),
            Some(mirror) => print::lines(&format!("downloaded  {path} from {mirror}")),
        }
    }
    Ok(())
}

fn pack(args: &PackArgs) -> Result<()> {
    let options = PackOptions {
        size: args.size,
        test: args.test,
        seed: args.seed,
        skip_bad: args.skip_bad,
    };
    let packed = fm_data::pack(&args.folder, &args.out, &options)?;
    let (height, width) = args.size;
    let (train, test) = (packed.train.rows(), packed.test.rows());
    let out = args.out.display();
    print::lines(&format!(
        "{out}: {train} training and {test} test images of {height}×{width}"
    ));
    for (path, reason) in &packed.skipped {
        print::lines(&format!("left out {}: {reason}", path.display()));
    }
    print::lines(&format!("\n{}", packed.report));
    Ok(())
}

fn unpack(args: &UnpackArgs) -> Result<()> {
    let data = opened(&args.data)?;
    let mut written = 0;
    for (part, set) in [("train", &data.train), ("test", &data.test)] {
        written += fm_data::unpack(set, part, &args.out, args.per_class)?;
    }
    outln!("{written} images in {}", args.out.display());
    Ok(())
}
