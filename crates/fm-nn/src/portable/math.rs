//! f32 functions with the same bits on every machine.

/// `eˣ`.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    libm::expf(x)
}

/// `eˣ − 1`.
#[inline(always)]
pub(crate) fn expm1(x: f32) -> f32 {
    libm::expm1f(x)
}

/// Hyperbolic tangent.
#[inline(always)]
pub(crate) fn tanh(x: f32) -> f32 {
    libm::tanhf(x)
}

/// `1 / (1 + e⁻ˣ)`.
#[inline(always)]
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + libm::expf(-x))
}
