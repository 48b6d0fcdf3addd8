//! CSV files (RFC 4180): the exact numbers behind every table and plot.

use crate::document::{Block, Document};
use crate::escape;
use crate::plot::{Axis, Datum, Mark, Plot};
use crate::table::{Column, Table};

/// A file of numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CsvFile {
    /// Its name, with `.csv`.
    pub name: String,
    /// A heading and rows. Fractions, not percent; every number reads back exactly.
    pub text: String,
}

/// A file for each table and each plot that has a name, in their order.
pub fn csv(document: &Document) -> Vec<CsvFile> {
    let mut files = Vec::new();
    blocks(&document.body, &mut files);
    files
}

fn blocks(body: &[Block], files: &mut Vec<CsvFile>) {
    for block in body {
        let (name, text) = match block {
            Block::Section(section) => {
                blocks(&section.body, files);
                continue;
            }
            Block::Table(table) => (&table.name, table_text(table)),
            Block::Plot(plot) => (&plot.name, plot_text(plot)),
            Block::Text(_) | Block::Images(_) => continue,
        };
        if !name.is_empty() {
            let name = format!("{name}.csv");
            files.push(CsvFile { name, text });
        }
    }
}

fn table_text(table: &Table) -> String {
    let heading = table.columns.iter().flat_map(Column::csv_headings);
    let mut text = line(heading);
    for row in &table.rows {
        let cells = table.columns.iter().enumerate();
        text += &line(cells.flat_map(|(k, column)| column.csv_cells(Table::value(row, k))));
    }
    text
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| escape::csv(&cell)).collect();
    format!("{}\n", cells.join(","))
}

/// A row per datum: what it belongs to, its place and, where it has one, its interval.
fn plot_text(plot: &Plot) -> String {
    let is_map = plot
        .marks
        .iter()
        .any(|mark| matches!(mark, Mark::Cells { .. }));
    let mut heading = vec![
        "series".to_owned(),
        "label".to_owned(),
        key(&plot.x),
        key(&plot.y),
    ];
    let more = if is_map {
        ["value", "sign"]
    } else {
        ["low", "high"]
    };
    heading.extend(more.map(str::to_owned));
    let mut text = line(heading.into_iter());
    for mark in &plot.marks {
        let (series, data) = match mark {
            Mark::Points(series, data) | Mark::Line(series, data) => (series.name.as_str(), data),
            Mark::Means(_, data) => ("mean", data),
            Mark::Cells { title, cells, .. } => {
                for cell in cells {
                    let place = [(&plot.x, cell.x), (&plot.y, cell.y)];
                    let [x, y] = place.map(|(axis, at)| place_text(axis, at as f64));
                    let value = cell.value.to_string();
                    let row = [
                        title.clone(),
                        cell.label.clone(),
                        x,
                        y,
                        value,
                        cell.sign.to_owned(),
                    ];
                    text += &line(row.into_iter());
                }
                continue;
            }
            Mark::Zero { .. } | Mark::Upright(..) | Mark::Guide(_) => continue,
        };
        for datum in data {
            text += &line(datum_cells(plot, series, datum).into_iter());
        }
    }
    text
}

fn datum_cells(plot: &Plot, series: &str, datum: &Datum) -> [String; 6] {
    let (low, high) = datum.interval.unzip();
    let end = |end: Option<f64>| end.map(|v| v.to_string()).unwrap_or_default();
    [
        series.to_owned(),
        datum.label.clone(),
        place_text(&plot.x, datum.x),
        place_text(&plot.y, datum.y),
        end(low),
        end(high),
    ]
}

fn place_text(axis: &Axis, value: f64) -> String {
    match axis.categories().is_empty() {
        true => value.to_string(),
        false => axis.shown(value),
    }
}

/// "test error" as the name of a column: `test_error`.
fn key(axis: &Axis) -> String {
    let letter = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let key: String = axis.title.to_lowercase().chars().map(letter).collect();
    match key.trim_matches('_') {
        "" => "name".to_owned(),
        key => key.to_owned(),
    }
}
