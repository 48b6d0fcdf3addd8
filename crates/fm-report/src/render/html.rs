//! HTML: one file that loads nothing and runs nothing. It is well-formed XML too.

use std::fmt::Write as _;

use crate::document::{Block, Document, Section, Shown, Text, Tone};
use crate::escape;
use crate::images::Images;
use crate::number::Unit;
use crate::plot::{self, Plot};
use crate::table::{Column, Table};

const STYLE: &str = include_str!("style.css");

/// Letters of a cell from which on its lines break.
const LONG: usize = 24;

/// Depths of the colours of a heat map, beside none.
const SHADES: f64 = 6.0;

/// A browser that follows this policy requests nothing, whatever the page contains.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The document as a page. `files` is the folder of the CSV files, as seen from the page; plots and
/// tables link to their file where it is given.
pub fn html(document: &Document, files: Option<&str>) -> String {
    let title = escape::html(&document.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>{title}</h1>\n"
    );
    for line in &document.about {
        paragraph(&mut out, "about", line);
    }
    out.push_str("</header>\n");
    let mut page = Page { out, files };
    page.blocks(&document.body, 2);
    page.out.push_str("</main>\n</body>\n</html>\n");
    page.out
}

struct Page<'a> {
    out: String,
    files: Option<&'a str>,
}

impl Page<'_> {
    fn blocks(&mut self, body: &[Block], level: usize) {
        for block in body {
            match block {
                Block::Section(section) => self.section(section, level),
                Block::Text(text) => self.text(text),
                Block::Table(table) => self.table(table),
                Block::Plot(plot) => self.plot(plot),
                Block::Images(images) => self.images(images),
            }
        }
    }

    fn section(&mut self, section: &Section, level: usize) {
        let heading = level.min(4);
        let title = format!("<h{heading}>{}</h{heading}>", escape::html(&section.title));
        let (open, close) = match section.shown {
            Shown::Open => (format!("<section>\n{title}"), "</section>"),
            _ => (
                format!("<details>\n<summary>{title}</summary>"),
                "</details>",
            ),
        };
        self.add(format_args!("{open}"));
        self.blocks(&section.body, level + 1);
        self.add(format_args!("{close}"));
    }

    fn text(&mut self, text: &Text) {
        match text {
            Text::Lead(text, tone) => self.result("lead", *tone, text),
            Text::Verdict(text, tone) => self.result("verdict", *tone, text),
            Text::Note(text) => self.note(text),
            Text::Warning(text) => {
                let text = words(text);
                self.add(format_args!(
                    "<p class=\"warning\"><strong>Warning.</strong> {text}</p>"
                ));
            }
            Text::Code { text, .. } => {
                self.add(format_args!(
                    "<pre><code>{}</code></pre>",
                    escape::html(text)
                ));
            }
        }
    }

    fn result(&mut self, class: &str, tone: Tone, text: &str) {
        let tone = match tone {
            Tone::Better => "better",
            Tone::Worse => "worse",
            Tone::Neutral => "neutral",
        };
        paragraph(&mut self.out, &format!("{class} {tone}"), text);
    }

    /// In a box that a narrow screen scrolls sideways; the caption stands above the box, where it
    /// breaks at the page's width and not at the table's.
    fn table(&mut self, table: &Table) {
        let caption = words(&table.caption);
        self.add(format_args!(
            "<p class=\"caption\">{caption}</p>\n\
             <div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n\
             <table>\n<thead><tr>"
        ));
        for column in &table.columns {
            let (class, heading) = (class(column, "", None), escape::html(&column.heading()));
            self.add(format_args!("<th scope=\"col\"{class}>{heading}</th>"));
        }
        self.out.push_str("</tr></thead>\n<tbody>\n");
        let deepest = table.deepest();
        for row in &table.rows {
            self.out.push_str("<tr>");
            for (k, (column, value)) in table.cells(row).enumerate() {
                let cell = escape::html(&column.shown(value));
                let class = class(column, &cell, value.number().zip(deepest));
                self.out.push_str(&match k {
                    0 => format!("<th scope=\"row\"{class}>{cell}</th>"),
                    _ => format!("<td{class}>{cell}</td>"),
                });
            }
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody>\n</table>\n</div>\n");
        self.numbers(&table.name);
    }

    fn plot(&mut self, plot: &Plot) {
        let (svg, beyond) = plot::svg(plot);
        let title = escape::html(&plot.title);
        self.add(format_args!(
            "<figure>\n<figcaption>{title}</figcaption>\n{svg}"
        ));
        self.note(&plot.note);
        self.note(&beyond);
        self.numbers(&plot.name);
        self.out.push_str("</figure>\n");
    }

    fn images(&mut self, images: &Images) {
        paragraph(&mut self.out, "caption", &images.title);
        let captions = images.images.iter().any(|image| !image.caption.is_empty());
        let class = if captions { "gallery" } else { "grid" };
        self.add(format_args!("<ul class=\"{class}\">"));
        for image in &images.images {
            let (source, says) = (image.address(), escape::html(&image.description));
            let _ = write!(
                self.out,
                "<li><img src=\"{source}\" alt=\"{says}\" title=\"{says}\"/>"
            );
            for line in &image.caption {
                let _ = write!(self.out, "<span>{}</span>", escape::html(line));
            }
            self.out.push_str("</li>\n");
        }
        self.out.push_str("</ul>\n");
    }

    /// An explanation, unless it is empty.
    fn note(&mut self, text: &str) {
        if !text.is_empty() {
            paragraph(&mut self.out, "note", text);
        }
    }

    /// A link to the file of a table or plot.
    fn numbers(&mut self, name: &str) {
        if let Some(folder) = self.files.filter(|_| !name.is_empty()) {
            let path = escape::html(&format!("{folder}/{name}.csv"));
            let name = escape::html(name);
            self.add(format_args!(
                "<p class=\"files\">Numbers: <a href=\"{path}\">{name}.csv</a></p>"
            ));
        }
    }

    fn add(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.out, "{line}");
    }
}

/// The class of a cell: numbers stand at the right, and long words may break. Numbers of a heat map
/// have a colour and one of [`SHADES`], given the number and the largest of all.
fn class(column: &Column, cell: &str, shade: Option<(f64, f64)>) -> String {
    match shade.filter(|_| column.shaded) {
        Some((value, largest)) if largest > 0.0 && value.is_finite() => {
            let colour = if value < 0.0 || column.unit != Some(Unit::Points) {
                0
            } else {
                1
            };
            // A root makes the small ones visible.
            let strength = libm::round(SHADES * libm::sqrt(value.abs() / largest));
            format!(" class=\"number heat s{colour} d{strength}\"")
        }
        _ if column.is_number() => " class=\"number\"".to_owned(),
        _ if cell.chars().count() > LONG => " class=\"long\"".to_owned(),
        _ => String::new(),
    }
}

fn words(text: &str) -> String {
    escape::html(&escape::unbroken(text))
}

fn paragraph(out: &mut String, class: &str, text: &str) {
    let text = words(text);
    // Writing to a String cannot fail.
    let _ = writeln!(out, "<p class=\"{class}\">{text}</p>");
}
