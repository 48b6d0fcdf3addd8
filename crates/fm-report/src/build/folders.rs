//! Several stores beside each other.

use std::path::PathBuf;

use fm_experiment::{CellResult, Paired, Results};
use fm_stats::{Comparison, Description, Settings, correct_for_family, describe};

use super::names::models;
use super::tables::with_comparison;
use crate::document::{Document, Text};
use crate::error::ReportError;
use crate::number::Unit;
use crate::table::{Column, Table};

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
    // Folder and arm, its errors, and what they show beside those of the first folder.
    let mut rows: Vec<(usize, String, Description, Option<Comparison>)> = Vec::new();
    for path in folders {
        let results = Results::read(path)?;
        let refused = match &first {
            _ if seen.contains(&path.canonicalize().ok()) => Some("it was given before".to_owned()),
            Some(first) => other_rows(first, &results),
            None => None,
        };
        if let Some(reason) = refused {
            document.push(Text::Warning(format!(
                "{} is not compared: {reason}. Give folders of the same test rows, each once.",
                path.display()
            )));
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
        for (name, arm) in models(&results).skip(1) {
            let cells = || results.by_seed(0, 0, arm);
            let errors: Vec<f64> = cells().filter_map(CellResult::error).collect();
            if errors.is_empty() {
                continue;
            }
            let there = first.as_ref().and_then(|first| {
                let (_, place) = models(first).skip(1).find(|(arm, _)| *arm == name)?;
                Some(first.by_seed(0, 0, place))
            });
            let paired = there.map(|there| Paired::of(cells(), there));
            let paired = paired.filter(|paired| !paired.seeds.is_empty());
            let comparison = paired.map(|paired| paired.compare(false, &settings));
            let errors = describe(&errors, &settings)?;
            rows.push((seen.len(), name.to_owned(), errors, comparison.transpose()?));
        }
        first.get_or_insert(results);
    }
    correct_for_family(rows.iter_mut().filter_map(|(.., c)| c.as_mut()));
    let caption = "Test errors, and differences to the arm of the same name in folder 1";
    let error = Column::new("test_error", "test error", Unit::Fraction).mean_sd();
    let table = Table::of("comparison", caption, &rows)
        .column(Column::count("folder"), |(folder, ..)| *folder)
        .column(Column::text("arm", "arm"), |(_, arm, ..)| arm)
        .column(Column::count("seeds").detail(), |(.., errors, _)| {
            errors.count
        })
        .column(error, |(.., errors, _)| *errors);
    document.push(with_comparison(table, settings.level, |(.., c)| c.as_ref()).table());
    document.push(Text::note(
        "Differences are paired by the seeds that both folders have: equal seeds draw from the same \
         streams of random numbers. p is corrected for all comparisons of the table.",
    ));
    Ok(document)
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
    let [data, other_data] = [first, other].map(|results| results.store().dataset());
    if data.digest() != other_data.digest() {
        let (name, other_name) = (&data.name, &other_data.name);
        return Some(format!(
            "its data are {other_name}, those of the first folder {name}"
        ));
    }
    let what = match classes(first) == classes(other) {
        false => "target classes",
        true if test_rows(first) != test_rows(other) => "test rows",
        true => return None,
    };
    Some(format!("its {what} are not those of the first folder"))
}
