//! The tables that people read.

use std::io::IsTerminal;

use comfy_table::{CellAlignment, Table, presets};
use fm_experiment::report::{
    FolderComparison, better_in, counted, interval, loss_and_sd, percent_and_sd, points,
};
use fm_experiment::stats::{Comparison, Description};
use fm_experiment::{Measure, Protocol, Summary};

/// The models' scores on test rows: mean and spread over the seeds.
pub(crate) fn scores(summary: &Summary, protocol: &Protocol) -> Table {
    let mut table = plain(&["model", "test accuracy", "test error", "test loss"]);
    // Errors spread as accuracies do.
    let error = |accuracy: &Measure| {
        percent_and_sd(&Description {
            mean: 1.0 - accuracy.description.mean,
            ..accuracy.description.clone()
        })
    };
    let source = &summary.source;
    let mut row = |name: &str, accuracy: &Measure, loss: &Measure| {
        table.add_row([
            name.to_owned(),
            percent_and_sd(&accuracy.description),
            error(accuracy),
            loss_and_sd(&loss.description),
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
        table.add_row([
            format!("{} − {}", comparison.arm, comparison.against),
            format!("{} points", points(difference.mean)),
            interval(&difference.bounds, points),
            better_in(comparison),
        ]);
    }
    table
}

/// Several folders' arms, each against the first folder's: numbers for the folders, whose paths can
/// be long, and what they are above the table.
pub(crate) fn folders(found: &FolderComparison) -> String {
    let mut names = String::new();
    let mut table = plain(&[
        "folder",
        "arm",
        "test error",
        "points",
        "95 % interval",
        WON_LOST,
    ]);
    let dash = || "–".to_owned();
    for (number, rows) in (1..).zip(found.rows.chunk_by(|a, b| a.folder == b.folder)) {
        let first = &rows[0];
        let seeds = counted(first.test_error.count, "seed");
        let (path, rows_of) = (
            first.folder.display(),
            counted(first.target_rows, "target row"),
        );
        let (protocol, backend) = (&first.protocol, first.backend);
        names += &format!("{number}: {path}: {protocol}, {rows_of}, backend {backend}, {seeds}\n");
        for row in rows {
            let c = row.against_first.as_ref();
            table.add_row([
                number.to_string(),
                row.arm.clone(),
                percent_and_sd(&row.test_error),
                c.map_or_else(dash, |c| points(c.error_difference.mean)),
                c.map_or_else(dash, |c| interval(&c.error_difference.bounds, points)),
                c.map_or_else(dash, won_lost),
            ]);
        }
    }
    let says = "Differences are in percentage points, to the arm of the same name in folder 1, paired by the \
                seeds that both have, won and lost in so many; each interval is on its own.";
    format!("{names}\n{table}\n\n{}", paragraph(says))
}

/// "27:3": the seeds in which an arm has the lower error and the higher, under [`WON_LOST`].
pub(crate) fn won_lost(c: &Comparison) -> String {
    format!("{}:{}", c.wins.wins, c.wins.losses)
}

pub(crate) const WON_LOST: &str = "won:lost";

/// "0 of 1 seed is", "1 of 2 seeds is", "2 of 3 seeds are".
pub(crate) fn of_seeds(done: usize, seeds: usize) -> String {
    let verb = if seeds == 1 || done == 1 { "is" } else { "are" };
    format!("{done} of {} {verb}", counted(seeds, "seed"))
}

/// "2 of 2 seeds and 5 of 16 missing parts of curves are": curves come when all seeds are done.
pub(crate) fn of_parts(seeds: usize, done: usize, parts: usize) -> String {
    let (all, missing) = (counted(seeds, "seed"), counted(parts, "missing part"));
    format!("{seeds} of {all} and {done} of {missing} of curves are")
}

/// Text broken at words to fit the terminal; as it is where there is none.
pub(crate) fn paragraph(text: &str) -> String {
    hanging(text, 0)
}

/// As [`paragraph`], every line but the first indented by so many spaces.
pub(crate) fn hanging(text: &str, indent: usize) -> String {
    match std::io::stdout().is_terminal() {
        true => fill(text, textwrap::termwidth(), indent),
        false => text.to_owned(),
    }
}

/// As [`hanging`], for standard error.
pub(crate) fn hanging_note(text: &str, indent: usize) -> String {
    match std::io::stderr().is_terminal() {
        true => fill(text, textwrap::termwidth(), indent),
        false => text.to_owned(),
    }
}

/// As [`paragraph`], on standard error: what is said beside the result.
pub(crate) fn note(text: &str) {
    eprintln!("{}", hanging_note(text, 0));
}

/// Breaks between words only: a path or an option broken at its hyphens could not be copied.
fn fill(text: &str, width: usize, indent: usize) -> String {
    let indent = " ".repeat(indent);
    let options = textwrap::Options::new(width.min(100))
        .subsequent_indent(&indent)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::fill(text, options)
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

#[cfg(test)]
mod tests {
    use super::{of_parts, of_seeds};

    #[test]
    fn a_count_of_seeds_is_a_sentence() {
        let says = [(0, 1), (0, 2), (1, 2), (2, 3)].map(|(done, seeds)| of_seeds(done, seeds));
        let expected = [
            "0 of 1 seed is",
            "0 of 2 seeds are",
            "1 of 2 seeds is",
            "2 of 3 seeds are",
        ];
        assert_eq!(says, expected);
        assert_eq!(
            of_parts(1, 0, 1),
            "1 of 1 seed and 0 of 1 missing part of curves are"
        );
    }
}
