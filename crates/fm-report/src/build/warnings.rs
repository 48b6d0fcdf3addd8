//! [`Warning`]: what a reader must know before believing the results, with what to do about it.

use std::collections::BTreeMap;

use fm_experiment::protocol::Pairing;
use fm_experiment::{Predictions, Record, Results};
use fm_stats::{MIN_PAIRS, StatsError, pairs_to_conclude};
use fm_train::constant_prediction;
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::analysis::{Analysis, main_records};
use super::influence::{self, Change};
use super::learning::{TRAIN_LOSS, bands, histories};
use super::names::models;
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

/// All warnings of some results.
pub(crate) fn warnings(analysis: &Analysis<'_>) -> Result<Vec<Warning>, StatsError> {
    let results = analysis.results;
    let mut warnings = Vec::new();
    let mut warn = |kind, numbers, says, advice| {
        warnings.push(Warning {
            kind,
            numbers,
            says,
            advice,
        });
    };
    for (model, arm) in models(results) {
        let constant = main_records(results, arm).filter(|(_, record)| is_constant(record));
        let seeds: Vec<u64> = constant.map(|(seed, _)| seed).collect();
        if !seeds.is_empty() {
            let numbers = json!({ "model": model, "seeds": seeds });
            let seeds = ranges(&seeds);
            let says =
                format!("{model} predicts the same class for every test row (seeds {seeds}).");
            let advice = "Look at its learning curve: a loss that stays or grows means that the learning \
                          rate is too high or too low. Check the labels too.";
            warn("constant_predictions", numbers, says, advice);
        }
    }
    if results.store().dataset().name == SAMPLE {
        let says = "The data are the embedded sample of Fashion-MNIST, 10,000 of its 60,000 training \
                    images: the results are not those of the whole dataset.";
        let advice = "Download Fashion-MNIST for results that can be compared with others.";
        warn("sample", json!({}), says.to_owned(), advice);
    }
    let of = results.cells().count();
    let (failed, missing) = (results.failed().count(), results.missing().count());
    if failed > 0 {
        let numbers = json!({ "cells": failed, "of": of });
        let trainings = counted(failed, "training");
        let says = format!("{trainings} of {of} diverged; trainings that diverge have no scores.");
        let advice = "Lower the learning rate, or clip the gradients.";
        warn("diverged", numbers, says, advice);
    }
    if missing > 0 {
        let numbers = json!({ "cells": missing, "of": of });
        let trainings = counted(missing, "training");
        let says = format!("{trainings} of {of} are still to be done.");
        let advice = "Start the experiment again: it trains what is missing.";
        warn("missing", numbers, says, advice);
        let shares = failed_shares(results);
        if !shares.is_empty() {
            let says = format!("Some shares of the work failed: {}.", shares.join("; "));
            let advice = "Remove the cause, and start the experiment again.";
            warn("shares_failed", json!({ "shares": shares }), says, advice);
        }
    }
    let seeds = &results.main().seeds;
    let family = results.main().pairings.len();
    let needed = pairs_to_conclude(analysis.settings.alpha(), family.max(1)).max(MIN_PAIRS);
    if seeds.len() < needed && family > 0 {
        let numbers = json!({ "seeds": seeds.len(), "needed": needed });
        let seeds = counted(seeds.len(), "seed");
        let says = format!(
            "{seeds} cannot show a difference, whatever the results are: it takes {needed}."
        );
        let advice = "Add seeds before saying which arm is better.";
        warn("too_few_seeds", numbers, says, advice);
    }
    let changes = influence::changes(&analysis.comparisons, seeds, needed, &analysis.settings)?;
    if !changes.is_empty() {
        let numbers = changes.iter().map(|change| {
            let Pairing { arm, against } = change.pairing;
            json!({ "arm": arm, "against": against, "verdict": change.verdict, "seeds": change.seeds })
        });
        let numbers = json!({ "changes": numbers.collect::<Vec<_>>() });
        let words = change_words(&changes);
        let says = format!("A single seed decides some verdicts. {words}");
        let advice = "Look at the trainings of these seeds, and add seeds before you conclude.";
        warn("one_seed_decides", numbers, says, advice);
    }
    let edges = at_edge(results);
    if !edges.is_empty() {
        let arms = edges.iter().map(|(arm, settings)| {
            let settings = settings.iter();
            let settings = settings.map(|(setting, value, seeds)| {
                format!("{setting} {value} ({})", counted(*seeds, "seed"))
            });
            format!("{arm}: {}", settings.collect::<Vec<_>>().join(", "))
        });
        let says = format!(
            "In most seeds these arms chose the largest or the smallest value of a setting: {}.",
            arms.collect::<Vec<_>>().join("; ")
        );
        let advice = "A wider range in the protocol's [tune] may give these arms a lower error.";
        warn("at_edge", json!({ "arms": edges }), says, advice);
    }
    let falls = still_falling(analysis);
    if !falls.is_empty() {
        let arms = falls.iter();
        let arms = arms.map(|(arm, fall)| format!("{arm} {:.0} %", 100.0 * fall));
        let says = format!(
            "These arms had not converged; in the last quarter of the epochs their training loss still \
             fell: {}.",
            arms.collect::<Vec<_>>().join(", ")
        );
        let advice = "These results compare arms after equal training, not at their best. Train for more \
                      epochs, or at a higher learning rate, before concluding that an arm cannot do better.";
        warn("not_converged", json!({ "arms": falls }), says, advice);
    }
    Ok(warnings)
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

/// `share 3/8 on n3: no data`
fn failed_shares(results: &Results) -> Vec<String> {
    // What processes say of themselves is not part of the results.
    let processes = results.store().processes().unwrap_or_default();
    let failed = processes.into_iter().filter_map(|process| {
        let why = process.failed?;
        let share = process.slice.map(|slice| format!("share {slice} "));
        let (share, host) = (share.unwrap_or_default(), process.host);
        Some(format!("{share}on {host}: {}", why.trim_end_matches('.')))
    });
    failed.collect()
}

/// "Without seed 8, transfer − scratch would be better, fine-tune − transfer would be practically equal."
fn change_words(changes: &[Change<'_>]) -> String {
    let mut verdicts: BTreeMap<&[u64], Vec<String>> = BTreeMap::new();
    for change in changes {
        let verdict = verdict_words(Some(change.verdict));
        let words = format!("{} would be {verdict}", change.pairing);
        verdicts.entry(&change.seeds).or_default().push(words);
    }
    let sentences = verdicts.into_iter().map(|(left_out, verdicts)| {
        let several = left_out.len() > 1;
        let any = if several { "any one of " } else { "" };
        format!("Without {any}{}, {}.", seeds(left_out), verdicts.join(", "))
    });
    sentences.collect::<Vec<_>>().join(" ")
}

/// By tuned arm, the settings of which it mostly chose the largest or smallest value: the setting, the
/// value, and in how many seeds.
fn at_edge(results: &Results) -> BTreeMap<String, Vec<(String, String, usize)>> {
    let mut arms: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for arm in tuning::arms(results) {
        for chosen in arm.chosen() {
            if let Some((value, seeds)) = chosen.at_edge() {
                let settings = arms.entry(arm.name.to_owned()).or_default();
                settings.push((chosen.setting, value, seeds));
            }
        }
    }
    arms
}

/// By arm, the share by which its mean training loss fell over the last quarter of the epochs, where
/// that is much. Tuned arms have chosen how long they are trained.
fn still_falling<'a>(analysis: &'a Analysis<'_>) -> BTreeMap<&'a str, f64> {
    let mut falls = BTreeMap::new();
    for (index, (arm, _)) in analysis.arms.iter().enumerate() {
        let bands = bands(&histories(analysis.results, Some(index)), TRAIN_LOSS);
        // Of fewer epochs a quarter is no trend.
        if bands.len() >= 4 && analysis.results.protocol().tune.is_none() {
            let last = bands.len() - 1;
            let fall = 1.0 - bands[last].mean / bands[last - bands.len() / 4].mean;
            if fall >= STILL_FALLING {
                falls.insert(arm.as_str(), fall);
            }
        }
    }
    falls
}
