//! The tables that people read.

use std::io::IsTerminal;

use comfy_table::{CellAlignment, Table, presets};
use fm_experiment::{Measure, Protocol, Summary};

/// The models' scores on test rows: mean and spread over the seeds.
pub(crate) fn scores(summary: &Summary, protocol: &Protocol) -> Table {
    let mut table = plain(&["model", "test accuracy", "test error", "test loss"]);
    let error = |accuracy: &Measure| {
        let values = (1.0 - accuracy.description.mean, accuracy.description.sd);
        percent(values.0, values.1)
    };
    let source = &summary.source;
    let mut row = |name: &str, accuracy: &Measure, loss: &Measure| {
        let of = |m: &Measure| percent(m.description.mean, m.description.sd);
        table.add_row([
            name.to_owned(),
            of(accuracy),
            error(accuracy),
            plain_number(loss),
        ]);
    };
    row("source task", &source.test_accuracy, &source.test_loss);
    for arm in &protocol.arms {
        let scores = &summary.arms[&arm.name];
        row(&arm.name, &scores.test_accuracy, &scores.test_loss);
    }
    table
}

/// Each arm against the first, seed by seed.
pub(crate) fn comparisons(summary: &Summary) -> Table {
    let mut table = plain(&[
        "paired by seed",
        "error difference",
        "95 % interval",
        "better in",
    ]);
    for comparison in &summary.comparisons {
        let difference = &comparison.error_difference;
        let interval = difference.bounds.interval().map_or_else(
            || "–".to_owned(),
            |interval| format!("{} to {}", points(interval.low), points(interval.high)),
        );
        let wins = &comparison.wins;
        let ties = if wins.ties > 0 {
            format!(", {} tied", wins.ties)
        } else {
            String::new()
        };
        table.add_row([
            format!("{} − {}", comparison.arm, comparison.against),
            format!("{} points", points(difference.mean)),
            interval,
            format!("{} of {}{ties}", wins.wins, comparison.pairs),
        ]);
    }
    table
}

/// Text broken at words to fit the terminal; as it is where there is none.
pub(crate) fn paragraph(text: &str) -> String {
    if std::io::stdout().is_terminal() {
        textwrap::fill(text, textwrap::termwidth().min(100))
    } else {
        text.to_owned()
    }
}

/// A table of aligned columns with a rule under the heading, nothing else.
pub(crate) fn plain(heading: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(heading.iter().map(|text| text.to_string()));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn percent(mean: f64, sd: Option<f64>) -> String {
    match sd {
        Some(sd) => format!("{:.2} ± {:.2} %", 100.0 * mean, 100.0 * sd),
        None => format!("{:.2} %", 100.0 * mean),
    }
}

fn plain_number(measure: &Measure) -> String {
    match measure.description.sd {
        Some(sd) => format!("{:.4} ± {sd:.4}", measure.description.mean),
        None => format!("{:.4}", measure.description.mean),
    }
}

/// Percentage points with their sign; a true minus.
fn points(difference: f64) -> String {
    format!("{:+.2}", 100.0 * difference).replace('-', "−")
}
