//! CSV files have the exact numbers.

use fm_report::{Column, Document, Table, Unit, Value, csv};
use fm_stats::Interval;

use crate::small::document;

/// Rows of cells, quotes resolved (RFC 4180).
pub(crate) fn read(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.push(letters.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            letter => cell.push(letter),
        }
    }
    assert!(
        !quoted && cell.is_empty() && row.is_empty(),
        "the last row has no end"
    );
    rows
}

#[test]
fn numbers_read_back_exactly() {
    let values = [0.1 + 0.2, -1.5e-7, 1.0 / 3.0, 0.0, f64::MAX, 5e-324];
    let columns = [
        Column::text("name", "name"),
        Column::new("error", "test error", Unit::Fraction).interval(),
        Column::new("difference", "difference", Unit::Points).mean_sd(),
    ];
    let mut table = Table::new("numbers", "Numbers", columns);
    for value in values {
        table.push([
            "x".into(),
            Interval {
                low: value,
                high: -value,
            }
            .into(),
            Value::MeanSd(value, None),
        ]);
    }
    let files = csv(&Document::new("numbers").with(table));
    let rows = read(&files[0].1);
    assert_eq!(
        rows[0],
        [
            "name",
            "error_low",
            "error_high",
            "difference_mean",
            "difference_sd"
        ]
    );
    for (row, value) in rows[1..].iter().zip(values) {
        assert_eq!(row[1].parse::<f64>().unwrap().to_bits(), value.to_bits());
        assert_eq!(row[2].parse::<f64>().unwrap().to_bits(), (-value).to_bits());
        assert_eq!(
            (row[3].parse::<f64>().unwrap(), row[4].as_str()),
            (value, "")
        );
    }
}

#[test]
fn every_row_is_as_long_as_its_heading() {
    let files = csv(&document("a, b"));
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["differences.csv", "scores.csv", "curves.csv", "map.csv"]
    );
    for (name, text) in &files {
        let rows = read(text);
        assert!(rows.len() > 2, "{name} has no rows");
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{text}");
    }
}

#[test]
fn a_plot_s_file_has_a_row_per_datum() {
    let files = csv(&document("a"));
    let rows = read(&files[0].1);
    // Two means and ten seeds.
    assert_eq!(rows.len(), 1 + 2 + 10);
    assert_eq!(
        rows[1],
        [
            "mean",
            "",
            "-0.0077",
            "transfer − scratch",
            "-0.0152",
            "-0.0002"
        ]
    );
    assert_eq!(rows[3][1..4], ["seed 1", "-0.0135", "transfer − scratch"]);
}
