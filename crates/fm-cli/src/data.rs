//! Opening the data that a command line names.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fm_data::{Dataset, LoadedData, Origin, Source, idx};
use fm_experiment::nearest;

use crate::args::DataChoice;
use crate::args::model::SourceArgs;
use crate::print::note;
use crate::progress::FetchBar;

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

/// Opens the dataset of a command line; files that are missing are downloaded if it says `auto`.
pub(crate) fn open(choice: &DataChoice) -> Result<LoadedData> {
    let (asked, dataset) = (choice.data.as_str(), choice.dataset.as_deref());
    // FM_DATA is the folder of Fashion-MNIST.
    let usual = dataset.is_none().then(|| folder(None));
    let source = Source::parse(asked, dataset, usual.as_deref())?;
    is_there(&source, asked)?;
    let bar = FetchBar::new();
    let data = fm_data::open_with(&source, &mut |event| bar.event(event))?;
    if let Origin::SampleInstead { .. } = data.origin {
        note(&data.origin.to_string());
    }
    Ok(data)
}

/// Refuses a folder that does not exist, with the word that was perhaps meant.
pub(crate) fn is_there(source: &Source, asked: &str) -> Result<()> {
    if let Source::Folder(dir) = source
        && !dir.exists()
        && let Some(near) = nearest(asked, ["auto", "sample"])
    {
        bail!("--data {asked}: no such folder; did you mean {near:?}?");
    }
    Ok(())
}

/// Training and test images that the command line names; files of one's own are all trained on.
pub(crate) fn sets(source: &SourceArgs) -> Result<(Dataset, Option<Dataset>)> {
    if let Some(train) = own_files(source)? {
        return Ok((train, None));
    }
    let data = open(&source.data)?;
    Ok((data.train, Some(data.test)))
}

/// The test images, or the files of one's own.
pub(crate) fn test_set(source: &SourceArgs) -> Result<Dataset> {
    match own_files(source)? {
        Some(data) => Ok(data),
        None => Ok(open(&source.data)?.test),
    }
}

fn own_files(source: &SourceArgs) -> Result<Option<Dataset>> {
    let (Some(images), Some(labels)) = (&source.images, &source.labels) else {
        return Ok(None);
    };
    let mut names = source.class_names.clone();
    if names.is_empty() {
        let largest = idx::open::<u8>(labels)?.iter().max().copied();
        let classes = largest.map_or(2, |largest| (usize::from(largest) + 1).max(2));
        names = (0..classes).map(|class| class.to_string()).collect();
    }
    Ok(Some(Dataset::open_idx_pair(images, labels, &names)?))
}
