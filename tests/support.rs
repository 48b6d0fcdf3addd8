//! What the whole-workspace tests share: where the reference values and the published data are,
//! and a harness that counts a test as ignored where its data is nowhere.
//!
//! A test file that needs the published data has `harness = false` in `Cargo.toml` and
//!
//! ```no_run
//! use fm_tests::{Outcome, needs_data, run};
//!
//! fn main() {
//!     run(vec![needs_data("training_has_60000_rows", |folder| -> Outcome {
//!         let data = fm_data::published::fashion_mnist().open(folder)?;
//!         assert_eq!(data.train.rows(), 60_000);
//!         Ok(())
//!     })]);
//! }
//! ```

mod reference;

use std::error::Error;
use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Completion, Trial};

pub use reference::{assert_close, engines, engines_at_every_level, fixture, matrix};

/// What a test body returns; a failed assertion may also panic, as in any test.
pub type Outcome = Result<(), Box<dyn Error>>;

/// The workspace's own folder.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The folder of reference values: `FM_FIXTURES` where it is set, else `tests/fixtures`.
#[must_use]
pub fn fixtures() -> PathBuf {
    folder_in_env("FM_FIXTURES").unwrap_or_else(|| workspace().join("tests/fixtures"))
}

/// The folder with the published Fashion-MNIST files: `FM_DATA` where it is set, else
/// `data/fashion-mnist`; `None` where the first of the four files is not there.
///
/// A folder that is there but wrong is returned: its tests fail rather than being ignored.
#[must_use]
pub fn published_data() -> Option<PathBuf> {
    let folder = folder_in_env("FM_DATA").unwrap_or_else(|| workspace().join("data/fashion-mnist"));
    let name = &fm_data::published::fashion_mnist().files.train_images.name;
    let there = folder.join(format!("{name}.gz")).is_file() || folder.join(name).is_file();
    there.then_some(folder)
}

/// A test that is given the folder with the published data, and is counted as ignored, with the
/// reason, where there is none.
pub fn needs_data(name: &str, test: impl FnOnce(&Path) -> Outcome + Send + 'static) -> Trial {
    Trial::ignorable_test(name, move || match published_data() {
        None => Ok(Completion::ignored_with(
            "no Fashion-MNIST: run `cargo xtask fetch-data`, or set FM_DATA to its folder",
        )),
        Some(folder) => {
            test(&folder).map_err(|error| chain(error.as_ref()))?;
            Ok(Completion::Completed)
        }
    })
}

/// A test that needs no data, in a file that has tests which do.
pub fn test(name: &str, test: impl FnOnce() -> Outcome + Send + 'static) -> Trial {
    Trial::test(name, move || {
        test().map_err(|error| chain(error.as_ref()).into())
    })
}

/// Runs the tests with the options of `cargo test`, and ends the process.
pub fn run(tests: Vec<Trial>) -> ! {
    libtest_mimic::run(&Arguments::from_args(), tests).exit()
}

/// An environment variable's folder; relative ones are meant from the workspace's own folder, as
/// the tests themselves run in a package's.
fn folder_in_env(variable: &str) -> Option<PathBuf> {
    let value = std::env::var_os(variable).filter(|value| !value.is_empty())?;
    Some(workspace().join(value))
}

/// An error with all its sources.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text += &format!(": {error}");
        source = error.source();
    }
    text
}
