//! [`Warning`]: what a reader must know before believing the results, with what to do about it.

use std::collections::BTreeMap;

use fm_experiment::protocol::{Freeze, TrunkOrigin};
use fm_experiment::{Predictions, Record, Results};
use fm_stats::{MIN_PAIRS, pairs_to_conclude};
use fm_train::constant_prediction;
use serde::Serialize;

use super::analysis::{Analysis, main_place, main_records};
use super::learning::{TRAIN_LOSS, bands, histories};
use super::tuning;
use crate::number::{counted, ranges};

/// A training loss that falls by this share or more over the last quarter of the epochs has not
/// converged.
const STILL_FALLING: f64 = 0.1;

/// The name of the embedded sample of Fashion-MNIST.
pub(crate) const SAMPLE: &str = "fashion-mnist-sample";

/// Something odd in the results, or too little of them. The most severe come first.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// The source network that an arm was trained from is not the one that was scored.
    SourceChanged {
        /// Name of the arm.
        arm: String,
        /// Seeds in which the digests differ.
        seeds: Vec<u64>,
    },
    /// A trunk changed while it was frozen.
    FrozenTrunkChanged {
        /// Name of the arm.
        arm: String,
        /// Seeds in which the digests differ.
        seeds: Vec<u64>,
    },
    /// A network predicts the same class for every test row.
    ConstantPredictions {
        /// `source`, or the name of an arm.
        model: String,
        /// Seeds in which it does.
        seeds: Vec<u64>,
    },
    /// The data are the embedded sample.
    Sample,
    /// Trainings diverged; they have no scores.
    Diverged {
        /// How many.
        cells: usize,
        /// Of so many.
        of: usize,
    },
    /// Cells are not trained yet.
    Missing {
        /// How many.
        cells: usize,
        /// Of so many.
        of: usize,
    },
    /// Processes could not train their shares.
    SharesFailed {
        /// Which, where and why.
        shares: Vec<String>,
    },
    /// So few seeds cannot show a difference, whatever their results are.
    TooFewSeeds {
        /// Seeds of the main table.
        seeds: usize,
        /// Seeds that can show a difference.
        needed: usize,
    },
    /// Tuned arms chose the largest or smallest value of a setting in more than half of the seeds.
    AtEdge {
        /// Setting and value, and in how many seeds, by arm.
        arms: BTreeMap<String, Vec<(String, String, usize)>>,
    },
    /// The training loss was still falling when the training ended.
    NotConverged {
        /// By arm, the share by which it fell over the last quarter of the epochs.
        arms: BTreeMap<String, f64>,
    },
}

impl Warning {
    /// What is wrong, and what to do about it: sentences with a full stop.
    pub fn words(&self) -> [String; 2] {
        const ERROR: &str =
            "Do not use these results: this is an error of the program. Please report it.";
        let (says, advice) = match self {
            Self::SourceChanged { arm, seeds } => {
                let seeds = ranges(seeds);
                let says = format!(
                    "{arm} was trained from another source network than the one that was scored \
                     (seeds {seeds})."
                );
                (says, ERROR)
            }
            Self::FrozenTrunkChanged { arm, seeds } => {
                let seeds = ranges(seeds);
                let says =
                    format!("The trunk of {arm} changed while it was frozen (seeds {seeds}).");
                (says, ERROR)
            }
            Self::ConstantPredictions { model, seeds } => {
                let seeds = ranges(seeds);
                (
                    format!("{model} predicts the same class for every test row (seeds {seeds})."),
                    "Look at its learning curve: a loss that stays or grows means that the learning \
                     rate is too high or too low. Check the labels too.",
                )
            }
            Self::Sample => (
                "The data are the embedded sample of Fashion-MNIST, 10,000 of its 60,000 training \
                 images: the results are not those of the whole dataset."
                    .to_owned(),
                "Download Fashion-MNIST for results that can be compared with others.",
            ),
            Self::Diverged { cells, of } => {
                let have = if *cells == 1 { "has" } else { "have" };
                let cells = counted(*cells, "training");
                let says = format!("{cells} of {of} diverged and {have} no scores.");
                (says, "Lower the learning rate, or clip the gradients.")
            }
            Self::Missing { cells, of } => {
                let cells = counted(*cells, "training");
                let says = format!("{cells} of {of} are still to be done.");
                (
                    says,
                    "Start the experiment again: it trains what is missing.",
                )
            }
            Self::SharesFailed { shares } => {
                let says = format!("Some shares of the work failed: {}.", shares.join("; "));
                (says, "Remove the cause, and start the experiment again.")
            }
            Self::TooFewSeeds { seeds, needed } => {
                let seeds = counted(*seeds, "seed");
                let says = format!(
                    "{seeds} cannot show a difference, whatever the results are: it takes {needed}."
                );
                (says, "Add seeds before saying which arm is better.")
            }
            Self::AtEdge { arms } => {
                let arms = arms.iter().map(|(arm, settings)| {
                    let settings = settings.iter();
                    let settings = settings
                        .map(|(setting, value, seeds)| format!("{setting} {value} ({seeds})"));
                    format!("{arm}: {}", settings.collect::<Vec<_>>().join(", "))
                });
                (
                    format!(
                        "In more than half of the seeds an arm chose the largest or smallest value \
                         of a setting with three or more: {}.",
                        arms.collect::<Vec<_>>().join("; ")
                    ),
                    "A wider range in the protocol's [tune] may give these arms a lower error.",
                )
            }
            Self::NotConverged { arms } => {
                let fall = |(arm, fall): (&String, &f64)| format!("{arm} {:.0} %", 100.0 * fall);
                let falls = arms.iter().map(fall).collect::<Vec<_>>().join(", ");
                (
                    format!(
                        "These arms had not converged; in the last quarter of the epochs their \
                         training loss still fell: {falls}."
                    ),
                    "These results compare arms after equal training, not at their best. Train for \
                     more epochs, or at a higher learning rate, before concluding that an arm cannot \
                     do better.",
                )
            }
        };
        [says, advice.to_owned()]
    }
}

/// All warnings of some results.
pub(crate) fn warnings(analysis: &Analysis<'_>) -> Vec<Warning> {
    let results = analysis.results;
    let mut warnings = Vec::new();
    let arms = || analysis.arms.iter().enumerate();
    for (index, (name, _)) in arms() {
        let arm = || name.clone();
        let changed = |record: &Record, seed| source_changed(results, name, record, seed);
        let seeds = seeds_where(results, Some(index), changed);
        warnings.extend(seeds.map(|seeds| Warning::SourceChanged { arm: arm(), seeds }));
        let thawed = |record: &Record, _| frozen_trunk_changed(record);
        let seeds = seeds_where(results, Some(index), thawed);
        warnings.extend(seeds.map(|seeds| Warning::FrozenTrunkChanged { arm: arm(), seeds }));
    }
    let models = arms().map(|(index, (arm, _))| (arm.as_str(), Some(index)));
    for (model, index) in [("source", None)].into_iter().chain(models) {
        let seeds = seeds_where(results, index, |record, _| is_constant(record));
        let model = model.to_owned();
        warnings.extend(seeds.map(|seeds| Warning::ConstantPredictions { model, seeds }));
    }
    if results.store().dataset().name == SAMPLE {
        warnings.push(Warning::Sample);
    }
    let of = results.cells().count();
    let cells = results.failed().count();
    if cells > 0 {
        warnings.push(Warning::Diverged { cells, of });
    }
    let cells = results.missing().count();
    if cells > 0 {
        warnings.push(Warning::Missing { cells, of });
        let shares = failed_shares(results);
        if !shares.is_empty() {
            warnings.push(Warning::SharesFailed { shares });
        }
    }
    let seeds = results.main().seeds.len();
    let family = results.main().pairings.len();
    let needed = pairs_to_conclude(analysis.settings.alpha(), family.max(1)).max(MIN_PAIRS);
    if seeds < needed && family > 0 {
        warnings.push(Warning::TooFewSeeds { seeds, needed });
    }
    let tuned = tuning::arms(results);
    let edges = tuned.iter().map(|arm| {
        let edges = arm.chosen().into_iter().filter_map(|chosen| {
            let (value, seeds) = chosen.at_edge()?;
            Some((chosen.setting, value, seeds))
        });
        (arm.name.to_owned(), edges.collect::<Vec<_>>())
    });
    let edges: BTreeMap<_, _> = edges.filter(|(_, edges)| !edges.is_empty()).collect();
    if !edges.is_empty() {
        warnings.push(Warning::AtEdge { arms: edges });
    }
    // Tuned arms have chosen how long they are trained.
    let untuned = || arms().filter(|_| results.protocol().tune.is_none());
    let falls = untuned().filter_map(|(index, (arm, _))| {
        let fall = fall(&histories(results, Some(index)))?;
        (fall >= STILL_FALLING).then(|| (arm.clone(), fall))
    });
    let arms: BTreeMap<String, f64> = falls.collect();
    if !arms.is_empty() {
        warnings.push(Warning::NotConverged { arms });
    }
    warnings
}

/// `share 3/8 on n3: no data`
fn failed_shares(results: &Results) -> Vec<String> {
    // What processes say of themselves is not part of the results.
    let processes = results.store().processes().unwrap_or_default();
    let failed = processes.into_iter().filter_map(|process| {
        let why = process.failed?;
        let share = process.slice.map(|slice| format!("share {slice} "));
        let why = why.trim_end_matches('.');
        Some(format!(
            "{}on {}: {why}",
            share.unwrap_or_default(),
            process.host
        ))
    });
    failed.collect()
}

/// The seeds whose record of a model is odd; `None` if none is.
fn seeds_where(
    results: &Results,
    arm: Option<usize>,
    odd: impl Fn(&Record, u64) -> bool,
) -> Option<Vec<u64>> {
    let records = main_records(results, arm);
    let seeds = records.filter_map(|(seed, record)| odd(record, seed).then_some(seed));
    let seeds: Vec<u64> = seeds.collect();
    (!seeds.is_empty()).then_some(seeds)
}

fn source_changed(results: &Results, arm: &str, record: &Record, seed: u64) -> bool {
    let arm = results.protocol().arm(arm);
    let copied = arm.is_some_and(|arm| arm.trunk == TrunkOrigin::Source);
    let source = results.record(main_place(None, seed));
    let digests = source.and_then(|source| source.source_sha256.as_ref());
    let digests = digests.zip(record.source_sha256.as_ref());
    copied && digests.is_some_and(|(scored, reused)| scored != reused)
}

/// Whether the trunk's digest changed over a phase that freezes all of it.
fn frozen_trunk_changed(record: &Record) -> bool {
    let hidden = record.recipe.network.hidden.len();
    let Some(arm) = &record.recipe.arm else {
        return false;
    };
    let phases = match (&arm.tuning, &record.tuned) {
        (Some(tuning), Some(tuned)) => tuning.phases(tuned.trial, tuned.epochs),
        _ => arm.phases.clone(),
    };
    let mut changed = phases.iter().zip(record.trunk_sha256.windows(2));
    changed.any(|(phase, digests)| {
        let all = match phase.freeze {
            Freeze::Trunk => true,
            Freeze::First(k) => k >= hidden,
            Freeze::Nothing | Freeze::Parts(_) => false,
        };
        all && digests[0] != digests[1]
    })
}

fn is_constant(record: &Record) -> bool {
    match &record.predictions {
        Some(Predictions::Logits(logits)) => constant_prediction(logits.view()).is_some(),
        Some(Predictions::Classes { class, .. }) => {
            class.len() > 1 && class.iter().all(|other| *other == class[0])
        }
        None => false,
    }
}

/// The share by which the mean training loss fell over the last quarter of the epochs.
fn fall(histories: &[&[fm_train::EpochRecord]]) -> Option<f64> {
    let bands = bands(histories, TRAIN_LOSS);
    let last = bands.last()?;
    // Of fewer epochs a quarter is no trend.
    let quarter = (bands.len() >= 4).then(|| bands.len() - 1 - bands.len() / 4)?;
    Some(1.0 - last.mean / bands[quarter].mean)
}
