//! Vector levels: the same bits at each, and what the core can do.

use fm_matmul::{Job, Level, peak_gflops};

struct Axpy<'a>(f32, &'a [f32], &'a mut [f32]);

impl Job for Axpy<'_> {
    type Out = f32;
    #[inline(always)]
    fn run(self) -> f32 {
        for (y, x) in self.2.iter_mut().zip(self.1) {
            *y = self.0.mul_add(*x, *y);
        }
        self.2[0]
    }
}

#[test]
fn every_level_gives_the_same_bits() {
    let x: Vec<f32> = (0..101).map(|i| libm::sinf(i as f32)).collect();
    let run = |level: Level| {
        let mut y: Vec<f32> = (0..101).map(|i| libm::cosf(i as f32)).collect();
        let first = level.dispatch(Axpy(0.1, &x, &mut y));
        assert_eq!(first, y[0]);
        y
    };
    let expected = run(Level::Baseline);
    for level in Level::ALL {
        assert_eq!(run(level), expected, "{level}");
    }
}

#[test]
fn the_core_has_a_peak() {
    let rate = peak_gflops();
    assert!(rate.is_finite() && rate > 0.0, "{rate}");
}
