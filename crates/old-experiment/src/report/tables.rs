//! The tables of a report.

use serde_json::Value;

use super::command::command_line;
use super::load::Material;
use super::numbers::{self, better_in, class_name, percent, percent_number, points};
use super::table::Table;
use crate::plan::Plan;
use crate::protocol::{Arm, Freeze, PhaseSpec, Protocol};
use crate::stats::words::{level_words, p_number};
use crate::stats::{Bounds, Comparison, Settings, WinConclusion};
use crate::summary::{ArmSummary, Measure};

/// Test scores of every arm, an arm per column.
pub(super) fn scores(material: &Material) -> Table {
    let summary = &material.summary;
    let interval = format!("{} interval", level_words(Settings::default().level));
    let arms = &material.plan.identity.protocol.arms;
    let caption = "Test scores, mean ± standard deviation";
    let mut table = Table::with_columns(caption, arms.iter().map(|arm| arm.name.clone()));
    let mut row = |name: &str, cell: &dyn Fn(&ArmSummary) -> String| {
        let cells = arms.iter().map(|arm| cell(&summary.arms[&arm.name]));
        table
            .rows
            .push([name.to_owned()].into_iter().chain(cells).collect());
    };
    let ends = |bounds: &Bounds| numbers::interval(bounds, percent_number);
    row("accuracy", &|a| {
        numbers::percent_and_sd(&a.test_accuracy.description)
    });
    row(&interval, &|a| {
        ends(&a.test_accuracy.description.mean_interval)
    });
    row("error", &|a| {
        numbers::percent_and_sd(&a.test_error.description)
    });
    row(&interval, &|a| {
        ends(&a.test_error.description.mean_interval)
    });
    // A lone value is its own median, and says no more than the mean.
    let of = |m: &Measure, value: f64| match m.description.count {
        1 => "–".to_owned(),
        _ => percent(value),
    };
    row("error, median", &|a| {
        of(&a.test_error, a.test_error.description.median)
    });
    row(&interval, &|a| {
        ends(&a.test_error.description.median_interval)
    });
    row("error, interquartile mean", &|a| {
        of(&a.test_error, a.test_error.description.interquartile_mean)
    });
    row(&interval, &|a| {
        ends(&a.test_error.description.interquartile_mean_interval)
    });
    row("loss", &|a| numbers::loss_and_sd(&a.test_loss.description));
    row(&interval, &|a| {
        let bounds = &a.test_loss.description.mean_interval;
        numbers::interval(bounds, |v| format!("{v:.4}"))
    });
    table
}

/// The comparisons, one per column.
pub(super) fn comparisons(material: &Material) -> Option<Table> {
    let comparisons = &material.summary.comparisons;
    let first = comparisons.first()?;
    let interval = format!("{} interval", level_words(first.level));
    let one = one_baseline(material);
    let caption = match one {
        Some(against) => format!("Each arm against {against}, seed by seed"),
        None => "Arm against arm, seed by seed".to_owned(),
    };
    let name = |c: &Comparison| match one {
        Some(_) => c.arm.clone(),
        None => format!("{} − {}", c.arm, c.against),
    };
    let mut table = Table::with_columns(caption, comparisons.iter().map(name));
    let mut row = |name: &str, cell: &dyn Fn(&Comparison) -> String| {
        let cells = comparisons.iter().map(cell);
        table
            .rows
            .push([name.to_owned()].into_iter().chain(cells).collect());
    };
    row("error difference, points", &|c| {
        points(c.error_difference.mean)
    });
    row(&interval, &|c| {
        numbers::interval(&c.error_difference.bounds, points)
    });
    row("better in", &better_in);
    row("probability to win", &|c| {
        format!("{:.2}", c.wins.probability)
    });
    row(&interval, &|c| {
        format!("{:.2} to {:.2}", c.wins.low, c.wins.high)
    });
    row("held against 0.5 and 0.75", &|c| {
        win_words(c.wins.conclusion).to_owned()
    });
    row("error ratio", &|c| {
        c.error_ratio
            .map_or_else(|| "–".to_owned(), |ratio| format!("{ratio:.2}"))
    });
    row(&interval, &|c| {
        numbers::interval(&c.ratio.bounds, |v| format!("{v:.2}"))
    });
    row("p, sign-flip", &|c| p_number(c.sign_flip.p));
    if comparisons.iter().any(|c| c.holm.is_some()) {
        let name = format!("p for {} comparisons", comparisons.len());
        row(&name, &|c| p_number(c.decisive_p()));
    }
    row("p, Wilcoxon", &|c| p_number(c.wilcoxon.p));
    Some(table)
}

/// What the interval of the probability to win leaves out; γ = 0.75 is a meaningful gain.
fn win_words(conclusion: WinConclusion) -> &'static str {
    match conclusion {
        WinConclusion::TooFewPairs => "too few seeds",
        WinConclusion::NoDifferenceShown => "0.5 is within",
        WinConclusion::BetterNotMeaningful => "above 0.5, below 0.75",
        WinConclusion::BetterAndMeaningful => "above 0.5, reaches 0.75",
        WinConclusion::WorseNotMeaningful => "below 0.5, above 0.25",
        WinConclusion::WorseAndMeaningful => "below 0.5, reaches 0.25",
    }
}

/// The arm that all comparisons are with; none where they are with several.
pub(super) fn one_baseline(material: &Material) -> Option<&str> {
    let comparisons = &material.summary.comparisons;
    let first = comparisons.first()?.against.as_str();
    let same = comparisons.iter().all(|c| c.against == first);
    same.then_some(first)
}

/// How each arm is trained.
pub(super) fn arms(protocol: &Protocol) -> Table {
    let mut table = Table::of_words("How each arm is trained", &["trunk", "training"]);
    for arm in &protocol.arms {
        let trunk = serde_json::to_value(arm.trunk).unwrap_or_default();
        let trunk = match trunk.as_str() {
            Some("fresh") => "new weights".to_owned(),
            Some("source") => "copied from the source model".to_owned(),
            Some("shuffled-source") => "copied from one trained on shuffled labels".to_owned(),
            other => other.unwrap_or_default().to_owned(),
        };
        table
            .rows
            .push(vec![arm.name.clone(), trunk, phases_words(arm)]);
    }
    table
}

/// "epochs 1–4: trunk frozen; epochs 5–20: nothing frozen; sgd, lr 0.001".
fn phases_words(arm: &Arm) -> String {
    let mut first = 1;
    let phase = |phase: &PhaseSpec| {
        let last = first + phase.epochs - 1;
        let epochs = if first == last {
            format!("epoch {first}")
        } else {
            format!("epochs {first}–{last}")
        };
        first = last + 1;
        let (frozen, optimizer) = (frozen(&phase.freeze), settings(&phase.optimizer));
        let more = more_settings(phase);
        format!("{epochs}: {frozen}, {optimizer}{more}")
    };
    arm.phases.iter().map(phase).collect::<Vec<_>>().join("; ")
}

/// What else a phase says, as the protocol writes it: ", clip_norm 1.0".
fn more_settings(phase: &PhaseSpec) -> String {
    let Ok(Value::Object(keys)) = serde_json::to_value(phase) else {
        return String::new();
    };
    let told = ["epochs", "freeze", "optimizer"];
    let more = keys.iter().filter(|(key, _)| !told.contains(&key.as_str()));
    more.map(|(key, value)| format!(", {key} {value}"))
        .collect()
}

/// "trunk frozen".
pub(super) fn frozen(freeze: &Freeze) -> String {
    match freeze {
        Freeze::Nothing => "all trained".to_owned(),
        Freeze::Trunk => "trunk frozen".to_owned(),
        Freeze::First(0) => "all trained".to_owned(),
        Freeze::First(1) => "first layer frozen".to_owned(),
        Freeze::First(k) => format!("first {k} layers frozen"),
        Freeze::Parts(_) => format!("{freeze} frozen"),
    }
}

/// As [`frozen`], where there is little room.
pub(super) fn frozen_short(freeze: &Freeze) -> String {
    match freeze {
        Freeze::Nothing | Freeze::First(0) => "all".to_owned(),
        Freeze::Trunk => "frozen".to_owned(),
        Freeze::First(k) => format!("{k} frozen"),
        Freeze::Parts(_) => "some frozen".to_owned(),
    }
}

/// A setting as a protocol writes it, in one line, without what is zero or off.
fn settings(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::Object(kinds)) => {
            let kind = |(name, values): (&String, &Value)| {
                let mut text = name.clone();
                if let Value::Object(values) = values {
                    let told = values
                        .iter()
                        .filter(|(_, v)| **v != Value::Bool(false) && v.as_f64() != Some(0.0));
                    for (key, value) in told {
                        text.push_str(&format!(" {key} {value}"));
                    }
                }
                text
            };
            kinds.iter().map(kind).collect::<Vec<_>>().join(", ")
        }
        Ok(Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// Test errors and differences of every seed.
pub(super) fn seeds(material: &Material) -> Table {
    let summary = &material.summary;
    let arms = &material.plan.identity.protocol.arms;
    let comparisons = &summary.comparisons;
    let names = arms.iter().map(|arm| arm.name.clone());
    let differences = comparisons
        .iter()
        .map(|c| format!("{} − {}", c.arm, c.against));
    let caption = "Test error of every seed in percent, and the differences in points";
    let mut table = Table::with_columns(caption, names.chain(differences));
    table.heading[0] = "seed".to_owned();
    for (index, seed) in summary.seeds.iter().enumerate() {
        let error = |arm: &str| summary.arms[arm].test_error.per_seed[index];
        let mut row = vec![seed.to_string()];
        row.extend(arms.iter().map(|arm| percent_number(error(&arm.name))));
        let differences = comparisons
            .iter()
            .map(|c| error(&c.arm) - error(&c.against));
        row.extend(differences.map(points));
        table.rows.push(row);
    }
    table
}

/// What decides the results, and where they were begun.
pub(super) fn facts(material: &Material) -> Table {
    let plan = &material.plan;
    let (identity, made_with) = (&plan.identity, &plan.made_with);
    let mut table = Table::of_words("What the results were made with", &["value"]);
    let mut fact = |name: &str, value: String| table.rows.push(vec![name.to_owned(), value]);
    fact("protocol", identity.protocol.name.clone());
    fact("seeds", numbers::seeds(&identity.seeds));
    fact("data", identity.dataset.name.clone());
    for file in &identity.dataset.checksums {
        fact(&format!("SHA-256 of {}", file.name), file.sha256.clone());
    }
    fact("backend", identity.backend.to_string());
    fact("kernel", made_with.kernel.clone());
    fact("CPU", made_with.cpu.clone());
    fact("version", made_with.version.clone());
    fact("format of the folder", identity.format.to_string());
    fact("begun with", command_line(&made_with.command));
    table
}

/// "sandal against shirt": the classes of the target task, where their names are known.
pub(super) fn target_classes(plan: &Plan) -> String {
    let classes = &plan.identity.protocol.task.target_classes;
    let names: Vec<String> = classes.iter().map(|&class| class_name(class)).collect();
    names.join(" against ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_are_told_in_one_line() {
        let protocol = Protocol::built_in("notebook-2e").unwrap();
        assert_eq!(
            phases_words(&protocol.arms[1]),
            "epochs 1–4: trunk frozen, sgd lr 0.001; epochs 5–20: all trained, sgd lr 0.001"
        );
    }
}
