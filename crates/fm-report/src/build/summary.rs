//! `summary.json`: the numbers and sentences of a report, for programs.

use std::collections::BTreeMap;

use fm_experiment::{Compared, Results};
use serde_json::{Value, json};

use super::analysis::{Analysis, Sweep};
use super::tables::failures;
use super::tuning;
use super::warnings::Warning;

/// The summary. It depends on the records alone: it has no times and no machine.
pub(crate) fn summary(analysis: &Analysis<'_>, warnings: &[Warning]) -> Value {
    let results = analysis.results;
    let tuned = tuning::arms(results);
    let arms = analysis.arms.iter().map(|(name, scores)| {
        let mut arm = json!(scores);
        if let Some(tuned) = tuned.iter().find(|tuned| tuned.name == name) {
            arm["chosen"] = json!(tuned.per_seed(&results.main().seeds));
        }
        (name, arm)
    });
    let scope = Some(analysis.scope());
    let comparisons = analysis.comparisons.iter();
    let comparisons = comparisons.map(|c| comparison(c, analysis.sentence(c, scope)));
    json!({
        "protocol": results.protocol().name,
        "dataset": results.store().dataset().name,
        "backend": results.request.backend,
        "seeds": results.main().seeds,
        "scope": analysis.scope().words(),
        "settings": analysis.settings,
        "source": analysis.source,
        "arms": arms.collect::<BTreeMap<_, _>>(),
        "comparisons": comparisons.collect::<Vec<_>>(),
        "sweeps": analysis.sweeps.iter().map(|s| sweep(analysis, s)).collect::<Vec<_>>(),
        "failed": failed(results),
        "warnings": warnings,
    })
}

/// A comparison with its names and its sentence, and the seeds that are left out because one of the
/// two arms diverged.
fn comparison(compared: &Compared, sentence: String) -> Value {
    let mut value = json!(compared.comparison);
    value["arm"] = json!(compared.pairing.arm);
    value["against"] = json!(compared.pairing.against);
    value["sentence"] = json!(sentence);
    if !compared.paired.failed.is_empty() {
        value["failed"] = json!(compared.paired.failed);
    }
    value
}

fn sweep(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Value {
    let points = sweep.points.iter().map(|point| {
        let errors = point.scores.iter();
        let errors = errors.map(|scores| scores.test_error.description);
        let errors: BTreeMap<&String, _> = point.point.arms.iter().zip(errors).collect();
        let comparisons = point.compared.iter().flatten();
        let comparisons = comparisons.map(|c| comparison(c, analysis.sentence(c, None)));
        json!({
            "values": point.point.values,
            "test_error": errors,
            "comparisons": comparisons.collect::<Vec<_>>(),
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
    let failed = failures(results).into_iter().map(|(cell, failure)| {
        let series = &results.plan.series[cell.place.series];
        json!({
            "model": results.plan.model(cell.place),
            "seed": cell.place.seed,
            "sweep": series.name(),
            "values": series.points[cell.place.point].values,
            "failure": failure,
        })
    });
    failed.collect()
}
