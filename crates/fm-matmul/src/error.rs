//! Why a backend cannot be used.

use crate::level::Level;

/// Why an [`Engine`](crate::Engine) cannot be made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The BLAS backend was asked for in a build without it.
    #[error(
        "the blas backend is not built in: build with `--features openblas` \
         (needs OpenBLAS, e.g. Debian's libopenblas-dev)"
    )]
    BlasNotBuiltIn,
    /// The OpenBLAS that the program is linked with returns wrong numbers.
    #[error("the linked OpenBLAS cannot be used: {fault} (it calls itself `{config}`)")]
    BlasUnfit {
        /// The library's own description.
        config: String,
        /// What is wrong with it.
        fault: BlasFault,
    },
    /// A vector level was forced that this CPU lacks.
    #[error("this CPU has no {wanted}; its widest vector level is {best}")]
    LevelUnsupported {
        /// The level asked for.
        wanted: Level,
        /// The widest level of this CPU.
        best: Level,
    },
}

/// What is wrong with the linked OpenBLAS, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlasFault {
    /// Products from several threads at once share a work buffer.
    #[error(
        "it was built for one thread and without locking, so it returns wrong numbers to several; \
         install the threaded build (Debian's libopenblas0-pthread), build it with USE_LOCKING=1, \
         or choose the portable backend"
    )]
    NoLocking,
    /// Its integers are not those of the functions that are called.
    #[error(
        "it was built with 64-bit integers; install a build with 32-bit integers, \
         or choose the portable backend"
    )]
    WideIntegers,
    /// The self-check at the start found wrong results.
    #[error(
        "{wrong} of {of} products were wrong when computed by {threads} thread(s) at once; \
         install another version, try another kernel through OPENBLAS_CORETYPE, \
         or choose the portable backend"
    )]
    WrongProducts {
        /// Products that were wrong.
        wrong: usize,
        /// Products computed.
        of: usize,
        /// Threads that computed them.
        threads: usize,
    },
}
