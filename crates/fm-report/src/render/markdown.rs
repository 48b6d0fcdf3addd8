//! Markdown: all words and tables, folded sections too; pictures by their titles.

use crate::document::{Block, Document, Text};
use crate::escape;
use crate::images::Images;
use crate::table::{Column, Table};

/// The document as Markdown. `files` is the folder of the CSV files, as seen from where the text
/// is kept; plots and tables name their file where it is given.
pub fn markdown(document: &Document, files: Option<&str>) -> String {
    let mut out = format!("# {}\n\n", escape::markdown(&document.title));
    for line in &document.about {
        out += &format!("{}  \n", escape::markdown(line));
    }
    blocks(&mut out, &document.body, 2, files);
    format!("{}\n", out.trim_end())
}

fn blocks(out: &mut String, body: &[Block], level: usize, files: Option<&str>) {
    for block in body {
        out.push('\n');
        match block {
            Block::Section(section) => {
                let marks = "#".repeat(level.min(6));
                *out += &format!("{marks} {}\n", escape::markdown(&section.title));
                blocks(out, &section.body, level + 1, files);
            }
            Block::Text(text) => words(out, text),
            Block::Table(table) => {
                *out += &rows(table);
                numbers(out, &table.name, files);
            }
            Block::Plot(plot) => {
                titled(out, "Picture", &plot.title, &plot.note);
                numbers(out, &plot.name, files);
            }
            Block::Images(images) => {
                titled(out, "Images", &images.title, "");
                captions(out, images);
            }
        }
    }
}

fn words(out: &mut String, text: &Text) {
    *out += &match text {
        Text::Lead(text, _) => format!("**{}**\n", escape::markdown(text)),
        Text::Verdict(text, _) | Text::Note(text) => format!("{}\n", escape::markdown(text)),
        Text::Warning(text) => format!("> **Warning.** {}\n", escape::markdown(text)),
        Text::Code { language, text } => escape::markdown_code(language, text),
    };
}

fn rows(table: &Table) -> String {
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let columns = || table.columns.iter();
    let mut out = format!("{}\n\n", escape::markdown(&table.caption));
    out += &line(columns().map(|c| escape::markdown(&c.heading())).collect());
    let rule = |c: &Column| if c.unit.is_some() { "---:" } else { "---" }.to_owned();
    out += &line(columns().map(rule).collect());
    for row in &table.rows {
        let cells = table.cells(row);
        out += &line(
            cells
                .map(|(c, value)| escape::markdown(&c.shown(value)))
                .collect(),
        );
    }
    out
}

fn titled(out: &mut String, what: &str, title: &str, note: &str) {
    let words = format!("{what}: {title}. {note}");
    *out += &format!("{}\n", escape::markdown(words.trim_end()));
}

fn captions(out: &mut String, images: &Images) {
    out.push('\n');
    let captions = images.images.iter().map(|image| image.caption.join(", "));
    for caption in captions.filter(|caption| !caption.is_empty()) {
        *out += &format!("- {}\n", escape::markdown(&caption));
    }
}

fn numbers(out: &mut String, name: &str, files: Option<&str>) {
    if let Some(folder) = files.filter(|_| !name.is_empty()) {
        *out += &format!("\nNumbers: [{name}.csv]({folder}/{name}.csv)\n");
    }
}
