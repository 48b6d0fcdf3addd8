//! Several stores beside each other.

use std::path::PathBuf;

use fm_experiment::{CellResult, Results};
use fm_stats::{Settings, compare, correct_for_family, describe};

use super::tables::{comparison_cells, comparison_columns};
use crate::document::{Document, Text};
use crate::error::ReportError;
use crate::number::Unit;
use crate::table::{Column, Table, Value};

/// The arms of several stores, each compared with the arm of the same name in the first store,
/// paired by the seeds that both have.
///
/// Stores whose arms were tested on other rows, and those given twice, are left out with a warning:
/// errors on other rows do not compare trainings.
///
/// # Errors
/// The first store that cannot be read.
pub fn compare_folders(folders: &[PathBuf]) -> Result<Document, ReportError> {
    let settings = Settings::default();
    let mut document = Document::new("Results folders compared");
    let mut first: Option<Results> = None;
    let mut seen = Vec::new();
    let mut rows: Vec<(Vec<Value>, Option<usize>)> = Vec::new();
    let mut comparisons = Vec::new();
    for path in folders {
        let results = Results::read(path)?;
        let refused = match &first {
            _ if seen.contains(&path.canonicalize().ok()) => Some("it was given before".to_owned()),
            Some(first) => other_rows(first, &results),
            None => None,
        };
        if let Some(reason) = refused {
            document.push(Text::Warning {
                says: format!("{} is not compared: {reason}.", path.display()),
                advice: "Give folders of the same test rows, each once.".to_owned(),
            });
            continue;
        }
        seen.push(path.canonicalize().ok());
        document.about.push(format!(
            "{}: {} · {} · {} target rows · backend {}",
            seen.len(),
            path.display(),
            results.protocol().name,
            results.main().points[0].target_rows(),
            results.request.backend
        ));
        for (arm, name) in results.main().points[0].arms.iter().enumerate() {
            let errors = errors(&results, arm);
            let values: Vec<f64> = errors.iter().map(|(_, error)| *error).collect();
            if values.is_empty() {
                continue;
            }
            let d = describe(&values, &settings)?;
            let row = vec![
                seen.len().into(),
                name.as_str().into(),
                d.count.into(),
                Value::MeanSd(d.mean, d.sd),
            ];
            let paired = first
                .as_ref()
                .and_then(|first| paired(first, name, &errors));
            let compared = match paired {
                Some((here, there)) => {
                    comparisons.push(compare(&here, &there, &settings)?);
                    Some(comparisons.len() - 1)
                }
                None => None,
            };
            rows.push((row, compared));
        }
        first.get_or_insert(results);
    }
    correct_for_family(&mut comparisons);
    let columns = [
        Column::new("folder", "folder", Unit::Count),
        Column::text("arm", "arm"),
        Column::new("seeds", "seeds", Unit::Count).detail(),
        Column::new("test_error", "test error", Unit::Fraction).mean_sd(),
    ];
    let columns = columns
        .into_iter()
        .chain(comparison_columns(settings.level));
    let caption = "Test errors, and differences to the arm of the same name in folder 1";
    let mut table = Table::new("comparison", caption, columns);
    for (row, compared) in rows {
        let cells = comparison_cells(compared.map(|index| &comparisons[index]));
        table.push(row.into_iter().chain(cells));
    }
    document.push(table);
    document.push(Text::note(
        "Differences are paired by the seeds that both folders have: equal seeds draw from the same \
         streams of random numbers. p is corrected for all comparisons of the table.",
    ));
    Ok(document)
}

/// Test errors of an arm of the main table by seed.
fn errors(results: &Results, arm: usize) -> Vec<(u64, f64)> {
    let cells = results.by_seed(0, 0, Some(arm));
    let error = |cell: &CellResult| Some((cell.place.seed, cell.error()?));
    cells.filter_map(error).collect()
}

/// The errors here and in the first store, over the seeds that both have; `None` without one.
fn paired(first: &Results, arm: &str, errors_here: &[(u64, f64)]) -> Option<(Vec<f64>, Vec<f64>)> {
    let place = first.main().points[0]
        .arms
        .iter()
        .position(|name| name == arm)?;
    let there = errors(first, place);
    let find = |seed: u64| {
        there
            .iter()
            .find(|(other, _)| *other == seed)
            .map(|(_, error)| *error)
    };
    let both = errors_here
        .iter()
        .filter_map(|(seed, error)| Some((*error, find(*seed)?)));
    let (here, there): (Vec<f64>, Vec<f64>) = both.unzip();
    (!here.is_empty()).then_some((here, there))
}

/// Why the test rows of two stores are not the same; `None` if they are.
fn other_rows(first: &Results, other: &Results) -> Option<String> {
    let classes = |results: &Results| {
        let mut classes = results.main().points[0].target_classes().to_vec();
        // Which class is label 0 changes no row.
        classes.sort_unstable();
        classes
    };
    let test_rows = |results: &Results| results.protocol().data.test_rows;
    let (name, other_name) = (&first.store().dataset().name, &other.store().dataset().name);
    if first.store().dataset().digest() != other.store().dataset().digest() {
        return Some(format!(
            "its data are {other_name}, those of the first folder {name}"
        ));
    }
    if classes(first) != classes(other) {
        return Some("its target classes are not those of the first folder".to_owned());
    }
    if test_rows(first) != test_rows(other) {
        return Some("it has another number of test rows than the first folder".to_owned());
    }
    None
}
