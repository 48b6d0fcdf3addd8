//! Finding the data, and fetching it where it is missing.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fm_data::fetch::{self, FetchError, FetchReport, Options};
use fm_data::{Dataset, LoadedData, Origin, Source, idx};
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

/// Opens what `--data` names: `auto`, `sample` or a folder.
pub(crate) fn open(asked: &str) -> Result<Data> {
    let source = match asked {
        "auto" => Source::auto(folder(None)),
        _ => Source::parse(asked, None, None)?,
    };
    is_there(&source, asked)?;
    let mut bar = FetchBar::new();
    let opened = fm_data::open_with(&source, &mut bar);
    bar.finish();
    let data = opened?;
    if let Origin::SampleInstead { .. } = data.origin {
        note(&data.origin.to_string());
    }
    Ok(data.into())
}

/// Refuses a folder that is not there, with the word that was perhaps meant.
pub(crate) fn is_there(source: &Source, asked: &str) -> Result<()> {
    if let Source::Folder(dir) = source
        && !dir.exists()
        && let Some(near) = nearest(asked, ["auto", "sample"])
    {
        bail!("--data {asked}: there is no such folder; perhaps {near:?}");
    }
    Ok(())
}

impl From<LoadedData> for Data {
    fn from(data: LoadedData) -> Self {
        Self {
            train: data.train,
            test: data.test,
            identity: DatasetIdentity {
                name: data.identity.name,
                checksums: data.identity.files,
            },
        }
    }
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

/// Downloads with a progress bar.
pub(crate) fn bring(options: &Options) -> Result<FetchReport, FetchError> {
    let mut bar = FetchBar::new();
    let report = fetch::fetch(options, &mut bar);
    bar.finish();
    report
}
