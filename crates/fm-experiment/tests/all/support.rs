//! What the tests share: data, and trials that are ignored where it is missing.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};

use fm_data::Source;
use fm_experiment::{Data, DatasetIdentity, Experiment, Protocol};
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
    folder.is_dir().then_some(folder)
}

fn open(folder: &Path) -> Result<Data, Box<dyn Error>> {
    Ok(fm_data::open(&Source::Folder(folder.to_owned()))?.into())
}

/// Images of 6 × 6 pixels in five classes, each a pattern with noise: enough to train on in
/// milliseconds.
pub(crate) fn small_data() -> Data {
    use fm_train::Seeds;
    use rand_core::Rng;

    let mut rng = Seeds::new(7).stream("small data").rng();
    let names = ["a", "b", "c", "d", "e"].map(str::to_owned);
    let mut part = |rows: usize, name: &str| {
        let mut pixels = Vec::with_capacity(36 * rows);
        let labels: Vec<u8> = (0..rows).map(|row| (row * 7 % 5) as u8).collect();
        for &label in &labels {
            for pixel in 0..36 {
                let bright = pixel % 5 == usize::from(label);
                let noise = (rng.next_u32() % 128) as u8;
                pixels.push(if bright { 127 + noise } else { noise });
            }
        }
        let images = ndarray::Array2::from_shape_vec((rows, 36), pixels).expect("36 a row");
        fm_data::Dataset::new(name, images, labels, &names, (6, 6)).expect("labels are of classes")
    };
    let (train, test) = (part(400, "train"), part(100, "test"));
    let checksum = fm_data::FileChecksum {
        name: "made in the test".to_owned(),
        sha256: fm_data::sha256(&train.pixels().iter().copied().collect::<Vec<u8>>()),
    };
    Data {
        train,
        test,
        identity: DatasetIdentity {
            name: "small".to_owned(),
            files: vec![checksum],
        },
    }
}

/// The notebook's arms on [`small_data`], with fewer epochs and units.
pub(crate) fn small_protocol() -> Protocol {
    let set = |key: &str, value: serde_json::Value| (key.to_owned(), value);
    let protocol = Protocol::built_in("notebook-2e").expect("it is compiled in");
    let overrides = [
        set("data.validation_rows", 100.into()),
        set("task.target_classes", serde_json::json!(["b", "d"])),
        set("task.target_rows", 40.into()),
        set("network.hidden", serde_json::json!([12, 8])),
        set("source.epochs", 2.into()),
        set("*.epochs", 2.into()),
        set("*.lr", 0.02.into()),
        set("source.optimizer.sgd.lr", 0.05.into()),
    ];
    protocol.with(&overrides).expect("valid values")
}

/// An experiment on [`small_data`].
pub(crate) fn small(seeds: &str) -> Experiment {
    let seeds = seeds.parse().expect("a list of seeds");
    Experiment::new(small_protocol(), small_data()).seeds(&seeds)
}

/// Every file below `cells`, by name, with its bytes.
pub(crate) fn records(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for shard in std::fs::read_dir(folder.join("cells")).expect("it was made") {
        for file in std::fs::read_dir(shard.expect("readable").path()).expect("a folder") {
            let path = file.expect("readable").path();
            let name = path.strip_prefix(folder).expect("below it").to_owned();
            files.insert(name, std::fs::read(&path).expect("readable"));
        }
    }
    files
}
