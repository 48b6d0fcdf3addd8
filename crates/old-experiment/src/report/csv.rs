//! The numbers behind the tables and pictures, as CSV. Fractions, not percent; every number reads
//! back as the one it was.

use super::curves::{Measure, bands};
use super::load::Material;
use super::text::{bounds, csv, exact, exact_or_empty, wins};
use super::weights::UnitImage;
use crate::run::RunRecord;
use crate::summary::Measure as Summarised;

/// The source task's name beside the arms'.
const SOURCE: &str = "source";

/// Test scores of every run.
pub(super) fn runs(material: &Material) -> String {
    let rows = material.records.iter().flat_map(|record| {
        let source = std::iter::once((SOURCE, SOURCE, &record.source.test));
        let arms = record.arms.iter();
        let scores = source.chain(arms.map(|arm| ("target", arm.name.as_str(), &arm.test)));
        scores.map(|(task, model, test)| {
            vec![
                record.seed.to_string(),
                task.to_owned(),
                model.to_owned(),
                exact(test.accuracy),
                exact((test.rows - test.correct) as f64 / test.rows as f64),
                exact(test.loss),
                test.correct.to_string(),
                test.rows.to_string(),
            ]
        })
    });
    csv(
        &[
            "seed",
            "task",
            "model",
            "test_accuracy",
            "test_error",
            "test_loss",
            "correct",
            "rows",
        ],
        rows,
    )
}

/// Every epoch of every training.
pub(super) fn history(material: &Material) -> String {
    let rows = material.records.iter().flat_map(|record| {
        trainings(record).flat_map(move |(task, model, history)| {
            history.iter().map(move |epoch| {
                let mut row = vec![
                    record.seed.to_string(),
                    task.to_owned(),
                    model.to_owned(),
                    epoch.phase.to_string(),
                    epoch.epoch.to_string(),
                ];
                row.extend(Measure::ALL.map(|measure| exact_or_empty(measure.of(epoch))));
                row
            })
        })
    });
    let mut heading = vec!["seed", "task", "model", "phase", "epoch"];
    heading.extend(Measure::ALL.map(Measure::name));
    csv(&heading, rows)
}

fn trainings(
    record: &RunRecord,
) -> impl Iterator<Item = (&'static str, &str, &[fm_train::EpochRecord])> {
    let source = std::iter::once((SOURCE, SOURCE, record.source.history.as_slice()));
    let arms = record.arms.iter();
    source.chain(arms.map(|arm| ("target", arm.name.as_str(), arm.history.as_slice())))
}

/// What the seeds show of every model together.
pub(super) fn arms(material: &Material) -> String {
    let summary = &material.summary;
    let mut rows = Vec::new();
    let mut row = |task: &str, model: &str, name: &str, measure: &Summarised| {
        let d = &measure.description;
        let mut cells = vec![task.to_owned(), model.to_owned(), name.to_owned()];
        cells.push(d.count.to_string());
        cells.push(exact(d.mean));
        cells.push(exact_or_empty(d.sd));
        cells.extend(bounds(&d.mean_interval));
        cells.push(exact(d.median));
        cells.extend(bounds(&d.median_interval));
        cells.push(exact(d.interquartile_mean));
        cells.extend(bounds(&d.interquartile_mean_interval));
        cells.extend([d.min, d.max].map(exact));
        rows.push(cells);
    };
    let source = &summary.source;
    row(SOURCE, SOURCE, "test_accuracy", &source.test_accuracy);
    row(SOURCE, SOURCE, "test_loss", &source.test_loss);
    for arm in &material.plan.identity.protocol.arms {
        let scores = &summary.arms[&arm.name];
        row("target", &arm.name, "test_accuracy", &scores.test_accuracy);
        row("target", &arm.name, "test_error", &scores.test_error);
        row("target", &arm.name, "test_loss", &scores.test_loss);
    }
    csv(
        &[
            "task",
            "model",
            "measure",
            "seeds",
            "mean",
            "sd",
            "mean_low",
            "mean_high",
            "median",
            "median_low",
            "median_high",
            "interquartile_mean",
            "interquartile_mean_low",
            "interquartile_mean_high",
            "min",
            "max",
        ],
        rows,
    )
}

/// The comparisons with the first arm.
pub(super) fn comparisons(material: &Material) -> String {
    let rows = material.summary.comparisons.iter().map(|c| {
        let mut row = vec![
            c.arm.clone(),
            c.against.clone(),
            c.pairs.to_string(),
            exact(c.arm_error),
            exact(c.against_error),
            exact(c.error_difference.mean),
        ];
        row.extend(bounds(&c.error_difference.bounds));
        row.extend(wins(c));
        row.extend([c.wins.probability, c.wins.low, c.wins.high].map(exact));
        row.push(exact_or_empty(c.error_ratio));
        row.extend(bounds(&c.ratio.bounds));
        row.push(exact(c.sign_flip.p));
        row.push(exact_or_empty(c.holm.map(|holm| holm.p)));
        row.push(exact(c.wilcoxon.p));
        row.push(exact(c.level));
        row
    });
    csv(
        &[
            "arm",
            "against",
            "pairs",
            "arm_error",
            "against_error",
            "difference",
            "difference_low",
            "difference_high",
            "wins",
            "ties",
            "losses",
            "win_probability",
            "win_low",
            "win_high",
            "error_ratio",
            "ratio_low",
            "ratio_high",
            "sign_flip_p",
            "holm_p",
            "wilcoxon_p",
            "level",
        ],
        rows,
    )
}

/// The points of the paired differences.
pub(super) fn differences(material: &Material) -> String {
    let summary = &material.summary;
    let rows = summary.comparisons.iter().flat_map(|c| {
        let errors = |arm: &str| summary.arms[arm].test_error.per_seed.iter();
        let pairs = errors(&c.arm).zip(errors(&c.against));
        summary
            .seeds
            .iter()
            .zip(pairs)
            .map(|(seed, (arm, against))| {
                vec![
                    seed.to_string(),
                    c.arm.clone(),
                    c.against.clone(),
                    exact(*arm),
                    exact(*against),
                    exact(arm - against),
                ]
            })
    });
    csv(
        &[
            "seed",
            "arm",
            "against",
            "arm_error",
            "against_error",
            "difference",
        ],
        rows,
    )
}

/// The lines and bands of the learning curves.
pub(super) fn curves(material: &Material) -> String {
    let arms = &material.plan.identity.protocol.arms;
    let named = arms.iter().enumerate();
    let trainings = std::iter::once(("source", SOURCE, None))
        .chain(named.map(|(index, arm)| ("target", arm.name.as_str(), Some(index))));
    let rows = trainings.flat_map(|(task, model, index)| {
        let histories = material.histories(index);
        let measures = Measure::ALL.into_iter();
        measures.flat_map(move |measure| {
            bands(&histories, measure).into_iter().map(move |band| {
                let mut row = vec![task.to_owned(), model.to_owned(), measure.name().to_owned()];
                row.extend([band.phase, band.epoch, band.seeds].map(|n| n.to_string()));
                row.extend([band.mean, band.low, band.high, band.min, band.max].map(exact));
                row
            })
        })
    });
    csv(
        &[
            "task", "model", "measure", "phase", "epoch", "seeds", "mean", "p10", "p90", "min",
            "max",
        ],
        rows,
    )
}

/// The units whose weights are shown.
pub(super) fn units(seed: u64, images: &[UnitImage]) -> String {
    let rows = images.iter().map(|image| {
        vec![
            seed.to_string(),
            image.unit.to_string(),
            exact(image.change_norm),
            exact(image.norm),
        ]
    });
    csv(&["seed", "unit", "change_norm", "norm"], rows)
}
