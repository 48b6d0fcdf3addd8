//! Text from outside has no meaning in any format.

use fm_report::{csv, markdown, terminal};

use crate::csv_files::read;
use crate::small::{HOSTILE, document};

#[test]
fn markdown_shows_text_from_outside_as_text() {
    let text = markdown(&document(HOSTILE), None);
    assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'));
    // Outside of the block of code, which shows its text as it is.
    let (words, code) = text.split_once("````sh\n").unwrap();
    assert!(!words.contains("<script") && !words.contains(" *b* "));
    assert!(words.contains("&lt;script") && words.contains("\\*b\\*"));
    assert!(code.trim_end().ends_with("\n````"), "{code}");
}

#[test]
fn a_terminal_gets_no_control_character_from_outside() {
    let lines = terminal(&document(HOSTILE), 80, false);
    assert!(lines.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(!lines.contains('\u{202e}'));
    // With colours the only escapes are those of colours.
    let coloured = terminal(&document(HOSTILE), 80, true);
    let mut escapes = coloured.split('\u{1b}');
    escapes.next();
    assert!(escapes.clone().count() > 4);
    assert!(escapes.all(|rest| rest.starts_with('[') && rest[1..].contains('m')));
}

#[test]
fn csv_reads_back_as_the_text_that_it_was() {
    let mut small = document("a");
    let fm_report::Block::Table(table) = &mut small.body[5] else {
        panic!("the table is not where the test looks for it")
    };
    let text = "a \"b\", <c>\nd";
    table.rows[0][0] = text.into();
    let files = csv(&small);
    let (_, scores) = files.iter().find(|(name, _)| name == "scores.csv").unwrap();
    assert_eq!(read(scores)[1][0], text);
}
