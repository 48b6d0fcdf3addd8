//! Why a backend or a vector level cannot be used.

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
        /// What is wrong with it, and what to do.
        fault: String,
    },
    /// A vector level was forced that this CPU lacks, or that `FM_LEVEL` does not allow.
    #[error("{wanted} cannot be used here; the widest vector level is {best}")]
    LevelUnsupported {
        /// The level asked for.
        wanted: Level,
        /// The widest level that can be used.
        best: Level,
    },
}
