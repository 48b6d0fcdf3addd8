//! Curves: which are asked for, training them, and the tables that people read.

use std::num::NonZeroUsize;

use anyhow::Result;
use comfy_table::Table;
use fm_experiment::curves::{
    CurveRunner, CurvesAsked, CurvesSummary, DepthCurve, DepthSummary, PairsSummary,
    SamplesSummary, VarySummary, VaryTable,
};
use fm_experiment::report::{
    class_name, counted, difference, percent, percent_and_sd, points, too_few_seeds,
};
use fm_experiment::stats::Comparison;

use crate::args::ExperimentArgs;
use crate::interrupt::Stopped;
use crate::progress::CurveBar;
use crate::table::{self, paragraph, plain};

/// The curves that the command line asks for.
pub(crate) fn asked(args: &ExperimentArgs) -> CurvesAsked {
    let mut asked = CurvesAsked::default();
    for &curve in &args.curves {
        asked.add(curve.into());
    }
    if !args.pairs.is_empty() {
        asked.pairs.clone_from(&args.pairs);
        asked.pairs.sort_unstable();
        asked.pairs.dedup();
    }
    asked.vary = args.vary.iter().map(|&varied| varied.into()).collect();
    asked.vary.sort_unstable();
    asked.vary.dedup();
    asked
}

/// Trains what is missing, with a bar; `share` gives the jobs and threads for so many parts.
pub(crate) fn train(
    mut runner: CurveRunner<'_>,
    asked: &CurvesAsked,
    seeds: &[u64],
    share: impl FnOnce(usize) -> (NonZeroUsize, NonZeroUsize),
) -> Result<()> {
    let missing = runner.missing(asked, seeds)?;
    if missing.is_empty() {
        return Ok(());
    }
    (runner.jobs, runner.threads) = share(missing.len());
    let work = missing.iter().map(|&part| runner.work(part)).sum();
    let bar = CurveBar::new(missing.len(), work);
    let carried_out = runner.carry_out(&missing, &bar);
    bar.finish();
    carried_out.map_err(|why| {
        let done = table::of_parts(seeds.len(), bar.done(), missing.len());
        Stopped::new(&why.into(), &done, runner.folder.path()).into()
    })
}

/// Prints the curves that there are.
pub(crate) fn print(curves: &CurvesSummary) {
    if let Some(curve) = &curves.samples {
        samples(curve);
    }
    if let Some(curve) = &curves.depth {
        depth(curve);
    }
    if let Some(curve) = &curves.pairs {
        pairs(curve);
    }
    if let Some(curve) = &curves.vary {
        vary(curve);
    }
}

/// What is to be said below a table of too few seeds.
fn too_few<'a>(comparisons: impl Iterator<Item = &'a Comparison>) -> String {
    too_few_seeds(comparisons).map_or_else(String::new, |few| format!("\n\n{few}."))
}

fn p_heading(comparisons: usize) -> String {
    format!("p for {}", counted(comparisons, "comparison"))
}

/// A table of points and of two arms at each.
fn compared(point: [&str; 2], [first, arm]: [&str; 2], comparisons: usize) -> Table {
    plain(&[
        point[0],
        point[1],
        &format!("{first} error"),
        &format!("{arm} error"),
        &format!("{arm} − {first}"),
        "95 % interval",
        "better in",
        &p_heading(comparisons),
    ])
}

fn samples(curve: &SamplesSummary) {
    let Some((first, others)) = curve.arms.split_first() else {
        return;
    };
    for (index, arm) in others.iter().enumerate() {
        let mut table = compared(["target rows", "epochs"], [first, arm], curve.comparisons);
        for point in &curve.points {
            let arm = &point.arms[index + 1];
            let mut row = vec![
                point.rows.to_string(),
                arm.epochs.to_string(),
                percent_and_sd(&point.arms[0].test_error.description),
                percent_and_sd(&arm.test_error.description),
            ];
            row.extend(difference(&point.comparisons[index]));
            table.add_row(row);
        }
        let few = too_few(curve.points.iter().flat_map(|p| &p.comparisons));
        println!(
            "\nBy target rows, {}:\n\n{table}{few}",
            counted(curve.seeds.len(), "seed")
        );
    }
}

fn depth(curve: &DepthSummary) {
    let p = p_heading(curve.comparisons);
    let mut table = plain(&[
        "layers reused",
        "k",
        "error",
        "difference to k = 0",
        "95 % interval",
        "better in",
        &p,
    ]);
    let empty = || std::iter::repeat_n(String::new(), 4);
    for (name, layers, measure) in [
        ("B, the base network", "", &curve.base),
        ("none", "0", &curve.none_reused),
    ] {
        let row = [
            name.to_owned(),
            layers.to_owned(),
            percent_and_sd(&measure.description),
        ];
        table.add_row(row.into_iter().chain(empty()));
    }
    for of in DepthCurve::ALL {
        for point in curve.points.iter().filter(|point| point.curve == of) {
            let mut row = vec![
                format!("{}: {}", of.name(), of.says()),
                point.layers.to_string(),
                percent_and_sd(&point.test_error.description),
            ];
            row.extend(difference(&point.comparison));
            table.add_row(row);
        }
    }
    let few = too_few(curve.points.iter().map(|p| &p.comparison));
    println!(
        "\nBy layers reused, {}:\n\n{table}{few}",
        counted(curve.seeds.len(), "seed")
    );
}

fn pairs(curve: &PairsSummary) {
    let Some(first) = curve.arms.first() else {
        return;
    };
    for (index, arm) in curve.arms.iter().skip(1).enumerate() {
        let mut table = compared(["target classes", "seeds"], [first, arm], curve.comparisons);
        for pair in &curve.pairs {
            let [a, b] = pair.classes;
            let c = &pair.comparisons[index];
            let mut row = vec![
                format!("{a}-{b} {} against {}", class_name(a), class_name(b)),
                pair.seeds.len().to_string(),
                percent(c.against_error),
                percent(c.arm_error),
            ];
            row.extend(difference(c));
            table.add_row(row);
        }
        let few = too_few(curve.pairs.iter().flat_map(|p| &p.comparisons));
        println!("\nBy target classes:\n\n{table}{few}");
    }
}

fn vary(curve: &VarySummary) {
    let mut table = plain(&[
        "spread of",
        "when a seed moves",
        "seeds",
        "mean",
        "standard deviation",
        "share of the variance",
    ]);
    for VaryTable {
        arm,
        against,
        table: of,
    } in &curve.tables
    {
        let (name, mean): (String, fn(f64) -> String) = match against {
            Some(against) => (format!("{arm} − {against}"), points),
            None => (format!("{arm} error"), percent),
        };
        for line in of.sources.iter().chain(&of.all) {
            let sd = line.sd.zip(line.sd_error);
            let sd =
                sd.map(|(sd, error)| format!("{:.3} ± {:.3} points", 100.0 * sd, 100.0 * error));
            let share = line.share_of_all.map(|share| format!("{share:.2}"));
            table.add_row([
                name.clone(),
                line.source.clone(),
                line.count.to_string(),
                mean(line.mean),
                sd.unwrap_or_else(|| "–".to_owned()),
                share.unwrap_or_else(|| "–".to_owned()),
            ]);
        }
    }
    let shares = "Each deviation with its standard error. Shares are of the variance with all moved; they \
                  need not add up to 1, and one may lie above it.";
    println!(
        "\nWhere the spread over seeds comes from:\n\n{table}\n\n{}",
        paragraph(shares)
    );
}
