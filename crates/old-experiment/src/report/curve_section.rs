//! The sections of the curves that were trained.

use super::html::{figure, files, note};
use super::load::Material;
use super::numbers::counted;
use super::table::Table;
use super::{curve_charts, curve_tables, heat, pair_scatter};
use crate::curves::PairsSummary;
use crate::protocol::Budget;

const SAMPLES: &str = "How many target rows?";
const DEPTH: &str = "How many layers?";
const PAIRS: &str = "Which classes?";
const VARY: &str = "Where does the spread come from?";

/// What was done, in words.
fn samples_words(material: &Material) -> String {
    let budget = material.plan.identity.protocol.curves.samples.as_ref();
    let rows = material.plan.identity.protocol.task.target_rows;
    let budget = match budget.map(|spec| spec.budget) {
        Some(Budget::Epochs) => "Every point has the arm's epochs, so that its steps grow with \
                                 its rows."
            .to_owned(),
        _ => format!(
            "With more than {rows} rows a point has the arm's epochs, and so more steps; with \
             fewer, so many more epochs that it takes no fewer steps than with {rows}."
        ),
    };
    format!(
        "The first rows of the target task in dataset order, the same for every seed; each seed's \
         arms start from its one source model. {budget} Bands are intervals of the mean over \
         seeds; which rows come first is not in them."
    )
}

fn depth_words(material: &Material) -> String {
    let arm = material.plan.identity.protocol.curves.depth.as_ref();
    let arm = arm.map_or("", |spec| &spec.arm);
    format!(
        "After Yosinski et al. 2014. The first k layers come from A, the source network, or from B, \
         a network trained as {arm}; the others are new, the same for all curves of a seed, and not \
         those that B began with. Frozen (AnB, BnB) or trained on (AnB+, BnB+), with the epochs and \
         optimizer of {arm}. A frozen curve above k = 0 can mean features too special to \
         the source task (AnB), layers that had learned to work together and were torn apart (BnB), \
         or too few steps for the layers that are left to train (both). AnB+ below BnB+ is what the \
         source task gives beyond more training on the same rows."
    )
}

fn pairs_words(material: &Material) -> String {
    let Some(pairs) = &material.summary.curves.pairs else {
        return String::new();
    };
    let seeds = match pairs.pairs.first() {
        Some(pair) if heat::same_seeds(pairs) => {
            format!(" {} each.", counted(pair.seeds.len(), "seed"))
        }
        _ => String::new(),
    };
    format!(
        "Each pair has a source training of its own, on the other eight classes. Differences are \
         paired by seed; below zero, reuse makes fewer errors. Intervals are each on its own.{seeds}"
    )
}

/// What the signs in the pictures of the pairs mean.
fn pairs_key(pairs: &PairsSummary) -> String {
    let mut key =
        "Blue is below zero. A star: shown after Holm's correction for all pairs.".to_owned();
    if !heat::same_seeds(pairs) {
        key.push_str(" n: seeds.");
    }
    let mut compared = pairs.pairs.iter().flat_map(|pair| &pair.comparisons);
    if pairs.pairs.len() > 1 && compared.any(|c| c.error_difference.bounds.interval().is_some()) {
        key.push_str(" Bars are intervals.");
    }
    key
}

const VARY_WORDS: &str = "The seed moves one thing and the rest is held: first weights (init), order \
                          of rows (order), which target rows are trained on (subset), or all three. \
                          Each deviation with its standard error; shares are of the variance with all \
                          moved, and need not add up to 1. Test rows: what another test set of the \
                          same size would move in one of the main runs.";

/// The sections of the page.
pub(super) fn html(out: &mut String, material: &Material) {
    let mut section =
        |title: &str, words: &str, charts: Vec<super::charts::Titled>, table: Table| {
            out.push_str(&format!("<section>\n<h2>{title}</h2>\n"));
            note(out, words);
            out.push_str("<div class=\"pair\">\n");
            for chart in &charts {
                figure(out, chart);
            }
            out.push_str("</div>\n<div class=\"stack\">\n");
            out.push_str(&table.html());
            out.push_str("</div>\n");
            let name = match title {
                SAMPLES => "report/samples.csv",
                DEPTH => "report/depth.csv",
                PAIRS => "report/pairs.csv",
                _ => "report/vary.csv",
            };
            files(out, &[name, "summary.json"]);
            out.push_str("</section>\n");
        };
    if let Some(table) = curve_tables::samples(material) {
        let words = samples_words(material);
        section(SAMPLES, &words, curve_charts::samples(material), table);
    }
    if let Some(table) = curve_tables::depth(material) {
        section(
            DEPTH,
            &depth_words(material),
            curve_charts::depth(material),
            table,
        );
    }
    if let (Some(table), Some(pairs)) = (
        curve_tables::pairs(material),
        &material.summary.curves.pairs,
    ) {
        let charts = [heat::pairs(material), pair_scatter::pairs(material)];
        let words = format!("{} {}", pairs_words(material), pairs_key(pairs));
        let charts = charts.into_iter().flatten().collect();
        section(PAIRS, &words, charts, table);
    }
    if let Some(table) = curve_tables::vary(material) {
        section(VARY, VARY_WORDS, Vec::new(), table);
    }
}

/// The same as Markdown, without the pictures.
pub(super) fn markdown(out: &mut String, material: &Material) {
    let mut section = |title: &str, words: &str, table: Option<Table>| {
        if let Some(table) = table {
            out.push_str(&format!("\n## {title}\n\n{words}\n\n{}", table.markdown()));
        }
    };
    section(
        SAMPLES,
        &samples_words(material),
        curve_tables::samples(material),
    );
    section(DEPTH, &depth_words(material), curve_tables::depth(material));
    section(PAIRS, &pairs_words(material), curve_tables::pairs(material));
    section(VARY, VARY_WORDS, curve_tables::vary(material));
}
