//! Opening the data that a command line names.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fm_data::fetch::Event;
use fm_data::published::{self, Description, fashion_mnist};
use fm_data::{Dataset, LoadedData, Origin, Source, idx};
use fm_experiment::nearest;

use crate::args::DataChoice;
use crate::args::model::SourceArgs;
use crate::print::note;
use crate::progress::FetchBar;

/// The usual folder of a published dataset: for Fashion-MNIST `FM_DATA` where it is set, else `data/`
/// and the name.
pub(crate) fn folder(dataset: &Description) -> PathBuf {
    let is_default = dataset.name == fashion_mnist().name;
    let from_env = env::var_os("FM_DATA").filter(|value| is_default && !value.is_empty());
    from_env.map_or_else(|| Path::new("data").join(&dataset.name), PathBuf::from)
}

/// Opens the dataset of a command line; files that are missing are downloaded if it says `auto`.
pub(crate) fn open(choice: &DataChoice) -> Result<LoadedData> {
    let named = choice.dataset.as_deref().map(published::named);
    let named = named.transpose()?;
    let dataset = named.unwrap_or(fashion_mnist());
    let source = match (&*choice.data, named) {
        ("sample", _) if dataset.name != fashion_mnist().name => {
            bail!("{}: the embedded sample is of Fashion-MNIST", dataset.name);
        }
        ("sample", _) => Source::Sample,
        ("auto", _) => Source::Auto {
            dataset: Box::new(dataset.clone()),
            dir: folder(dataset),
        },
        (dir, Some(dataset)) => return Ok(dataset.open(dir)?),
        (dir, None) => {
            if let Some(near) = nearest(dir, ["auto", "sample"])
                && !Path::new(dir).exists()
            {
                bail!("--data {dir}: no such folder; did you mean {near:?}?");
            }
            Source::Folder(dir.into())
        }
    };
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
        let last = largest.unwrap_or_default().max(1);
        names = (0..=last).map(|class| class.to_string()).collect();
    }
    Ok(Some(Dataset::open_idx_pair(images, labels, &names)?))
}
