//! Documents and notes in the terminal's width.

use std::env;
use std::io::{IsTerminal, stderr, stdout};

use fm_report::{Column, Document, Table, Unit, terminal};
use terminal_size::{Width, terminal_size, terminal_size_of};

/// Width where there is no terminal.
const WIDTH: usize = 100;

/// Prints a document on standard output.
pub(crate) fn document(document: &Document) {
    let is_terminal = stdout().is_terminal();
    let width = terminal_size().filter(|_| is_terminal);
    let width = width.map_or(WIDTH, |(Width(columns), _)| columns.into());
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    print!("{}", terminal(document, width, is_terminal && !plain));
}

/// Prints what is said beside the result on standard error.
pub(crate) fn note(text: &str) {
    match terminal_size_of(stderr()) {
        Some((Width(width), _)) if stderr().is_terminal() => {
            eprint!("{}", terminal(&Document::new(text), width.into(), false));
        }
        _ => eprintln!("{text}"),
    }
}

/// A table of words and numbers that is printed and not written as a CSV file.
pub(crate) fn table(caption: &str, columns: &[(&str, Option<Unit>)]) -> Table {
    let column = |&(title, unit): &(&str, Option<Unit>)| match unit {
        Some(unit) => Column::new(title, title, unit),
        None => Column::text(title, title),
    };
    Table::new("", caption, columns.iter().map(column))
}

/// "98.25 %"
pub(crate) fn percent(fraction: f64) -> String {
    Unit::Fraction.with_unit(fraction)
}
