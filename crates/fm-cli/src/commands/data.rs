//! `fm data`

use anyhow::{Result, bail};
use fm_data::fetch::{self, Event, Options};
use fm_data::report::{DataReport, NEAR_RMS};
use fm_data::{PackOptions, published};

use crate::args::Format;
use crate::args::data::{DataCommand, DataReportArgs, FetchArgs, PackArgs, UnpackArgs};
use crate::data;
use crate::print::{self, outln};
use crate::progress::FetchBar;

/// Downloads, verifies, shows, packs or unpacks data.
pub(crate) fn run(command: &DataCommand) -> Result<()> {
    match command {
        DataCommand::Fetch(args) => fetch(args),
        DataCommand::Report(args) => report(args),
        DataCommand::Pack(args) => pack(args),
        DataCommand::Unpack(args) => unpack(args),
    }
}

fn report(args: &DataReportArgs) -> Result<()> {
    let data = data::open(&args.data)?;
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
    let usual = || data::folder(dataset);
    let folder = args.folder.clone().unwrap_or_else(usual);
    if args.check {
        let states = fetch::check(dataset, &folder);
        let wrong = states.iter().filter(|state| state.is_err()).count();
        for state in states {
            match state {
                Ok(path) => print::lines(&format!("verified    {}", path.display())),
                Err(error) => print::lines(&error),
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
    let data = data::open(&args.data)?;
    let mut written = 0;
    for (part, set) in [("train", &data.train), ("test", &data.test)] {
        written += fm_data::unpack(set, part, &args.out, args.per_class)?;
    }
    outln!("{written} images in {}", args.out.display());
    Ok(())
}
