//! Timing in rounds: contenders take turns, so that a busy minute of the machine hits them all.

use std::time::Instant;

use serde::{Deserialize, Serialize};

/// What one contender took, round by round.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Seconds of one run, one figure for each round.
    pub secs: Vec<f64>,
}

impl Samples {
    /// Median and quartiles of the seconds.
    pub fn spread(&self) -> Spread {
        Spread::of(self.secs.iter().copied())
    }

    /// The smallest figure: what else runs on a machine can only add time.
    pub fn best(&self) -> f64 {
        self.secs.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// `self / other`, divided round by round.
    pub fn ratio_to(&self, other: &Self) -> Spread {
        Spread::of(self.secs.iter().zip(&other.secs).map(|(a, b)| a / b))
    }
}

/// The middle half of some figures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    /// A quarter of the figures are below it.
    pub low: f64,
    /// A quarter of the figures are above it.
    pub high: f64,
}

impl Spread {
    /// Median and quartiles; between two figures, the nearer one.
    ///
    /// # Panics
    /// If there are no figures.
    pub fn of(figures: impl Iterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.collect();
        figures.sort_by(f64::total_cmp);
        let last = (figures.len() - 1) as f64;
        let at = |share: f64| figures[(share * last).round() as usize];
        Self {
            median: at(0.5),
            low: at(0.25),
            high: at(0.75),
        }
    }
}

/// Runs every contender once in each of `rounds` rounds, for `slice_secs` or one run if that takes
/// longer; who begins changes with the rounds.
///
/// Runs shorter than a slice are preceded by one that is not timed, so that the caches are the
/// contender's own.
pub fn alternate<T>(
    contenders: &mut [T],
    rounds: usize,
    slice_secs: f64,
    mut run: impl FnMut(&mut T),
) -> Vec<Samples> {
    let mut repeats = Vec::new();
    for contender in contenders.iter_mut() {
        run(contender);
        let start = Instant::now();
        run(contender);
        let secs = start.elapsed().as_secs_f64().max(1e-9);
        repeats.push(((slice_secs / secs).ceil() as usize).max(1));
    }
    let mut samples = vec![Samples::default(); contenders.len()];
    for round in 0..rounds {
        for turn in 0..contenders.len() {
            let turn = (turn + round) % contenders.len();
            let contender = &mut contenders[turn];
            if repeats[turn] > 1 {
                run(contender);
            }
            let start = Instant::now();
            for _ in 0..repeats[turn] {
                run(contender);
            }
            let secs = start.elapsed().as_secs_f64();
            samples[turn].secs.push(secs / repeats[turn] as f64);
        }
    }
    samples
}
