//! CSV files (RFC 4180): the exact numbers behind every table and plot.

use crate::document::{Block, Document};
use crate::escape;
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
        match block {
            Block::Section(section) => blocks(&section.body, files),
            Block::Table(table) => files.extend(file(table)),
            Block::Plot(plot) => files.extend(file(&plot.table())),
            Block::Text(_) | Block::Images(_) => {}
        }
    }
}

fn file(table: &Table) -> Option<CsvFile> {
    let heading = table.columns.iter().flat_map(Column::csv_headings);
    let mut text = line(heading);
    for row in &table.rows {
        let cells = table.cells(row);
        text += &line(cells.flat_map(|(column, value)| column.csv_cells(value)));
    }
    let name = format!("{}.csv", table.name);
    (!table.name.is_empty()).then_some(CsvFile { name, text })
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| escape::csv(&cell)).collect();
    format!("{}\n", cells.join(","))
}
