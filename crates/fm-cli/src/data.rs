//! Opening the data that a command line names.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fm_data::fetch::Event;
use fm_data::published::{self, fashion_mnist};
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

/// What a command line names: `auto`, `sample`, or a folder. `dir` is the folder for `auto`, by
/// default `data/` and the dataset's name.
pub(crate) fn source(data: &str, dataset: Option<&str>, dir: Option<&Path>) -> Result<Source> {
    let named = dataset.map(published::named).transpose()?;
    Ok(match (data, named) {
        ("sample", Some(named)) if named.name != fashion_mnist().name => {
            bail!("{}: the embedded sample is of Fashion-MNIST", named.name);
        }
        ("sample", _) => Source::Sample,
        ("auto", named) => {
            let dataset = Box::new(named.unwrap_or(fashion_mnist()).clone());
            let usual = || Path::new("data").join(&dataset.name);
            let dir = dir.map_or_else(usual, Path::to_owned);
            Source::Auto { dataset, dir }
        }
        (folder, Some(dataset)) => Source::Published {
            dataset: Box::new(dataset.clone()),
            dir: folder.into(),
        },
        (folder, None) => Source::Folder(folder.into()),
    })
}

/// Opens the dataset of a command line; files that are missing are downloaded if it says `auto`.
pub(crate) fn open(choice: &DataChoice) -> Result<LoadedData> {
    let (asked, dataset) = (choice.data.as_str(), choice.dataset.as_deref());
    // FM_DATA is the folder of Fashion-MNIST.
    let usual = dataset.is_none().then(|| folder(None));
    let source = source(asked, dataset, usual.as_deref())?;
    is_there(&source, asked)?;
    let bar = FetchBar::new();
    // Where nothing can be downloaded, one line with the reason is enough.
    let mut held = Some(Vec::new());
    let data = fm_data::open_with(&source, &mut |event| match (event, &mut held) {
        (Event::Note(text), Some(held)) => held.push(text),
        (event, _) => {
            let before = held.take().into_iter().flatten();
            before.for_each(|text| bar.event(Event::Note(text)));
            bar.event(event);
        }
    })?;
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
