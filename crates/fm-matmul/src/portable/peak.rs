//! What the core could do at most: multiply-adds on registers alone.

// `chains` runs them at a level that the CPU has.
#![allow(unsafe_code, reason = "the methods of vectors are unsafe")]

use std::hint::black_box;
use std::marker::PhantomData;
use std::time::{Duration, Instant};

use super::vector::{self, Vector};
use crate::level::{Job, Level};

/// Chains side by side: at least latency times throughput of the multiply-adds of today's CPUs
/// (4 or 5 times 2), and few enough for sixteen registers.
const CHAINS: usize = 12;

/// Steps of a run, some 30 µs with vectors.
const STEPS: usize = 20_000;

/// The rate at which this core multiplies and adds vectors that never leave its registers, in
/// GFLOP/s: no product can be faster. The best of the runs in 20 ms, at the widest [`Level`].
pub fn peak_gflops() -> f64 {
    let (begin, mut best) = (Instant::now(), 0.0_f64);
    while best == 0.0 || begin.elapsed() < Duration::from_millis(20) {
        let start = Instant::now();
        let flop = 2 * CHAINS * chains() * STEPS;
        best = best.max(1e-9 * flop as f64 / start.elapsed().as_secs_f64());
    }
    best
}

/// Runs the steps of every chain; returns the lanes of a vector.
fn chains() -> usize {
    // Each vector under its own level: `Chains::run` relies on it.
    match Level::detect() {
        #[cfg(target_arch = "x86_64")]
        level @ Level::Avx512 => level.dispatch(Chains::<vector::Avx512>(PhantomData)),
        #[cfg(target_arch = "x86_64")]
        level @ Level::Avx2 => level.dispatch(Chains::<vector::Avx2>(PhantomData)),
        level => level.dispatch(Chains::<vector::Baseline>(PhantomData)),
    }
}

struct Chains<V>(PhantomData<V>);

impl<V: Vector> Job for Chains<V> {
    type Out = usize;

    #[inline(always)]
    fn run(self) -> usize {
        // SAFETY: `chains` runs this under the level of `V`; no vector is larger than the array.
        unsafe {
            let mut sums = [V::splat(0.0); CHAINS];
            for (i, sum) in sums.iter_mut().enumerate() {
                *sum = V::splat(black_box(i as f32));
            }
            // Contracting towards 1, so that no value overflows or becomes denormal.
            let (factor, term) = (V::splat(black_box(0.5)), V::splat(black_box(0.5)));
            for _ in 0..STEPS {
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
