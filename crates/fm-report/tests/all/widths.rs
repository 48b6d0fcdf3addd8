//! The terminal's lines fit.

use fm_report::{Document, Text, html, terminal};
use textwrap::core::display_width;

use crate::small::document;

#[test]
fn lines_fit_80_and_120_columns() {
    for width in [80, 120] {
        let lines = terminal(&document("notebook"), width, false);
        for line in lines.lines() {
            assert!(display_width(line) <= width, "{line:?}");
        }
    }
}

#[test]
fn a_narrow_terminal_leaves_details_out_and_counts_them() {
    let narrow = terminal(&document("notebook"), 80, false);
    assert!(!narrow.contains("test loss") && narrow.contains("(1 more column in the page)"));
    let wide = terminal(&document("notebook"), 120, false);
    assert!(wide.contains("test loss") && !wide.contains("more column"));
}

#[test]
fn folded_sections_are_named_and_not_printed() {
    let lines = terminal(&document("notebook"), 80, false);
    assert!(!lines.contains("fm experiment"));
    assert!(lines.contains("How to reproduce."));
}

#[test]
fn no_line_breaks_between_a_number_and_its_unit() {
    let text =
        "An error of 11.37 % instead of 12 %, which is a difference of −0.88 points; ".repeat(9);
    let document = Document::new("a").with(Text::note(text));
    for width in 40..100 {
        for line in terminal(&document, width, false).lines() {
            assert!(
                !line.starts_with(['%']) && !line.starts_with("points"),
                "{line:?}"
            );
        }
    }
    let page = html(&document, None);
    assert!(page.contains("11.37\u{a0}% instead") && page.contains("−0.88\u{a0}points; An"));
}
