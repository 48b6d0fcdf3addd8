//! Starting again where OpenBLAS chose a kernel below what the CPU can do.

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
