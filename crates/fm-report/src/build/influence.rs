//! Verdicts that a single seed decides.

use fm_experiment::Compared;
use fm_experiment::protocol::Pairing;
use fm_stats::{Comparison, Settings, StatsError, Verdict, correct_for_family};

/// A verdict of the main table that another replaces if any one of some seeds is left out.
pub(crate) struct Change<'a> {
    pub(crate) pairing: &'a Pairing,
    /// The verdict without the seed.
    pub(crate) verdict: Verdict,
    pub(crate) seeds: Vec<u64>,
}

/// The verdicts that change if one seed is left out of all comparisons, each seed in turn. A
/// conclusion that dropping so little reverses is fragile (Broderick, Giordano and Meager, "An
/// Automatic Finite-Sample Robustness Metric", 2020). Where the other seeds are fewer than `needed` for
/// a conclusion, none changes.
pub(crate) fn changes<'a>(
    comparisons: &'a [Compared],
    seeds: &[u64],
    needed: usize,
    settings: &Settings,
) -> Result<Vec<Change<'a>>, StatsError> {
    let mut changes: Vec<Change<'a>> = Vec::new();
    for &seed in seeds.iter().filter(|_| seeds.len() > needed) {
        let left = comparisons.iter().map(|c| without(c, seed, settings));
        let mut left: Vec<Comparison> = left.collect::<Result<_, _>>()?;
        correct_for_family(&mut left);
        for (compared, left) in comparisons.iter().zip(left) {
            let (pairing, before) = (&compared.pairing, compared.comparison.verdict);
            let Some(verdict) = left.verdict.filter(|_| left.verdict != before) else {
                continue;
            };
            let known = |c: &&mut Change<'_>| (c.pairing, c.verdict) == (pairing, verdict);
            let seeds = vec![seed];
            match changes.iter_mut().find(known) {
                Some(change) => change.seeds.push(seed),
                None => changes.push(Change {
                    pairing,
                    verdict,
                    seeds,
                }),
            }
        }
    }
    Ok(changes)
}

/// A comparison without a seed; the same where the seed is not in it, or is its only one.
fn without(compared: &Compared, seed: u64, settings: &Settings) -> Result<Comparison, StatsError> {
    let mut paired = compared.paired.clone();
    let at = paired.seeds.iter().position(|other| *other == seed);
    let Some(at) = at.filter(|_| paired.seeds.len() > 1) else {
        return Ok(compared.comparison.clone());
    };
    paired.seeds.remove(at);
    paired.arm.remove(at);
    paired.against.remove(at);
    paired.arm_correct.remove(at);
    paired.against_correct.remove(at);
    paired.compare(compared.comparison.crossed.is_some(), settings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fm_experiment::{Correct, Paired};

    #[test]
    fn the_seed_that_is_far_from_all_others_is_named() {
        let seeds: Vec<u64> = (1..=12).collect();
        let settings = Settings::default();
        let compared = |seed_8: f64| {
            let mut arm: Vec<f64> = seeds
                .iter()
                .map(|seed| 0.01 + *seed as f64 * 1e-4)
                .collect();
            arm[7] = seed_8;
            let paired = Paired {
                arm,
                against: vec![0.02; 12],
                arm_correct: vec![Correct::default(); 12],
                against_correct: vec![Correct::default(); 12],
                seeds: seeds.clone(),
                failed: Vec::new(),
                same_cells: false,
            };
            let (arm, against) = ("a".to_owned(), "b".to_owned());
            [Compared {
                pairing: Pairing { arm, against },
                comparison: paired.compare(false, &settings).unwrap(),
                paired,
            }]
        };
        let far = compared(0.3);
        assert_eq!(far[0].comparison.verdict, Some(Verdict::Undecided));
        let found = changes(&far, &seeds, 6, &settings).unwrap();
        let found = found.iter().map(|c| (c.verdict, c.seeds.as_slice()));
        assert_eq!(found.collect::<Vec<_>>(), [(Verdict::Better, &[8][..])]);
        assert!(changes(&far, &seeds, 12, &settings).unwrap().is_empty());
        let near = compared(0.01);
        assert!(changes(&near, &seeds, 6, &settings).unwrap().is_empty());
    }
}
