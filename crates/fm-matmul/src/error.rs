//! Why a backend cannot be used.

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
    #[error(
        "the linked OpenBLAS cannot be used: {fault}, or choose the portable backend (it calls \
         itself `{config}`)"
    )]
    BlasUnfit {
        /// The library's own description.
        config: String,
        /// What is wrong with it, and what to install.
        fault: &'static str,
    },
}
