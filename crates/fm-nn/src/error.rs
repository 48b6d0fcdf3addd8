//! What can go wrong in this crate.

use crate::portable::Level;

/// Why an [`Engine`](crate::Engine) cannot be had.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The BLAS backend was asked for in a build without it.
    #[error(
        "the blas backend is not built in: build with `--features openblas` \
         (needs OpenBLAS, e.g. Debian's libopenblas-dev)"
    )]
    BlasNotBuiltIn,
    /// A vector level was forced that this CPU lacks.
    #[error("this CPU has no {wanted}; its widest vector level is {best}")]
    LevelUnsupported {
        /// The level asked for.
        wanted: Level,
        /// The widest that there is.
        best: Level,
    },
}
