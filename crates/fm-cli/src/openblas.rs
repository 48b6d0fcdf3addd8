//! Starting again where OpenBLAS is used and chose a kernel below what the CPU can do.

use fm_nn::{Backend, Engine, EngineError};

use crate::print::errln;

/// An engine, with OpenBLAS at its best.
pub(crate) fn engine(backend: Backend) -> Result<Engine, EngineError> {
    if backend == Backend::Blas {
        restart_with_best_kernel();
    }
    Engine::new(backend)
}

/// OpenBLAS chooses before `main` begins, so a better choice needs a new start: once.
pub(crate) fn restart_with_best_kernel() {
    fm_nn::blas::use_best_kernel(|notice| errln!("note: {notice}"));
}
