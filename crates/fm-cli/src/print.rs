//! Documents and notes in the terminal's width.

use std::env;
use std::io::{ErrorKind, IsTerminal, Write, stderr, stdout};
use std::process::exit;

use anyhow::Result;
use fm_data::printable;
use fm_report::{Document, Unit, terminal};
use serde::Serialize;
use terminal_size::{Width, terminal_size, terminal_size_of};

use crate::args::Format;

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
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => {}
        // `fm … | head`: as programs end that the signal for it ends.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => exit(141),
        Err(error) => {
            errln!("fm: cannot write to standard output: {error}");
            exit(2);
        }
    }
}

/// Prints on standard error, if that can be written.
pub(crate) fn error_text(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}

/// Prints a result: a document for people, a value for programs.
pub(crate) fn result(format: Format, document: &Document, value: &impl Serialize) -> Result<()> {
    match format {
        Format::Json => return json(value),
        Format::Text => self::document(document),
    }
    Ok(())
}

/// Prints a document on standard output.
pub(crate) fn document(document: &Document) {
    let is_terminal = stdout().is_terminal();
    let width = terminal_size().filter(|_| is_terminal);
    let width = width.map_or(WIDTH, |(Width(columns), _)| columns.into());
    let plain = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    text(&terminal(document, width, is_terminal && !plain));
}

/// Prints what is said beside the result on standard error. Indented lines, which may be commands to
/// copy, are not broken.
pub(crate) fn note(text: &str) {
    let width = terminal_size_of(stderr()).filter(|_| stderr().is_terminal());
    for line in text.lines() {
        match width {
            Some((Width(width), _)) if !line.starts_with("  ") => {
                error_text(&terminal(&Document::new(line), width.into(), false));
            }
            _ => errln!("{}", printable(line)),
        }
    }
}

/// Prints lines on standard output as they are, but for control characters.
pub(crate) fn lines(text: &impl ToString) {
    for line in text.to_string().lines() {
        outln!("{}", printable(line));
    }
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

/// "98.25 %"
pub(crate) fn percent(fraction: f64) -> String {
    Unit::Fraction.with_unit(fraction)
}
