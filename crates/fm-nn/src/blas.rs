//! The BLAS backend: `sgemm` of the linked OpenBLAS.

use crate::error::EngineError;
use crate::product::{Lhs, Out, Rhs, Shape, Start};

/// Whether the linked library can be trusted.
pub(crate) fn check() -> Result<(), EngineError> {
    Err(EngineError::BlasNotBuiltIn)
}

/// The library's version and kernel.
pub(crate) fn kernel() -> String {
    String::new()
}

/// `C = start + A·B`; the operands are already checked.
pub(crate) fn product(_: Shape, _: Lhs<'_>, _: Rhs<'_>, _: Start<'_>, _: Out<'_>) {
    unreachable!("no engine has this backend unless `check` passed")
}
