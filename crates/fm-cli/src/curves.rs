//! Curves: which are asked for, training them, and the tables that people read.

use std::num::NonZeroUsize;

use anyhow::Result;
use comfy_table::Table;
use fm_experiment::Measure;
use fm_experiment::curves::{
    CurveRunner, CurvesAsked, CurvesSummary, DepthCurve, DepthSummary, PairsSummary,
    SamplesSummary, VarySummary, VaryTable,
};
use fm_experiment::report::{
    class_name, counted, interval, p_number, percent, percent_and_sd, percent_number, points,
    too_few_seeds,
};
use fm_experiment::stats::Comparison;

use crate::args::ExperimentArgs;
use crate::interrupt::Stopped;
use crate::progress::CurveBar;
use crate::table::{self, WON_LOST, paragraph, plain, won_lost};

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

/// Trains what is missing, with a bar; `share` gives the jobs for so many parts.
pub(crate) fn train(
    mut runner: CurveRunner<'_>,
    asked: &CurvesAsked,
    seeds: &[u64],
    share: impl FnOnce(usize) -> NonZeroUsize,
) -> Result<()> {
    let missing = runner.missing(asked, seeds)?;
    if missing.is_empty() {
        return Ok(());
    }
    runner.jobs = share(missing.len());
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

/// A title, its table, and what is to be said below one of too few seeds.
///
/// Tables keep to 80 columns: what a column is in stands in the title, and the page has the rest.
fn told<'a>(
    title: &str,
    table: &Table,
    compared: impl Iterator<Item = &'a Comparison>,
    comparisons: usize,
) {
    let title = format!(
        "{title}: errors in percent, differences in points, seeds won and lost, \
         p for {}:",
        counted(comparisons, "comparison")
    );
    let few = too_few_seeds(compared);
    let few = few.map_or_else(String::new, |few| {
        format!("\n\n{}", paragraph(&(few + ".")))
    });
    println!("\n{}\n\n{table}{few}", paragraph(&title));
}

/// Difference, interval, seeds won and lost, and p.
fn difference(c: &Comparison) -> [String; 4] {
    [
        points(c.error_difference.mean),
        interval(&c.error_difference.bounds, points),
        won_lost(c),
        p_number(c.decisive_p()),
    ]
}

const COMPARED: [&str; 4] = ["points", "95 % interval", WON_LOST, "p"];

/// An error without its unit, which the title says.
fn error(measure: &Measure) -> String {
    let text = percent_and_sd(&measure.description);
    text.trim_end_matches(" %").to_owned()
}

fn samples(curve: &SamplesSummary) {
    let Some((first, others)) = curve.arms.split_first() else {
        return;
    };
    let seeds = counted(curve.seeds.len(), "seed");
    for (index, arm) in others.iter().enumerate() {
        let mut table = plain(&[&["rows", first, arm][..], &COMPARED].concat());
        for point in &curve.points {
            let errors = [0, index + 1].map(|arm| error(&point.arms[arm].test_error));
            let mut row = vec![point.rows.to_string()];
            row.extend(errors);
            row.extend(difference(&point.comparisons[index]));
            table.add_row(row);
        }
        let title = format!("By target rows, {seeds}, {arm} against {first}");
        let compared = curve.points.iter().flat_map(|p| &p.comparisons);
        told(&title, &table, compared, curve.comparisons);
    }
}

fn depth(curve: &DepthSummary) {
    let mut table = plain(&[&["curve", "k", "error"][..], &COMPARED].concat());
    for (name, layers, measure) in [("B", "", &curve.base), ("none", "0", &curve.none_reused)] {
        let row = [name.to_owned(), layers.to_owned(), error(measure)];
        table.add_row(row.into_iter().chain(COMPARED.map(|_| String::new())));
    }
    for of in DepthCurve::ALL {
        for point in curve.points.iter().filter(|point| point.curve == of) {
            let (name, layers) = (of.name().to_owned(), point.layers.to_string());
            let mut row = vec![name, layers, error(&point.test_error)];
            row.extend(difference(&point.comparison));
            table.add_row(row);
        }
    }
    let seeds = counted(curve.seeds.len(), "seed");
    let title = format!("By layers reused, {seeds}, each against k = 0");
    let compared = curve.points.iter().map(|p| &p.comparison);
    told(&title, &table, compared, curve.comparisons);
    let curves = DepthCurve::ALL.map(|curve| format!("{}: {}", curve.name(), curve.says()));
    let key = format!("B: the base network. {}.", curves.join(". "));
    println!("\n{}", paragraph(&key));
}

fn pairs(curve: &PairsSummary) {
    let Some((first, others)) = curve.arms.split_first() else {
        return;
    };
    for (index, arm) in others.iter().enumerate() {
        let mut table = plain(&[&["target classes", first][..], &COMPARED].concat());
        for pair in &curve.pairs {
            let names = pair.classes.map(class_name).join(", ");
            let c = &pair.comparisons[index];
            let mut row = vec![names, percent_number(c.against_error)];
            row.extend(difference(c));
            table.add_row(row);
        }
        let title = format!("By target classes, {arm} against {first}");
        let compared = curve.pairs.iter().flat_map(|p| &p.comparisons);
        told(&title, &table, compared, curve.comparisons);
    }
}

fn vary(curve: &VarySummary) {
    let mut table = plain(&["spread of", "moved", "seeds", "mean", "sd, points", "share"]);
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
            let sd = sd.map(|(sd, error)| format!("{:.3} ± {:.3}", 100.0 * sd, 100.0 * error));
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
    let shares = "Standard deviations (sd) with their standard errors. Shares are of the variance \
                  with all moved; they need not add up to 1, and one may lie above it.";
    println!(
        "\nWhere the spread over seeds comes from:\n\n{table}\n\n{}",
        paragraph(shares)
    );
}
