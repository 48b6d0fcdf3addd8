//! Markdown: all words and tables, folded sections too; pictures by their titles.

use crate::document::{Block, Document, Text};
use crate::escape;
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
                rows(out, table);
                numbers(out, &table.name, files);
            }
            Block::Plot(plot) => {
                let words = format!("Picture: {}. {}", plot.title, plot.note);
                *out += &format!("{}\n", escape::markdown(words.trim_end()));
                numbers(out, &plot.name, files);
            }
            Block::Images(images) => {
                *out += &format!("Images: {}.\n\n", escape::markdown(&images.title));
                let captions = images.images.iter().map(|image| image.caption.join(", "));
                for caption in captions.filter(|caption| !caption.is_empty()) {
                    *out += &format!("- {}\n", escape::markdown(&caption));
                }
            }
        }
    }
}

fn words(out: &mut String, text: &Text) {
    *out += &match text {
        Text::Lead(text, _) => format!("**{}**\n", escape::markdown(text)),
        Text::Verdict(text, _) | Text::Note(text) => format!("{}\n", escape::markdown(text)),
        Text::Warning(text) => format!("> **Warning.** {}\n", escape::markdown(text)),
        Text::Code(language, text) => escape::markdown_code(language, text),
    };
}

fn rows(out: &mut String, table: &Table) {
    *out += &format!("{}\n\n", escape::markdown(&table.caption));
    let mut line = |cells: Vec<String>| *out += &format!("| {} |\n", cells.join(" | "));
    let columns = || table.columns.iter();
    line(columns().map(|c| escape::markdown(&c.heading())).collect());
    let rule = |c: &Column| if c.unit.is_some() { "---:" } else { "---" }.to_owned();
    line(columns().map(rule).collect());
    for row in &table.rows {
        let cells = columns().zip(row);
        line(
            cells
                .map(|(column, value)| escape::markdown(&column.shown(value)))
                .collect(),
        );
    }
}

fn numbers(out: &mut String, name: &str, files: Option<&str>) {
    if let Some(folder) = files.filter(|_| !name.is_empty()) {
        *out += &format!("\nNumbers: [{name}.csv]({folder}/{name}.csv)\n");
    }
}
