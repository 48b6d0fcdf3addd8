//! A table that is written as HTML and as Markdown alike.

use super::text;

/// Cells of text under a heading; the first column names its row.
pub(super) struct Table {
    pub(super) caption: String,
    pub(super) heading: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
    /// Whether the cells are numbers, set against the right edge.
    pub(super) numbers: bool,
}

impl Table {
    /// A table of numbers; the column of the rows' names comes first and has none itself.
    pub(super) fn with_columns(
        caption: impl Into<String>,
        columns: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            caption: caption.into(),
            heading: [String::new()].into_iter().chain(columns).collect(),
            rows: Vec::new(),
            numbers: true,
        }
    }

    /// A table of words.
    pub(super) fn of_words(caption: impl Into<String>, columns: &[&str]) -> Self {
        let columns = columns.iter().map(|text| (*text).to_owned());
        Self {
            numbers: false,
            ..Self::with_columns(caption, columns)
        }
    }

    /// In a box of its own, which a narrow screen scrolls sideways; the caption stands above the box,
    /// where it breaks at the page's width and not at the table's.
    pub(super) fn html(&self) -> String {
        let class = if self.numbers { "numbers" } else { "words" };
        let caption = text::html(&self.caption);
        let mut out = format!(
            "<p class=\"caption\">{caption}</p>\n\
             <div class=\"scroll\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n\
             <table class=\"{class}\">\n<thead><tr>"
        );
        for cell in &self.heading {
            out.push_str(&format!("<th scope=\"col\">{}</th>", text::html(cell)));
        }
        out.push_str("</tr></thead>\n<tbody>\n");
        for row in &self.rows {
            out.push_str("<tr>");
            for (column, cell) in row.iter().enumerate() {
                let cell = text::html(cell);
                out.push_str(&match column {
                    0 => format!("<th scope=\"row\">{cell}</th>"),
                    _ => format!("<td>{cell}</td>"),
                });
            }
            out.push_str("</tr>\n");
        }
        out.push_str("</tbody>\n</table>\n</div>\n");
        out
    }

    /// As a Markdown table below its caption.
    pub(super) fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            let cells: Vec<String> = cells.iter().map(|cell| text::markdown(cell)).collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule = |column: usize| match (column, self.numbers) {
            (0, _) | (_, false) => "---",
            _ => "---:",
        };
        let rules: Vec<&str> = (0..self.heading.len()).map(rule).collect();
        let mut out = format!("{}\n\n", text::markdown(&self.caption));
        out.push_str(&line(&self.heading));
        out.push_str(&format!("| {} |\n", rules.join(" | ")));
        for row in &self.rows {
            out.push_str(&line(row));
        }
        out
    }
}
