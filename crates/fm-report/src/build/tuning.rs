//! Tuned arms: what they chose, and what fewer trials would have given.

use fm_experiment::protocol::{Trial, TuneSpec};
use fm_experiment::{Results, Tuned};
use fm_stats::{StatsError, expected_best, mean, sd};
use fm_train::Scores;
use serde_json::Value as Json;

use super::analysis::{Analysis, main_records};
use super::names::{axis_words, value_cell, value_text};
use super::tables::text;
use crate::document::{Section, Shown, Text};
use crate::number::{Unit, counted, seeds};
use crate::plot::{Axis, Datum, Mark, Plot, Shape};
use crate::table::{Column, Table, Value};

/// An arm that chooses its settings, over the seeds that have a score.
pub(crate) struct TunedArm<'a> {
    pub(crate) name: &'a str,
    /// Its place among the arms.
    index: usize,
    epochs: &'a [usize],
    trials: &'a [Trial],
    seeds: Vec<(u64, &'a Tuned)>,
}

/// A setting of an arm, and how often each of its values was chosen.
pub(crate) struct Chosen {
    /// "learning rate".
    pub(crate) setting: String,
    /// The values that there are, in their order, and in how many seeds each was chosen.
    pub(crate) values: Vec<(Json, usize)>,
}

/// The tuned arms of the main table; none if the protocol does not tune.
pub(crate) fn arms(results: &Results) -> Vec<TunedArm<'_>> {
    let Some(TuneSpec { epochs, .. }) = &results.protocol().tune else {
        return Vec::new();
    };
    let point = &results.main().points[0];
    let arms = point.arms.iter().enumerate().map(|(index, name)| {
        let records = main_records(results, Some(index));
        let seeds = records.filter_map(|(seed, record)| Some((seed, record.tuned.as_ref()?)));
        TunedArm {
            name,
            index,
            epochs,
            trials: point.trials(name),
            seeds: seeds.collect(),
        }
    });
    arms.filter(|arm| !arm.seeds.is_empty()).collect()
}

impl TunedArm<'_> {
    /// How often each value of each setting was chosen, the number of epochs last.
    pub(crate) fn chosen(&self) -> Vec<Chosen> {
        let keys = self.trials[0].settings.iter().map(|(key, _)| key.as_str());
        let chosen = keys.chain(["epochs"]).enumerate().map(|(at, key)| {
            let value = |trial: usize, epochs: usize| match self.trials[trial].settings.get(at) {
                Some((_, value)) => value.clone(),
                None => epochs.into(),
            };
            let taken = self
                .seeds
                .iter()
                .map(|(_, tuned)| value(tuned.trial, tuned.epochs));
            let taken: Vec<Json> = taken.collect();
            let mut values: Vec<(Json, usize)> = Vec::new();
            for trial in 0..self.trials.len() {
                for value in self.epochs.iter().map(|epochs| value(trial, *epochs)) {
                    if !values.iter().any(|(known, _)| *known == value) {
                        let count = taken.iter().filter(|taken| **taken == value).count();
                        values.push((value, count));
                    }
                }
            }
            // Trials are in the order of the grid, of which some combinations may be left out.
            let number = |(value, _): &(Json, usize)| value.as_f64().unwrap_or(0.0);
            values.sort_by(|a, b| number(a).total_cmp(&number(b)));
            let setting = setting_words(key);
            Chosen { setting, values }
        });
        chosen.collect()
    }

    /// What each of these seeds chose, for programs: `{"settings": {"*.lr": 0.03}, "epochs": 80}`,
    /// `null` where the training diverged or is missing.
    pub(crate) fn per_seed(&self, seeds: &[u64]) -> Vec<Json> {
        let of_seed = |seed: &u64| {
            let (_, tuned) = self.seeds.iter().find(|(known, _)| known == seed)?;
            let settings = self.trials[tuned.trial].settings.iter().cloned();
            let settings: serde_json::Map<String, Json> = settings.collect();
            Some(serde_json::json!({ "settings": settings, "epochs": tuned.epochs }))
        };
        let chosen = seeds.iter().map(|seed| of_seed(seed).unwrap_or_default());
        chosen.collect()
    }
}

impl Chosen {
    /// The values that were chosen, and in how many seeds.
    fn taken(&self) -> impl DoubleEndedIterator<Item = &(Json, usize)> {
        self.values.iter().filter(|(_, count)| *count > 0)
    }

    /// The value that most of the seeds chose, and how many, if it is the smallest or the largest of
    /// three numbers or more.
    pub(crate) fn at_edge(&self) -> Option<(String, usize)> {
        let is_number = self.values.iter().all(|(value, _)| value.is_number());
        let [first, _, .., last] = self.values.as_slice() else {
            return None;
        };
        let seeds: usize = self.values.iter().map(|(_, count)| count).sum();
        let mut edges = [first, last].into_iter().filter(|_| is_number);
        let (value, count) = edges.find(|(_, count)| 2 * count > seeds)?;
        Some((value_text(value), *count))
    }
}

/// "learning rate" for "*.lr", "epochs of phase 1"; the key where it has no words.
fn setting_words(key: &str) -> String {
    let phase = key.split_once("phases[");
    let phase = phase.and_then(|(_, rest)| rest.strip_suffix("].epochs"));
    if let Some(phase) = phase.and_then(|phase| phase.parse::<usize>().ok()) {
        return format!("epochs of phase {}", phase + 1);
    }
    let of_any = format!("*.{}", key.rsplit('.').next().unwrap_or(key));
    match axis_words(&of_any) {
        words if words != of_any => words.to_owned(),
        _ => key.strip_prefix("*.").unwrap_or(key).to_owned(),
    }
}

/// The section; `None` if no arm is tuned.
pub(crate) fn section(analysis: &Analysis<'_>) -> Result<Option<Section>, StatsError> {
    let results = analysis.results;
    let arms = arms(results);
    let (Some(tune), false) = (&results.protocol().tune, arms.is_empty()) else {
        return Ok(None);
    };
    let skipped = arms.iter().filter_map(|arm| {
        let found = arm
            .seeds
            .iter()
            .filter(|(_, tuned)| !tuned.skipped.is_empty());
        let found: Vec<u64> = found.map(|(seed, _)| *seed).collect();
        (!found.is_empty()).then(|| format!("{}: {}", arm.name, seeds(&found)))
    });
    let skipped = match skipped.collect::<Vec<_>>().join("; ") {
        none if none.is_empty() => "this never happened".to_owned(),
        arms => format!("this happened in {arms}"),
    };
    let mut section = Section::new("How the arms were tuned", Shown::Folded);
    section.push(Text::note(format!(
        "Every arm chose its settings itself, in each seed, on its own target rows: {} of settings, each \
         trained {} times without a part of the rows and scored on that part. The lowest mean loss \
         decides. The arm was then trained on all its rows, and scored once on the test images. If that \
         training diverges, or ends with a training loss above that of equal probabilities, the next \
         best combination is taken ({skipped}).",
        counted(arms[0].trials.len(), "combination"),
        tune.folds,
    )));
    section.push(summary(analysis, &arms));
    section.push(chosen(&arms));
    section.push(budget(results, &arms)?);
    Ok(Some(section))
}

fn summary(analysis: &Analysis<'_>, arms: &[TunedArm<'_>]) -> Table {
    let caption = "Error on held-out training rows, and on test rows";
    let error = |key, title| Column::new(key, title, Unit::Fraction).mean_sd();
    let diverged = Column::new("diverged", "diverged, mean", Unit::Number(1));
    Table::of("tuning-arms", caption, arms)
        .column(text("arm"), |arm| arm.name)
        .column(Column::count("seeds"), |arm| arm.seeds.len())
        .column(Column::count("trials"), |arm| arm.trials.len())
        .column(diverged, |arm| {
            let all = arm.seeds.iter().flat_map(|(_, tuned)| {
                (0..arm.trials.len()).filter(|&trial| tuned.best_of(trial).is_none())
            });
            all.count() as f64 / arm.seeds.len() as f64
        })
        .column(error("held_out_error", "held-out error"), |arm| {
            let best = arm
                .seeds
                .iter()
                .filter_map(|(_, tuned)| tuned.best_of(tuned.trial));
            let errors: Vec<f64> = best.map(|(_, scores)| scores.error()).collect();
            Value::MeanSd(mean(&errors), sd(&errors))
        })
        .column(error("test_error", "test error"), |arm| {
            analysis.arms[arm.index].1.test_error.description
        })
        .table()
}

fn chosen(arms: &[TunedArm<'_>]) -> Table {
    let rows = arms.iter().flat_map(|arm| {
        let chosen = arm.chosen().into_iter();
        chosen.map(move |chosen| (arm.name, chosen))
    });
    let rows: Vec<(&str, Chosen)> = rows.collect();
    let value = |key: &str, title: &str| Column::new(key, title, Unit::Setting);
    let cell = |chosen: Option<&(Json, usize)>| chosen.map(|(value, _)| value_cell(value));
    let most_often = |chosen: &'_ Chosen| chosen.taken().max_by_key(|(_, count)| *count).cloned();
    Table::of("tuning-chosen", "Chosen values, over the seeds", &rows)
        .column(text("arm"), |(arm, _)| *arm)
        .column(text("setting"), |(_, c)| c.setting.as_str())
        .column(value("smallest", "smallest"), |(_, c)| {
            cell(c.taken().next())
        })
        .column(value("largest", "largest"), |(_, c)| {
            cell(c.taken().next_back())
        })
        .column(value("most_often", "most often"), |(_, c)| {
            cell(most_often(c).as_ref())
        })
        .column(Column::new("seeds", "in seeds", Unit::Count), |(_, c)| {
            Some(most_often(c)?.1)
        })
        .table()
}

/// The held-out error that is expected of the best of `k` trials, for every `k`, on average over the seeds.
fn budget(results: &Results, arms: &[TunedArm<'_>]) -> Result<Plot, StatsError> {
    let classes = results.main().points[0].target_classes().len();
    let chance = 1.0 - 1.0 / classes as f64;
    let mut plot = Plot::new(
        "tuning-budget",
        "Held-out error over the number of trials",
        Axis::linear("trials", Unit::Count),
        Axis::log("held-out error of the best trial", Unit::Fraction),
    )
    .note(
        "The error on held-out training rows that is expected of the best of so many trials, on \
         average over the seeds (Dodge et al. 2019, without replacement). The best trial has the lowest \
         held-out loss; one that diverged counts as guessing.",
    );
    for arm in arms {
        let of_seed = |(_, tuned): &(u64, &Tuned)| {
            let best = (0..arm.trials.len()).map(|trial| match tuned.best_of(trial) {
                Some((_, scores)) => (scores.loss, scores.error()),
                None => (f64::INFINITY, chance),
            });
            let (losses, errors): (Vec<f64>, Vec<f64>) = best.unzip();
            expected_best(&losses, &errors)
        };
        let seeds = arm.seeds.iter().map(of_seed);
        let seeds: Vec<Vec<f64>> = seeds.collect::<Result<_, _>>()?;
        let data = (0..arm.trials.len()).map(|k| {
            let errors: Vec<f64> = seeds.iter().map(|errors| errors[k]).collect();
            Datum::new((k + 1) as f64, mean(&errors), counted(k + 1, "trial"))
        });
        plot = plot.with(Mark::new(Shape::Line, arm.name, arm.index, data));
    }
    Ok(plot)
}

/// A row for each trial of each training of the main table at each number of epochs; `None` if no arm
/// is tuned.
pub(crate) fn trials(results: &Results) -> Option<Table> {
    let arms = arms(results);
    let mut keys: Vec<&str> = Vec::new();
    let trials = arms.iter().flat_map(|arm| arm.trials);
    for (key, _) in trials.flat_map(|trial| &trial.settings) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    let columns = ["arm", "seed", "trial"].map(text);
    let columns = columns.into_iter().chain(keys.iter().map(|key| text(key)));
    let scores = ["epochs", "held_out_loss", "held_out_error", "chosen"];
    let columns = columns.chain(scores.map(text));
    let mut table = Table::new("tuning", "Every trial", columns);
    for arm in &arms {
        for &(seed, tuned) in &arm.seeds {
            for (trial, scores) in tuned.scores.iter().enumerate() {
                let settings = &arm.trials[trial].settings;
                let value = |key: &&str| {
                    let known = settings.iter().find(|(known, _)| known == key);
                    known.map(|(_, value)| value_text(value)).into()
                };
                for (&epochs, scores) in arm.epochs.iter().zip(scores) {
                    let chosen = (tuned.trial, tuned.epochs) == (trial, epochs);
                    let of_trial = [arm.name.into(), seed.into(), (trial + 1).into()].into_iter();
                    table.push(of_trial.chain(keys.iter().map(value)).chain([
                        epochs.into(),
                        scores.as_ref().map(|scores| scores.loss).into(),
                        scores.as_ref().map(Scores::error).into(),
                        usize::from(chosen).into(),
                    ]));
                }
            }
        }
    }
    (!arms.is_empty()).then_some(table)
}
