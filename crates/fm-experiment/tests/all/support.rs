//! What the tests share: data, and trials that are ignored where it is missing.

use std::error::Error;
use std::path::{Path, PathBuf};

use fm_data::FashionMnist;
use fm_experiment::{Data, DatasetIdentity};
use libtest_mimic::{Completion, Failed, Trial};

/// What a test returns.
pub(crate) type Outcome = Result<(), Box<dyn Error>>;

/// A test.
pub(crate) fn test(name: &str, run: fn() -> Outcome) -> Trial {
    Trial::test(name, move || run().map_err(failed))
}

/// A test of the published Fashion-MNIST, ignored where it is missing.
pub(crate) fn needs_data(name: &str, run: fn(&Data) -> Outcome) -> Trial {
    Trial::ignorable_test(name, move || match published() {
        None => Ok(Completion::ignored_with(
            "Fashion-MNIST is missing: run `cargo xtask fetch-data`, or set FM_DATA to its folder",
        )),
        Some(folder) => {
            let data = open(&folder).map_err(failed)?;
            run(&data).map_err(failed)?;
            Ok(Completion::Completed)
        }
    })
}

fn failed(error: impl Into<Box<dyn Error>>) -> Failed {
    let error = error.into();
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text.into()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A committed file of reference values.
pub(crate) fn fixture(name: &str) -> Result<String, Box<dyn Error>> {
    Ok(std::fs::read_to_string(
        workspace().join("tests/fixtures").join(name),
    )?)
}

fn published() -> Option<PathBuf> {
    let from_env = std::env::var_os("FM_DATA").filter(|value| !value.is_empty());
    let folder = from_env.map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| workspace().join("data/fashion-mnist"));
    let name = fm_data::published::FILES[0].name;
    let there = folder.join(format!("{name}.gz")).is_file() || folder.join(name).is_file();
    there.then_some(folder)
}

fn open(folder: &Path) -> Result<Data, Box<dyn Error>> {
    let FashionMnist { train, test } = FashionMnist::open(folder)?;
    let identity = DatasetIdentity {
        name: "fashion-mnist".to_owned(),
        checksums: FashionMnist::checksums(),
    };
    Ok(Data {
        train,
        test,
        identity,
    })
}
