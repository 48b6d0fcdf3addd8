//! [`Warning`]: what a reader must know before believing the results, with what to do about it.

use std::collections::BTreeMap;

use fm_experiment::protocol::{Freeze, Pairing, TrunkOrigin};
use fm_experiment::{Predictions, Record, Results};
use fm_stats::{MIN_PAIRS, StatsError, pairs_to_conclude};
use fm_train::constant_prediction;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::analysis::{Analysis, main_place, main_records};
use super::influence::{self, Change};
use super::learning::{TRAIN_LOSS, bands, histories};
use super::sentences::verdict_words;
use super::tuning;
use crate::number::{counted, ranges, seeds};

/// A training loss that falls by this share or more over the last quarter of the epochs has not
/// converged.
const STILL_FALLING: f64 = 0.1;

/// The name of the embedded sample of Fashion-MNIST.
pub(crate) const SAMPLE: &str = "fashion-mnist-sample";

/// Something odd in the results, or too little of them. The most severe come first.
///
/// | kind | numbers | meaning |
/// |---|---|---|
/// | `source_changed` | `arm`, `seeds` | the source network that an arm was trained from is not the one that was scored |
/// | `frozen_trunk_changed` | `arm`, `seeds` | a trunk changed while it was frozen |
/// | `constant_predictions` | `model`, `seeds` | a network predicts the same class for every test row |
/// | `sample` | | the data are the embedded sample |
/// | `diverged`, `missing` | `cells`, `of` | trainings without scores, and those that are not done |
/// | `shares_failed` | `shares` | processes that could not train their shares |
/// | `too_few_seeds` | `seeds`, `needed` | so few seeds cannot show a difference |
/// | `one_seed_decides` | `changes` | verdicts that change if one seed is left out |
/// | `at_edge` | `arms` | settings whose largest or smallest value was chosen in most seeds: the setting, the value, how many |
/// | `not_converged` | `arms` | the share by which the training loss still fell over the last quarter of the epochs |
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Warning {
    /// What it is about.
    pub kind: &'static str,
    /// Its numbers, by name.
    #[serde(flatten)]
    pub numbers: Json,
    /// What is wrong: sentences with a full stop.
    pub says: String,
    /// What to do about it.
    pub advice: &'static str,
}

impl Warning {
    fn new(kind: &'static str, numbers: Json, says: String, advice: &'static str) -> Self {
        Self {
            kind,
            numbers,
            says,
            advice,
        }
    }
}

/// All warnings of some results.
pub(crate) fn warnings(analysis: &Analysis<'_>) -> Result<Vec<Warning>, StatsError> {
    let results = analysis.results;
    let mut warnings = of_records(analysis);
    warnings.extend(of_cells(results));
    let seeds = results.main().seeds.len();
    let family = results.main().pairings.len();
    let needed = pairs_to_conclude(analysis.settings.alpha(), family.max(1)).max(MIN_PAIRS);
    if seeds < needed && family > 0 {
        let numbers = json!({ "seeds": seeds, "needed": needed });
        let seeds = counted(seeds, "seed");
        warnings.push(Warning::new(
            "too_few_seeds",
            numbers,
            format!(
                "{seeds} cannot show a difference, whatever the results are: it takes {needed}."
            ),
            "Add seeds before saying which arm is better.",
        ));
    }
    warnings.extend(one_seed_decides(analysis, needed)?);
    warnings.extend(at_edge(results));
    // Tuned arms have chosen how long they are trained.
    warnings.extend(not_converged(analysis).filter(|_| results.protocol().tune.is_none()));
    Ok(warnings)
}

/// The data, and trainings without scores.
fn of_cells(results: &Results) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if results.store().dataset().name == SAMPLE {
        let says = "The data are the embedded sample of Fashion-MNIST, 10,000 of its 60,000 training \
                    images: the results are not those of the whole dataset.";
        let advice = "Download Fashion-MNIST for results that can be compared with others.";
        warnings.push(Warning::new("sample", json!({}), says.to_owned(), advice));
    }
    let of = results.cells().count();
    let mut add = |kind, cells, says: &str, advice| {
        let says = format!("{} of {of} {says}.", counted(cells, "training"));
        let numbers = json!({ "cells": cells, "of": of });
        warnings.extend((cells > 0).then(|| Warning::new(kind, numbers, says, advice)));
    };
    let (failed, missing) = (results.failed().count(), results.missing().count());
    let diverged = match failed {
        1 => "diverged and has no scores",
        _ => "diverged and have no scores",
    };
    let advice = "Lower the learning rate, or clip the gradients.";
    add("diverged", failed, diverged, advice);
    let advice = "Start the experiment again: it trains what is missing.";
    add("missing", missing, "are still to be done", advice);
    let shares = failed_shares(results);
    if missing > 0 && !shares.is_empty() {
        let says = format!("Some shares of the work failed: {}.", shares.join("; "));
        let numbers = json!({ "shares": shares });
        let advice = "Remove the cause, and start the experiment again.";
        warnings.push(Warning::new("shares_failed", numbers, says, advice));
    }
    warnings
}

/// Verdicts that change without a seed, if `needed` seeds are left.
fn one_seed_decides(analysis: &Analysis<'_>, needed: usize) -> Result<Option<Warning>, StatsError> {
    let seeds = &analysis.results.main().seeds;
    let changes = influence::changes(&analysis.comparisons, seeds, needed, &analysis.settings)?;
    let numbers = changes.iter().map(|change| {
        let Pairing { arm, against } = change.pairing;
        json!({ "arm": arm, "against": against, "verdict": change.verdict, "seeds": change.seeds })
    });
    let numbers = json!({ "changes": numbers.collect::<Vec<_>>() });
    let says = format!(
        "A single seed decides some verdicts. {}",
        change_words(&changes)
    );
    let advice = "Look at the trainings of these seeds, and add seeds before you conclude.";
    let warning = || Warning::new("one_seed_decides", numbers, says, advice);
    Ok((!changes.is_empty()).then(warning))
}

/// Tuned arms that mostly chose the largest or smallest value of a setting.
fn at_edge(results: &Results) -> Option<Warning> {
    let tuned = tuning::arms(results);
    let edges = tuned.iter().map(|arm| {
        let edges = arm.chosen().into_iter().filter_map(|chosen| {
            let (value, seeds) = chosen.at_edge()?;
            Some((chosen.setting, value, seeds))
        });
        (arm.name, edges.collect::<Vec<_>>())
    });
    let edges: BTreeMap<_, _> = edges.filter(|(_, edges)| !edges.is_empty()).collect();
    let arms = edges.iter().map(|(arm, settings)| {
        let settings = settings.iter();
        let settings =
            settings.map(|(setting, value, seeds)| format!("{setting} {value} ({seeds})"));
        format!("{arm}: {}", settings.collect::<Vec<_>>().join(", "))
    });
    let says = format!(
        "In more than half of the seeds an arm chose the largest or smallest value of a setting with \
         three or more: {}.",
        arms.collect::<Vec<_>>().join("; ")
    );
    let numbers = json!({ "arms": edges });
    let advice = "A wider range in the protocol's [tune] may give these arms a lower error.";
    (!edges.is_empty()).then(|| Warning::new("at_edge", numbers, says, advice))
}

/// Arms whose training loss was still falling.
fn not_converged(analysis: &Analysis<'_>) -> Option<Warning> {
    let arms = analysis.arms.iter().enumerate();
    let falls = arms.filter_map(|(index, (arm, _))| {
        let fall = fall(&histories(analysis.results, Some(index)))?;
        (fall >= STILL_FALLING).then_some((arm, fall))
    });
    let falls: BTreeMap<_, _> = falls.collect();
    let arms = falls
        .iter()
        .map(|(arm, fall)| format!("{arm} {:.0} %", 100.0 * fall));
    let says = format!(
        "These arms had not converged; in the last quarter of the epochs their training loss still \
         fell: {}.",
        arms.collect::<Vec<_>>().join(", ")
    );
    let numbers = json!({ "arms": falls });
    let advice = "These results compare arms after equal training, not at their best. Train for more \
                  epochs, or at a higher learning rate, before concluding that an arm cannot do better.";
    (!falls.is_empty()).then(|| Warning::new("not_converged", numbers, says, advice))
}

/// Records that contradict each other, and networks that learned nothing.
fn of_records(analysis: &Analysis<'_>) -> Vec<Warning> {
    const ERROR: &str =
        "Do not use these results: this is an error of the program. Please report it.";
    const CONSTANT: &str = "Look at its learning curve: a loss that stays or grows means that the \
                            learning rate is too high or too low. Check the labels too.";
    let results = analysis.results;
    let mut warnings = Vec::new();
    let mut odd = |kind, (key, model): (&str, &str), arm, is_odd: IsOdd<'_>, says: String| {
        let records = main_records(results, arm);
        let seeds = records.filter_map(|(seed, record)| is_odd(record, seed).then_some(seed));
        let seeds: Vec<u64> = seeds.collect();
        let says = format!("{says} (seeds {}).", ranges(&seeds));
        let advice = if kind == "constant_predictions" {
            CONSTANT
        } else {
            ERROR
        };
        let numbers = json!({ key: model, "seeds": seeds });
        warnings.extend((!seeds.is_empty()).then(|| Warning::new(kind, numbers, says, advice)));
    };
    for (index, (arm, _)) in analysis.arms.iter().enumerate() {
        let (of, place) = (("arm", arm.as_str()), Some(index));
        let changed = |record: &Record, seed| source_changed(results, arm, record, seed);
        let says =
            format!("{arm} was trained from another source network than the one that was scored");
        odd("source_changed", of, place, &changed, says);
        let thawed = |record: &Record, _| frozen_trunk_changed(record);
        let says = format!("The trunk of {arm} changed while it was frozen");
        odd("frozen_trunk_changed", of, place, &thawed, says);
    }
    let arms = analysis.arms.iter().enumerate();
    let arms = arms.map(|(index, (arm, _))| (arm.as_str(), Some(index)));
    for (model, place) in [("source", None)].into_iter().chain(arms) {
        let constant = |record: &Record, _| is_constant(record);
        let says = format!("{model} predicts the same class for every test row");
        odd(
            "constant_predictions",
            ("model", model),
            place,
            &constant,
            says,
        );
    }
    warnings
}

/// Whether the record of a seed is odd.
type IsOdd<'a> = &'a dyn Fn(&Record, u64) -> bool;

/// "Without seed 8, transfer − scratch would be better, fine-tune − transfer would be practically equal."
fn change_words(changes: &[Change<'_>]) -> String {
    let mut verdicts: BTreeMap<&[u64], Vec<String>> = BTreeMap::new();
    for change in changes {
        let verdict = verdict_words(Some(change.verdict));
        let words = format!("{} would be {verdict}", change.pairing);
        verdicts.entry(&change.seeds).or_default().push(words);
    }
    let sentences = verdicts.into_iter().map(|(left_out, verdicts)| {
        let one = if left_out.len() == 1 {
            ""
        } else {
            "any one of "
        };
        format!("Without {one}{}, {}.", seeds(left_out), verdicts.join(", "))
    });
    sentences.collect::<Vec<_>>().join(" ")
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
