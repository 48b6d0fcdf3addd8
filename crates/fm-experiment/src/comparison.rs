//! Comparisons of two arms, paired by seed.

use std::collections::BTreeMap;

use fm_stats::{Comparison, Settings, StatsError, compare, compare_rows, correct_for_family};

use crate::correct::Correct;
use crate::error::ExperimentError;
use crate::protocol::{Moved, Pairing};
use crate::results::{CellResult, Results};

/// Two arms over the seeds that both have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paired {
    /// The seeds, ascending.
    pub seeds: Vec<u64>,
    /// Test errors of the arm, by seed; fractions.
    pub arm: Vec<f64>,
    /// Test errors of the arm it is compared with.
    pub against: Vec<f64>,
    /// Which test rows the arm predicts correctly, by seed.
    pub arm_correct: Vec<Correct>,
    /// The same for the arm it is compared with.
    pub against_correct: Vec<Correct>,
    /// Seeds that are left out because one of the two diverged.
    pub failed: Vec<u64>,
    /// Whether the two are one and the same cell in every seed.
    pub same_cells: bool,
}

/// Two arms of a point and what their comparison shows.
#[derive(Clone, Debug)]
pub struct Compared {
    /// Which arms.
    pub pairing: Pairing,
    /// Their errors.
    pub paired: Paired,
    /// What the errors show.
    pub comparison: Comparison,
}

impl Paired {
    /// The cells of two models, over the seeds that both have, in the order of the first.
    pub fn of<'a>(
        arm: impl IntoIterator<Item = &'a CellResult>,
        against: impl IntoIterator<Item = &'a CellResult>,
    ) -> Self {
        let mut paired = Self {
            same_cells: true,
            ..Self::default()
        };
        let against = against.into_iter().map(|cell| (cell.place.seed, cell));
        let against: BTreeMap<u64, &CellResult> = against.collect();
        for a in arm {
            let seed = a.place.seed;
            let Some(b) = against.get(&seed) else {
                continue;
            };
            paired.same_cells &= a.key == b.key;
            match (a.error(), b.error()) {
                (Some(arm_error), Some(against_error)) => {
                    paired.seeds.push(seed);
                    paired.arm.push(arm_error);
                    paired.against.push(against_error);
                    paired.arm_correct.push(a.correct.clone());
                    paired.against_correct.push(b.correct.clone());
                }
                _ if a.outcome.is_some() && b.outcome.is_some() => paired.failed.push(seed),
                _ => {}
            }
        }
        paired
    }

    /// Error of the arm minus that of the arm it is compared with, by seed.
    pub fn differences(&self) -> impl Iterator<Item = f64> + '_ {
        let errors = self.arm.iter().zip(&self.against);
        errors.map(|(arm, against)| arm - against)
    }

    /// What the two show. With `other_rows`, the interval is that of other seeds *and* other test
    /// rows, as it must be where each seed draws its own training rows.
    ///
    /// # Errors
    /// [`StatsError`] if no seed has both.
    pub fn compare(&self, other_rows: bool, settings: &Settings) -> Result<Comparison, StatsError> {
        let (arm, against) = (&self.arm_correct, &self.against_correct);
        if !other_rows || arm.iter().chain(against).any(Correct::is_empty) {
            return compare(&self.arm, &self.against, settings);
        }
        let wrong = |correct: &[Correct]| -> Vec<Vec<bool>> {
            let wrong = |seed: &Correct| seed.iter().map(|correct| !correct).collect();
            correct.iter().map(wrong).collect()
        };
        compare_rows(&wrong(arm), &wrong(against), settings)
    }
}

impl Results {
    /// Two arms of a point and what they show, before a correction for several comparisons; `None`
    /// if the point has no such arms or no seed has both.
    ///
    /// # Errors
    /// [`StatsError`] for settings out of range.
    pub fn compare_at(
        &self,
        series: usize,
        point: usize,
        pairing: &Pairing,
        settings: &Settings,
    ) -> Result<Option<Compared>, StatsError> {
        let at = &self.plan.series[series].points[point];
        let place = |name: &str| at.arms.iter().position(|arm| arm == name);
        let (Some(arm), Some(against)) = (place(&pairing.arm), place(&pairing.against)) else {
            return Ok(None);
        };
        let cells = |arm| self.by_seed(series, point, Some(arm));
        let paired = Paired::of(cells(arm), cells(against));
        // Arms that are the same cells (no layer reused) have no difference to show.
        if paired.seeds.is_empty() || paired.same_cells {
            return Ok(None);
        }
        let moves = &at.protocol().seed.moves;
        let comparison = paired.compare(moves.contains(&Moved::TargetRows), settings)?;
        Ok(Some(Compared {
            pairing: pairing.clone(),
            paired,
            comparison,
        }))
    }

    /// The comparisons of the main table that have a pair of scores. Their p values are corrected
    /// for all of them.
    ///
    /// # Errors
    /// [`StatsError`] for settings out of range.
    pub fn comparisons(&self, settings: &Settings) -> Result<Vec<Compared>, StatsError> {
        let mut found = Vec::new();
        for pairing in &self.main().pairings {
            found.extend(self.compare_at(0, 0, pairing, settings)?);
        }
        correct_for_family(found.iter_mut().map(|compared| &mut compared.comparison));
        Ok(found)
    }

    /// Compares two arms of the main table over the seeds that both have. The p value is corrected
    /// for all comparisons of the protocol.
    ///
    /// # Errors
    /// Arms that the protocol does not compare, or that no seed has.
    pub fn compare(&self, arm: &str, against: &str) -> Result<Comparison, ExperimentError> {
        let found = self.comparisons(&Settings::default())?;
        let known: Vec<String> = found.iter().map(|c| c.pairing.to_string()).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let asked = Pairing::new(arm, against);
        let name = asked.to_string();
        let what = format!("comparison {name} with results");
        let unknown = self.protocol().has_no(&what, &name, &known);
        let found = found.into_iter().find(|found| found.pairing == asked);
        Ok(found.ok_or(unknown)?.comparison)
    }
}
