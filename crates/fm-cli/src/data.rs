//! Finding the data, and fetching it where it is missing.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use fm_data::fetch::{self, Options};
use fm_data::{FashionMnist, FileChecksum};
use fm_experiment::DatasetIdentity;

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

/// Opens what `--data` names; `auto` brings the files first where they are not there.
pub(crate) fn open(asked: &str) -> Result<(FashionMnist, DatasetIdentity)> {
    let data = if asked == "auto" {
        let folder = folder(None);
        if !fetch::check(&folder)?.is_complete() {
            eprintln!("Fetching Fashion-MNIST into {}", folder.display());
            bring(&Options::new(&folder)).context(
                "Fashion-MNIST is not there and cannot be fetched; put its four files into a \
                 folder and name it with --data DIR",
            )?;
        }
        FashionMnist::open(&folder)?
    } else {
        FashionMnist::open(asked)?
    };
    let checksums: Vec<FileChecksum> = FashionMnist::checksums();
    let identity = DatasetIdentity {
        name: "fashion-mnist".to_owned(),
        checksums,
    };
    Ok((data, identity))
}

/// Fetches with a progress bar.
pub(crate) fn bring(options: &Options) -> Result<fetch::FetchReport> {
    let mut bar = FetchBar::new();
    let report = fetch::fetch(options, &mut bar);
    bar.finish();
    Ok(report?)
}
