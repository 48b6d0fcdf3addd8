//! Seeded draws from known distributions, for the laws of the statistics.
#![allow(dead_code, reason = "each test file uses its part")]

use fm_experiment::stats::{ArmErrors, Comparison, Settings, compare};
use fm_train::Seeds;
use rand_chacha::ChaCha8Rng;
use rand_core::Rng;

pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    pub(crate) fn new(name: &str) -> Self {
        Self(Seeds::new(20_240_607).stream(name).rng())
    }

    /// Uniform in the open interval (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.0.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }

    /// Standard normal, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.uniform()));
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// Exponential with mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -libm::log(self.uniform())
    }

    /// Log-normal with median 1 and `sd` of its log.
    pub(crate) fn log_normal(&mut self, sd: f64) -> f64 {
        libm::exp(sd * self.normal())
    }

    pub(crate) fn many(&mut self, count: usize, mut one: impl FnMut(&mut Self) -> f64) -> Vec<f64> {
        (0..count).map(|_| one(self)).collect()
    }
}

/// Transfer's errors compared with those from scratch.
pub(crate) fn compared(transfer: &[f64], scratch: &[f64], settings: &Settings) -> Comparison {
    let arm = |name, errors| ArmErrors { name, errors };
    compare(arm("transfer", transfer), arm("scratch", scratch), settings).unwrap()
}
