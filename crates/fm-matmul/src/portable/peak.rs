//! What the core could do at most: multiply-adds on registers alone.

// `chains` runs them at a level that the CPU has.
#![allow(unsafe_code, reason = "the methods of vectors are unsafe")]

use std::hint::black_box;
use std::marker::PhantomData;
use std::time::Instant;

use super::vector::{self, Vector};
use crate::level::{Job, Level};

/// Chains side by side: at least latency times throughput of the multiply-adds of today's CPUs
/// (4 or 5 times 2), and few enough for sixteen registers.
const CHAINS: usize = 12;

/// The rate at which this core multiplies and adds vectors that never leave its registers, in
/// GFLOP/s: no product can be faster. The best of some runs of together about 20 ms.
///
/// A level that the CPU lacks counts as the widest that it has.
pub fn peak_gflops(level: Level) -> f64 {
    let rate = |steps: usize| {
        let start = Instant::now();
        let lanes = chains(level, steps);
        let flop = (2 * CHAINS * lanes * steps) as f64;
        flop / start.elapsed().as_secs_f64().max(1e-9) / 1e9
    };
    // About 2 ms a run, whatever the level: a first short run says how many steps that is.
    let steps_per_ms = |gflops: f64| gflops * 1e6 / (2 * CHAINS * 16) as f64;
    let steps = (2.0 * steps_per_ms(rate(2_000))).clamp(1e3, 1e7) as usize;
    (0..10).map(|_| rate(steps)).fold(0.0, f64::max)
}

/// Runs `steps` steps of every chain; returns the lanes of a vector.
fn chains(level: Level, steps: usize) -> usize {
    // Each vector under its own level: `Chains::run` relies on it.
    match level.min(Level::detect()) {
        #[cfg(target_arch = "x86_64")]
        level @ Level::Avx512 => level.dispatch(Chains::<vector::Avx512>(steps, PhantomData)),
        #[cfg(target_arch = "x86_64")]
        level @ Level::Avx2 => level.dispatch(Chains::<vector::Avx2>(steps, PhantomData)),
        level => level.dispatch(Chains::<vector::Baseline>(steps, PhantomData)),
    }
}

struct Chains<V>(usize, PhantomData<V>);

impl<V: Vector> Job for Chains<V> {
    type Out = usize;

    #[inline(always)]
    fn run(self) -> usize {
        // SAFETY: `chains` runs this under the level of `V`; the store is to an array of the vector's size at most.
        unsafe {
            let mut sums = [V::splat(0.0); CHAINS];
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = V::splat(black_box(i as f32));
            }
            // Contracting towards 1, so that no value overflows or becomes denormal.
            let (factor, term) = (V::splat(black_box(0.5)), V::splat(black_box(0.5)));
            for _ in 0..self.0 {
                for sum in &mut sums {
                    *sum = sum.mul_add(factor, term);
                }
            }
            let mut out = [0.0f32; 64];
            for sum in sums {
                sum.store(out.as_mut_ptr());
                black_box(&out);
            }
        }
        V::LANES
    }
}
