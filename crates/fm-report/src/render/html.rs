//! HTML: one file that loads nothing and runs nothing. It is well-formed XML too.

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
    let out = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n\
         <header>\n<h1>{title}</h1>\n"
    );
    let mut page = Page { out, files };
    for line in &document.about {
        page.paragraph("about", line);
    }
    page.out += "</header>\n";
    page.blocks(&document.body, 2);
    page.out + "</main>\n</body>\n</html>\n"
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
            Shown::Open => (format!("<section>\n{title}"), "section"),
            _ => (format!("<details>\n<summary>{title}</summary>"), "details"),
        };
        self.out += &format!("{open}\n");
        self.blocks(&section.body, level + 1);
        self.out += &format!("</{close}>\n");
    }

    fn text(&mut self, text: &Text) {
        let tone = |tone: &Tone| match tone {
            Tone::Better => "better",
            Tone::Worse => "worse",
            Tone::Neutral => "neutral",
        };
        match text {
            Text::Lead(text, of) => self.paragraph(&format!("lead {}", tone(of)), text),
            Text::Verdict(text, of) => self.paragraph(&format!("verdict {}", tone(of)), text),
            Text::Note(text) => self.paragraph("note", text),
            Text::Warning(text) => {
                let text = words(text);
                self.out += &format!("<p class=\"warning\"><strong>Warning.</strong> {text}</p>\n");
            }
            Text::Code(_, text) => {
                self.out += &format!("<pre><code>{}</code></pre>\n", escape::html(text));
            }
        }
    }

    /// In a box that a narrow screen scrolls sideways; the caption stands above the box, where it
    /// breaks at the page's width and not at the table's.
    fn table(&mut self, table: &Table) {
        let caption = words(&table.caption);
        self.out += &format!(
            "<p class=\"caption\">{caption}</p>\n\
             <div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n\
             <table>\n<thead><tr>\n"
        );
        for column in &table.columns {
            let (class, heading) = (class(column, "", None), escape::html(&column.heading()));
            self.out += &format!("<th scope=\"col\"{class}>{heading}</th>\n");
        }
        self.out += "</tr></thead>\n<tbody>\n";
        let deepest = table.deepest();
        for row in &table.rows {
            self.out += "<tr>";
            for (k, (column, value)) in table.columns.iter().zip(row).enumerate() {
                let cell = escape::html(&column.shown(value));
                let class = class(column, &cell, value.number().zip(deepest));
                self.out += &match k {
                    0 => format!("<th scope=\"row\"{class}>{cell}</th>"),
                    _ => format!("<td{class}>{cell}</td>"),
                };
            }
            self.out += "</tr>\n";
        }
        self.out += "</tbody>\n</table>\n</div>\n";
        self.numbers(&table.name);
    }

    fn plot(&mut self, plot: &Plot) {
        let (svg, beyond) = plot::svg(plot);
        let title = escape::html(&plot.title);
        self.out += &format!("<figure>\n<figcaption>{title}</figcaption>\n{svg}\n");
        for note in [plot.note.as_str(), &beyond] {
            if !note.is_empty() {
                self.paragraph("note", note);
            }
        }
        self.numbers(&plot.name);
        self.out += "</figure>\n";
    }

    fn images(&mut self, images: &Images) {
        self.paragraph("caption", &images.title);
        let captions = images.images.iter().any(|image| !image.caption.is_empty());
        let class = if captions { "gallery" } else { "grid" };
        self.out += &format!("<ul class=\"{class}\">\n");
        for image in &images.images {
            let (source, says) = (image.address(), escape::html(&image.description));
            self.out += &format!("<li><img src=\"{source}\" alt=\"{says}\" title=\"{says}\"/>");
            for line in &image.caption {
                self.out += &format!("<span>{}</span>", escape::html(line));
            }
            self.out += "</li>\n";
        }
        self.out += "</ul>\n";
    }

    /// A link to the file of a table or plot.
    fn numbers(&mut self, name: &str) {
        if let Some(folder) = self.files.filter(|_| !name.is_empty()) {
            let [folder, name] = [folder, name].map(escape::html);
            self.out += &format!(
                "<p class=\"files\">Numbers: <a href=\"{folder}/{name}.csv\">{name}.csv</a></p>\n"
            );
        }
    }

    fn paragraph(&mut self, class: &str, text: &str) {
        self.out += &format!("<p class=\"{class}\">{}</p>\n", words(text));
    }
}

/// The class of a cell: numbers stand at the right, and long words may break. Numbers of a heat map
/// have a colour and one of [`SHADES`], given the number and the largest of all.
fn class(column: &Column, cell: &str, shade: Option<(f64, f64)>) -> String {
    match shade.filter(|_| column.shaded) {
        Some((value, largest)) if largest > 0.0 && value.is_finite() => {
            let colour = u8::from(value >= 0.0 && column.unit == Some(Unit::Points));
            // A root makes the small ones visible.
            let strength = libm::round(SHADES * libm::sqrt(value.abs() / largest));
            format!(" class=\"number heat s{colour} d{strength}\"")
        }
        _ if column.unit.is_some() => " class=\"number\"".to_owned(),
        _ if cell.chars().count() > LONG => " class=\"long\"".to_owned(),
        _ => String::new(),
    }
}

fn words(text: &str) -> String {
    escape::html(&escape::unbroken(text))
}
