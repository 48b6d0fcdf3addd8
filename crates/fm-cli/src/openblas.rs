//! Starting again where OpenBLAS is used and chose a kernel below what the CPU can do.

use fm_nn::{Backend, Engine, EngineError};

/// An engine, with OpenBLAS at its best.
pub(crate) fn engine(backend: Backend) -> Result<Engine, EngineError> {
    if backend == Backend::Blas {
        restart_with_best_kernel();
    }
    Engine::new(backend)
}

/// OpenBLAS chooses before `main` begins, so a better choice needs a new start: once.
pub(crate) fn restart_with_best_kernel() {
    #[cfg(unix)]
    if let Some(mut restart) = fm_nn::blas::restart() {
        use std::os::unix::process::CommandExt;
        if let Some(notice) = restart.notice {
            eprintln!("note: {notice}");
        }
        // Returns only where the program could not be started again.
        let error = restart.command.exec();
        eprintln!("note: could not restart with a faster OpenBLAS kernel: {error}");
    }
    if let Some(advice) = fm_nn::blas::advice() {
        eprintln!("note: {advice}");
    }
}
