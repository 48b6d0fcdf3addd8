//! The small document in all formats. `UPDATE_SNAPSHOTS=1` writes the files anew; look at them
//! before committing.

use std::fs;
use std::path::Path;

use fm_report::{csv, html, markdown, terminal};

use crate::small::document;

fn is(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/all/snapshots")
        .join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    assert!(
        kept == text,
        "{} differs; now it is:\n{text}",
        path.display()
    );
}

#[test]
fn the_page_is_as_it_was() {
    let page = html(&document("notebook"), Some("report"));
    let (start, end) = (
        page.find("<style>").unwrap(),
        page.find("</style>").unwrap(),
    );
    is("small.html", &format!("{}{}", &page[..start], &page[end..]));
}

#[test]
fn markdown_is_as_it_was() {
    is("small.md", &markdown(&document("notebook"), Some("report")));
}

#[test]
fn the_terminal_s_text_is_as_it_was() {
    let lines = |width| terminal(&document("notebook"), width, false);
    is(
        "small.txt",
        &format!("{}\n{:-<120}\n\n{}", lines(80), "", lines(120)),
    );
}

#[test]
fn csv_files_are_as_they_were() {
    let files = csv(&document("notebook")).into_iter();
    let text: String = files
        .map(|(name, text)| format!("{name}\n{text}\n"))
        .collect();
    is("small.csv", &text);
}
