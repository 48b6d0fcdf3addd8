//! [`Report`]: the document of a store's results, and its files.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use fm_experiment::Results;

use super::analysis::Analysis;
use super::main_table;
use super::summary::summary;
use super::warnings::{Warning, warnings};
use super::{tables, tuning};
use crate::document::Document;
use crate::error::ReportError;
use crate::render::{csv, html, markdown};

/// The folder of the CSV files, in the folder of the store.
const TABLES: &str = "report";

/// What results show.
#[derive(Clone, Debug)]
pub struct Report {
    /// The document.
    pub document: Document,
    /// The contents of `summary.json`.
    pub summary: serde_json::Value,
    /// What a reader must know before believing the results; the document has them too.
    pub warnings: Vec<Warning>,
    /// The tables with a row for each cell and for each epoch, which no document shows.
    tables: Document,
}

impl Report {
    /// Describes, compares and words results.
    ///
    /// # Errors
    /// Damaged files of the store.
    pub fn of(results: &Results) -> Result<Self, ReportError> {
        let analysis = Analysis::of(results)?;
        let warnings = warnings(&analysis)?;
        let mut tables = Document::new("")
            .with(tables::cells(results))
            .with(tables::epochs(results));
        tables.extend(tuning::trials(results));
        Ok(Self {
            document: main_table::document(&analysis, &warnings)?,
            summary: summary(&analysis, &warnings),
            warnings,
            tables,
        })
    }

    /// Writes the report into a folder, such as that of the store, in place of an older one:
    ///
    /// ```text
    /// report.html    report.md    summary.json
    /// cells.csv      a row for each cell
    /// history.csv    a row for each epoch of each training of the main table
    /// tuning.csv     a row for each trial of each tuned arm of it, at each number of epochs
    /// report/*.csv   the numbers of each table and plot
    /// ```
    ///
    /// Returns the path of the page.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ReportError> {
        let mut kept = BTreeSet::new();
        for (name, text) in csv(&self.document) {
            kept.insert(write_file(folder, &format!("{TABLES}/{name}"), text)?);
        }
        remove_others(&folder.join(TABLES), &kept)?;
        for (name, text) in csv(&self.tables) {
            write_file(folder, &name, text)?;
        }
        let summary = serde_json::to_string_pretty(&self.summary).unwrap_or_default();
        write_file(folder, "summary.json", summary + "\n")?;
        write_file(folder, "report.md", markdown(&self.document, Some(TABLES)))?;
        // The page comes last, so that the files that it links to exist.
        write_file(folder, "report.html", html(&self.document, Some(TABLES)))
    }
}

/// Writes a file in place of an older one, and its folder.
pub(crate) fn write_file(
    folder: &Path,
    name: &str,
    bytes: impl AsRef<[u8]>,
) -> Result<PathBuf, ReportError> {
    let path = folder.join(name);
    let made = std::fs::create_dir_all(path.parent().unwrap_or(folder));
    match made.and_then(|()| fm_data::save(&path, bytes.as_ref())) {
        Ok(()) => Ok(path),
        Err(source) => Err(ReportError::Write { path, source }),
    }
}

/// Removes the CSV files that an earlier report wrote and this one did not.
fn remove_others(folder: &Path, kept: &BTreeSet<PathBuf>) -> Result<(), ReportError> {
    let failed = |source| ReportError::Write {
        path: folder.to_owned(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|end| end == "csv") && !kept.contains(&path) {
            match std::fs::remove_file(&path) {
                // Another process was faster.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed.map_err(|source| ReportError::Write { path, source })?,
            }
        }
    }
    Ok(())
}
