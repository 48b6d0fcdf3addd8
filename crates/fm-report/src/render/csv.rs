//! CSV files (RFC 4180): the exact numbers behind every table and plot.

use crate::document::{Block, Document};
use crate::escape;
use crate::table::{Column, Table};

/// Name and text of a file for each table and each plot that has a name, in their order: a heading and
/// rows. Fractions, not percent; every number reads back exactly.
pub fn csv(document: &Document) -> Vec<(String, String)> {
    let mut files = Vec::new();
    blocks(&document.body, &mut files);
    files
}

fn blocks(body: &[Block], files: &mut Vec<(String, String)>) {
    for block in body {
        match block {
            Block::Section(section) => blocks(&section.body, files),
            Block::Table(table) => files.extend(file(table)),
            Block::Plot(plot) => files.extend(file(&plot.table())),
            Block::Text(_) | Block::Images(_) => {}
        }
    }
}

fn file(table: &Table) -> Option<(String, String)> {
    let mut text = line(table.columns.iter().flat_map(Column::csv_headings));
    for row in &table.rows {
        let cells = table.columns.iter().zip(row);
        text += &line(cells.flat_map(|(column, value)| column.csv_cells(value)));
    }
    (!table.name.is_empty()).then(|| (format!("{}.csv", table.name), text))
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| escape::csv(&cell)).collect();
    cells.join(",") + "\n"
}
