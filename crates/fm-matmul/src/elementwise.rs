//! Elementwise loops, compiled for each vector level.
//!
//! ```
//! use fm_matmul::{Level, elementwise, math};
//!
//! let mut xs = [0.0, -1.0, 2.0];
//! elementwise::map(Level::detect(), &mut xs, |x| math::tanh(x.max(0.0)));
//! assert_eq!(xs, [0.0, 0.0, math::tanh(2.0)]);
//! ```

use crate::level::{Job, Level};

/// Replaces each `x` by `f(x)`.
pub fn map(level: Level, xs: &mut [f32], f: impl Fn(f32) -> f32) {
    level.dispatch(Map { xs, f });
}

/// Replaces each `x` by `f(x, y)`.
///
/// # Panics
/// If the slices differ in length.
pub fn zip(level: Level, xs: &mut [f32], ys: &[f32], f: impl Fn(f32, f32) -> f32) {
    assert_eq!(
        xs.len(),
        ys.len(),
        "elementwise over slices of different lengths"
    );
    level.dispatch(Zip { xs, ys, f });
}

struct Map<'a, F> {
    xs: &'a mut [f32],
    f: F,
}

impl<F: Fn(f32) -> f32> Job for Map<'_, F> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        for x in self.xs {
            *x = (self.f)(*x);
        }
    }
}

struct Zip<'a, F> {
    xs: &'a mut [f32],
    ys: &'a [f32],
    f: F,
}

impl<F: Fn(f32, f32) -> f32> Job for Zip<'_, F> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        for (x, y) in self.xs.iter_mut().zip(self.ys) {
            *x = (self.f)(*x, *y);
        }
    }
}
