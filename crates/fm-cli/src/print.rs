//! Documents and notes in the terminal's width.

use std::env;
use std::io::{IsTerminal, Write, stderr, stdout};

use anyhow::Result;
use fm_data::printable;
use fm_report::{Column, Document, Table, Unit, terminal};
use serde::Serialize;
use terminal_size::{Width, terminal_size, terminal_size_of};

/// Width where there is no terminal.
const WIDTH: usize = 100;

/// Prints a line on standard output.
macro_rules! outln {
    ($($text:tt)*) => { $crate::print::text(&(format!($($text)*) + "\n")) };
}

/// Prints a line on standard error.
macro_rules! errln {
    ($($text:tt)*) => { $crate::print::error_text(&(format!($($text)*) + "\n")) };
}

pub(crate) use {errln, outln};

/// Prints on standard output. Where that fails, on a full disk, the program ends.
pub(crate) fn text(text: &str) {
    let mut out = stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    if let Err(error) = written {
        errln!("fm: cannot write to standard output: {error}");
        std::process::exit(2);
    }
}

/// Prints on standard error, if that can be written.
pub(crate) fn error_text(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}

/// Prints a document on standard output.
pub(crate) fn document(document: &Document) {
    let is_terminal = stdout().is_terminal();
    let width = terminal_size().filter(|_| is_terminal);
    let width = width.map_or(WIDTH, |(Width(columns), _)| columns.into());
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    text(&terminal(document, width, is_terminal && !plain));
}

/// Prints what is said beside the result on standard error.
pub(crate) fn note(text: &str) {
    match terminal_size_of(stderr()) {
        Some((Width(width), _)) if stderr().is_terminal() => {
            error_text(&terminal(&Document::new(text), width.into(), false));
        }
        _ => errln!("{}", safe(text)),
    }
}

/// Prints lines on standard output as they are, but for control characters.
pub(crate) fn lines(text: &impl ToString) {
    outln!("{}", safe(&text.to_string()));
}

/// Prints JSON on standard output.
pub(crate) fn json(value: &impl Serialize) -> Result<()> {
    let mut safe = String::new();
    for c in serde_json::to_string_pretty(value)?.chars() {
        match c {
            // JSON escapes those below; these too can begin an escape sequence.
            '\u{7f}'..='\u{9f}' => safe += &format!("\\u{:04x}", u32::from(c)),
            c => safe.push(c),
        }
    }
    outln!("{safe}");
    Ok(())
}

/// Names from files and servers may have escape sequences, which no terminal should get.
pub(crate) fn safe(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(printable).collect();
    lines.join("\n")
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

/// A word as a shell takes it.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+%@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_given_to_a_shell_as_it_is_printed() {
        assert_eq!(quoted("--seeds"), "--seeds");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
