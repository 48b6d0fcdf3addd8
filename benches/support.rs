//! What the benchmarks share: the engines that they compare, what these do, and how it is timed.

#![allow(
    clippy::print_stderr,
    reason = "a restart that overrules the user, and a slow OpenBLAS, are said"
)]

mod rounds;
pub mod task;
pub mod work;

use std::env;
use std::path::{Path, PathBuf};

use fm_data::published::fashion_mnist;
use fm_nn::{Backend, Engine, Level};

pub use rounds::{Samples, alternate, median};

/// A backend with its kernel.
#[derive(Clone, Debug)]
pub struct Contender {
    /// `portable/avx512`, `blas/OpenBLAS 0.3.21 SkylakeX`.
    pub name: String,
    /// The backend.
    pub engine: Engine,
}

impl Contender {
    /// An engine under its name.
    pub fn new(engine: Engine) -> Self {
        let name = format!("{}/{}", engine.backend(), engine.kernel());
        Self { name, engine }
    }
}

/// The portable backend at every vector level, and OpenBLAS if it is built in.
pub fn contenders() -> Vec<Contender> {
    let levels = Level::ALL.into_iter().rev();
    let mut all: Vec<_> = levels
        .filter_map(|level| Engine::portable_at(level).ok())
        .map(Contender::new)
        .collect();
    all.extend(Engine::blas().ok().map(Contender::new));
    all
}

/// Both backends on one thread at their best, if both are built in.
pub fn backends() -> Vec<Contender> {
    let engines = [Backend::Portable, Backend::Blas].map(Engine::new);
    engines
        .into_iter()
        .filter_map(Result::ok)
        .map(Contender::new)
        .collect()
}

/// First in `main`: starts the program again where OpenBLAS chose a kernel below this CPU's.
pub fn use_best_kernel() {
    fm_nn::blas::use_best_kernel(|notice| eprintln!("{notice}"));
}

/// The folder with the four published files: `FM_DATA`, or `data/fashion-mnist` at the top of the
/// workspace.
pub fn published_data() -> Option<PathBuf> {
    let folder = env::var_os("FM_DATA").unwrap_or_else(|| "data/fashion-mnist".into());
    let folder = workspace().join(folder);
    gz_paths(&folder)
        .iter()
        .all(|path| path.is_file())
        .then_some(folder)
}

/// The published files in a folder.
pub fn gz_paths(folder: &Path) -> [PathBuf; 4] {
    let files = fashion_mnist().files.each();
    files.map(|file| folder.join(format!("{}.gz", file.name)))
}

/// Cargo's folder for what is built: where this program is in one that cargo made, else
/// `CARGO_TARGET_DIR`, else `target` at the top of the workspace.
pub fn target_folder() -> PathBuf {
    let program = env::current_exe().unwrap_or_default();
    let made_by_cargo = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    match program.ancestors().skip(1).find(made_by_cargo) {
        Some(folder) => folder.to_owned(),
        None => {
            let folder = env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
            workspace().join(folder)
        }
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
