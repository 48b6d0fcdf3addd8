//! Finding the data, and fetching it where it is missing.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fm_data::fetch::{self, ErrorKind, FetchError, FetchReport, Options};
use fm_data::{Dataset, FashionMnist, idx, synthetic};
use fm_experiment::DatasetIdentity;
use fm_experiment::single::nearest;

use crate::model_args::SourceArgs;
use crate::progress::FetchBar;
use crate::table::note;

/// The folder of the published files: the one asked for, `FM_DATA`, or the usual one.
pub(crate) fn folder(asked: Option<&Path>) -> PathBuf {
    let from_env = || {
        env::var_os("FM_DATA")
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    asked
        .map(Path::to_owned)
        .or_else(from_env)
        .unwrap_or_else(|| PathBuf::from("data/fashion-mnist"))
}

/// A training and a test set, and what a plan calls them.
pub(crate) struct Data {
    pub(crate) train: Dataset,
    pub(crate) test: Dataset,
    pub(crate) identity: DatasetIdentity,
}

/// Opens what `--data` names. `auto` takes the published files where they are or can be fetched,
/// and otherwise the drawn stand-in, and says so.
pub(crate) fn open(asked: &str) -> Result<Data> {
    match asked.strip_prefix(synthetic::NAME) {
        Some("") => draw(&synthetic::Options::default()),
        Some(rows) if rows.starts_with(':') => draw(&rows_of_stand_in(&rows[1..])?),
        _ if asked == "auto" => auto(),
        _ if Path::new(asked).exists() => published(Path::new(asked)),
        _ => match nearest(asked, ["auto", synthetic::NAME]) {
            Some(near) => bail!("--data {asked}: there is no such folder; perhaps {near:?}"),
            None => published(Path::new(asked)),
        },
    }
}

/// So many training rows, and a sixth as many test rows, as in the original.
fn rows_of_stand_in(rows: &str) -> Result<synthetic::Options> {
    let most = synthetic::Options::default().train_rows;
    match rows.parse() {
        Ok(train_rows) if (60..=most).contains(&train_rows) => Ok(synthetic::Options {
            train_rows,
            test_rows: train_rows / 6,
            ..Default::default()
        }),
        _ => bail!("--data synthetic:ROWS takes 60 to {most} training rows, found {rows:?}"),
    }
}

fn auto() -> Result<Data> {
    let folder = folder(None);
    if !fetch::check(&folder)?.is_complete() {
        eprintln!("Fetching Fashion-MNIST into {}", folder.display());
        if let Err(error) = bring(&Options::new(&folder)) {
            // A network that has something else in the files' place (the page of a hotel's
            // gateway) is as good as none. A disk that cannot be written to is not.
            use ErrorKind::{NoRightCopy, Unreachable};
            if !matches!(error.kind(), NoRightCopy | Unreachable) {
                return Err(error.into());
            }
            // What each source said has been told while it was tried.
            let error = error.to_string();
            eprintln!("fm: {}", error.lines().next().unwrap_or_default());
            note(
                "\nFashion-MNIST is not to be had, so this runs on SYNTHETIC images, drawn here. \
                 Results on them say nothing about photographs. With the four files in a folder, \
                 name it with --data DIR.",
            );
            return draw(&synthetic::Options::default());
        }
    }
    published(&folder)
}

pub(crate) fn published(folder: &Path) -> Result<Data> {
    let FashionMnist { train, test } = FashionMnist::open(folder)?;
    let (name, checksums) = ("fashion-mnist".to_owned(), FashionMnist::checksums());
    Ok(Data {
        train,
        test,
        identity: DatasetIdentity { name, checksums },
    })
}

fn draw(options: &synthetic::Options) -> Result<Data> {
    let data = synthetic::generate(options)?;
    let identity = DatasetIdentity {
        name: synthetic::NAME.to_owned(),
        checksums: data.checksums(),
    };
    Ok(Data {
        train: data.train,
        test: data.test,
        identity,
    })
}

/// Training and test images that the command line names; files of one's own are all to learn from.
pub(crate) fn sets(source: &SourceArgs) -> Result<(Dataset, Option<Dataset>)> {
    if let Some(train) = own(source)? {
        return Ok((train, None));
    }
    let Data { train, test, .. } = open(&source.data)?;
    Ok((train, Some(test)))
}

/// The test images, or the files of one's own.
pub(crate) fn test_set(source: &SourceArgs) -> Result<Dataset> {
    if let Some(data) = own(source)? {
        return Ok(data);
    }
    Ok(open(&source.data)?.test)
}

fn own(source: &SourceArgs) -> Result<Option<Dataset>> {
    let (Some(images), Some(labels)) = (&source.images, &source.labels) else {
        return Ok(None);
    };
    let mut names = source.class_names.clone();
    if names.is_empty() {
        let numbers = idx::open::<u8>(labels)?;
        let classes = numbers
            .iter()
            .max()
            .map_or(2, |&most| usize::from(most) + 1);
        names = (0..classes.max(2)).map(|class| class.to_string()).collect();
    }
    Ok(Some(Dataset::open_idx_pair(images, labels, &names)?))
}

/// Fetches with a progress bar.
pub(crate) fn bring(options: &Options) -> Result<FetchReport, FetchError> {
    let mut bar = FetchBar::new();
    let report = fetch::fetch(options, &mut bar);
    bar.finish();
    report
}
