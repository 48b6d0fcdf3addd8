//! Timing in rounds: contenders take turns, so that a busy minute of the machine hits them all.

use std::fmt;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::Work;

/// The middle half of some figures. Prints as `1.22 (1.21–1.23)`, with the decimals asked for.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
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
    pub fn of(figures: &[f64]) -> Self {
        let mut figures = figures.to_vec();
        figures.sort_by(f64::total_cmp);
        let last = (figures.len() - 1) as f64;
        let at = |share: f64| figures[(share * last).round() as usize];
        Self {
            median: at(0.5),
            low: at(0.25),
            high: at(0.75),
        }
    }

    /// That of `a / b`, divided round by round.
    pub fn of_ratio(a: &[f64], b: &[f64]) -> Self {
        let ratios: Vec<f64> = a.iter().zip(b).map(|(a, b)| a / b).collect();
        Self::of(&ratios)
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self { median, low, high }, digits) = (self, f.precision().unwrap_or(2));
        write!(f, "{median:.digits$} ({low:.digits$}–{high:.digits$})")
    }
}

/// The smallest figure: what else runs on a machine can only add time.
pub fn best(figures: &[f64]) -> f64 {
    figures.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Runs each work once in each of `rounds` rounds, for `slice_secs` or one run if that takes longer;
/// who begins changes with the rounds. Returns the seconds of a run, for each work one figure for
/// each round.
///
/// Runs shorter than a slice are preceded by one that is not timed, so that the caches are the
/// work's own.
pub fn alternate(works: &mut [Work], rounds: usize, slice_secs: f64) -> Vec<Vec<f64>> {
    let time = |work: &mut Work, repeats: usize| {
        let start = Instant::now();
        (0..repeats).for_each(|_| (work.run)());
        start.elapsed().as_secs_f64() / repeats as f64
    };
    let repeats = works.iter_mut().map(|work| {
        time(work, 1);
        let secs = time(work, 1).max(1e-9);
        ((slice_secs / secs).ceil() as usize).max(1)
    });
    let repeats: Vec<usize> = repeats.collect();
    let mut samples = vec![Vec::new(); works.len()];
    for round in 0..rounds {
        for turn in 0..works.len() {
            let turn = (turn + round) % works.len();
            if repeats[turn] > 1 {
                time(&mut works[turn], 1);
            }
            samples[turn].push(time(&mut works[turn], repeats[turn]));
        }
    }
    samples
}
