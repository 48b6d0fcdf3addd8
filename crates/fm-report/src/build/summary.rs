//! `summary.json`: the numbers and sentences of a report, for programs.

use std::collections::BTreeMap;

use fm_experiment::{Compared, Outcome, Results};
use fm_stats::Comparison;
use serde::Serialize;
use serde_json::{Value, json};

use super::analysis::{Analysis, Scores, Sweep};
use super::warnings::Warning;

/// A comparison with its names and its sentence.
#[derive(Serialize)]
struct ComparisonSummary<'a> {
    arm: &'a str,
    against: &'a str,
    #[serde(flatten)]
    comparison: &'a Comparison,
    /// Seeds that are left out because one of the two arms diverged.
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    failed: &'a [u64],
    sentence: String,
}

/// A warning with its sentences.
#[derive(Serialize)]
struct WarningSummary<'a> {
    #[serde(flatten)]
    warning: &'a Warning,
    says: String,
    advice: String,
}

/// The summary. It depends on the records alone: it has no times and no machine.
pub(crate) fn summary(analysis: &Analysis<'_>, warnings: &[Warning]) -> Value {
    let results = analysis.results;
    let arms: BTreeMap<&str, &Scores> = analysis
        .arms
        .iter()
        .map(|(name, scores)| (name.as_str(), scores))
        .collect();
    let comparisons = analysis.comparisons.iter().map(|compared| {
        let sentence = analysis.sentence(compared, Some(analysis.scope()));
        comparison(compared, sentence)
    });
    let comparisons: Vec<_> = comparisons.collect();
    let warnings: Vec<_> = warnings
        .iter()
        .map(|warning| WarningSummary {
            warning,
            says: warning.says(),
            advice: warning.advice(),
        })
        .collect();
    json!({
        "protocol": results.protocol().name,
        "dataset": results.store().dataset().name,
        "backend": results.request.backend,
        "seeds": results.main().seeds,
        "scope": analysis.scope().words(),
        "settings": analysis.settings,
        "source": analysis.source,
        "arms": arms,
        "comparisons": comparisons,
        "sweeps": analysis.sweeps.iter().map(|s| sweep(analysis, s)).collect::<Vec<_>>(),
        "failed": failed(results),
        "warnings": warnings,
    })
}

fn comparison(compared: &Compared, sentence: String) -> ComparisonSummary<'_> {
    ComparisonSummary {
        arm: &compared.pairing.arm,
        against: &compared.pairing.against,
        comparison: &compared.comparison,
        failed: &compared.paired.failed,
        sentence,
    }
}

fn sweep(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Value {
    let points = sweep.points.iter().map(|point| {
        let arms = point.point.arms.iter().zip(&point.errors);
        let errors: BTreeMap<&String, _> = arms.collect();
        let compared = point.compared.iter().flatten();
        let comparisons: Vec<_> = compared
            .map(|c| comparison(c, analysis.sentence(c, None)))
            .collect();
        json!({
            "values": point.point.values,
            "test_error": errors,
            "comparisons": comparisons,
            "diverged": point.failed,
        })
    });
    json!({
        "name": sweep.series.name(),
        "axes": sweep.series.axes,
        "seeds": sweep.series.seeds,
        "points": points.collect::<Vec<_>>(),
    })
}

fn failed(results: &Results) -> Vec<Value> {
    let failed = results.failed().filter_map(|cell| {
        let Some(Outcome::Failed(failure)) = &cell.outcome else {
            return None;
        };
        let series = &results.plan.series[cell.place.series];
        Some(json!({
            "model": results.plan.model(cell.place),
            "seed": cell.place.seed,
            "sweep": series.name(),
            "values": series.points[cell.place.point].values,
            "failure": failure,
        }))
    });
    failed.collect()
}
