//! Timing in rounds: contenders take turns, so that a busy minute of the machine hits them all.

use std::time::Instant;

/// What one contender took, round by round.
#[derive(Clone, Debug, Default)]
pub struct Samples {
    /// Seconds of one run, one figure for each round.
    pub secs: Vec<f64>,
}

impl Samples {
    /// The middle figure: what a run takes right now.
    pub fn median(&self) -> f64 {
        median(self.secs.iter().copied())
    }

    /// The smallest figure: what else runs on a machine can only add time.
    pub fn best(&self) -> f64 {
        self.secs.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// The middle of `self / other`, each round's figures held against each other.
    pub fn ratio_to(&self, other: &Self) -> f64 {
        median(self.secs.iter().zip(&other.secs).map(|(a, b)| a / b))
    }
}

/// The middle of some figures, the upper one of two; not a number where there are none.
pub fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
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
