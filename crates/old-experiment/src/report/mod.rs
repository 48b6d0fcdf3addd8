//! Reports: what a results folder shows, made from its plan and records alone.
//!
//! ```text
//! report.html        everything, in one file that opens offline and runs no script
//! report.md          its words and tables
//! runs.csv           test scores of every run
//! history.csv        every epoch of every training
//! report/*.csv       the numbers behind each table and picture
//! summary.json       the statistics
//! ```
//!
//! Equal plans and records give equal bytes: there is no time of making in a report.

mod charts;
mod command;
mod csv;
mod curve_charts;
mod curve_csv;
mod curve_section;
mod curve_tables;
mod curves;
mod error;
mod first_layer;
mod folders;
mod heat;
mod html;
mod image;
mod load;
mod md;
mod numbers;
mod pair_scatter;
mod rows;
mod strip;
mod svg;
mod table;
mod tables;
mod tensorboard;
mod text;
mod warning;
mod warning_words;
mod weights;

use std::fs;
use std::path::{Path, PathBuf};

use fm_nn::write_whole;

pub use error::ReportError;
pub use folders::{FolderArm, FolderComparison, Refused, compare_folders};
pub use numbers::{
    better_in, class_name, counted, interval, loss_and_sd, p_number, percent, percent_and_sd,
    percent_number, points, too_few_seeds,
};
pub(crate) use tensorboard::FILE as TENSORBOARD_FILE;
pub use warning::Warning;

use crate::folder::ResultsFolder;
use crate::plan::Plan;
use crate::summary::Summary;
use crate::sweep::remove_if_there;
use first_layer::FirstLayer;
use load::Material;

/// Every file that a report may have, by its place in the results folder.
pub(crate) const REPORT_FILES: [&str; 18] = [
    "runs.csv",
    "history.csv",
    "report/arms.csv",
    "report/comparisons.csv",
    "report/differences.csv",
    "report/curves.csv",
    "report/units.csv",
    "report/first_layer.csv",
    "report/samples.csv",
    "report/depth.csv",
    "report/pairs.csv",
    "report/vary.csv",
    "report/rows.csv",
    "report/spread.csv",
    "report/confusion.csv",
    "report/calibration.csv",
    "report.md",
    "report.html",
];

/// What was made.
#[derive(Clone, Debug)]
pub struct Report {
    /// The page.
    pub html: PathBuf,
    /// What it says of the records there are.
    pub summary: Summary,
    /// What a reader must know before believing it, the gravest first.
    pub warnings: Vec<Warning>,
}

/// Makes the reports of an open folder from its records; `plan` is the folder's.
///
/// Seeds that have no record yet are left out, with a warning.
///
/// # Errors
/// [`ReportError`]: no record, one that does not fit the plan, or a file that cannot be written.
pub fn write(folder: &ResultsFolder, plan: &Plan) -> Result<Report, ReportError> {
    let material = Material::read(folder, plan)?;
    let warnings = warning::warnings(&material);
    let units = match (&material.source_model, &material.source_start) {
        (Some((_, network)), Some(before)) => weights::unit_images(network, before),
        _ => Vec::new(),
    };
    folder.write_json("summary.json", &material.summary)?;
    let root = folder.path();
    let tables = root.join("report");
    fs::create_dir_all(&tables).map_err(|source| ReportError::Write {
        path: tables.clone(),
        source,
    })?;
    let seed = material.records[0].seed;
    let mut files = vec![
        ("runs.csv", csv::runs(&material)),
        ("history.csv", csv::history(&material)),
        ("report/arms.csv", csv::arms(&material)),
        ("report/comparisons.csv", csv::comparisons(&material)),
        ("report/differences.csv", csv::differences(&material)),
        ("report/curves.csv", csv::curves(&material)),
        ("report/units.csv", csv::units(seed, &units)),
    ];
    files.extend(curve_csv::files(&material));
    files.extend(rows::files(&material));
    if let Some(first_layer) = FirstLayer::of(&material) {
        files.push(("report/first_layer.csv", first_layer.csv()));
    }
    // The page comes last, so that what it points at is there.
    files.extend([
        ("report.md", md::page(&material, &warnings)),
        ("report.html", html::page(&material, &warnings, &units)),
    ]);
    for (name, text) in &files {
        let path = root.join(name);
        write_whole(&path, text.as_bytes())
            .map_err(|source| ReportError::Write { path, source })?;
    }
    // What an earlier report had and this one has not, such as a curve whose records are gone.
    for name in REPORT_FILES {
        if !files.iter().any(|(written, _)| *written == name) {
            remove_if_there(&root.join(name))?;
        }
    }
    Ok(Report {
        html: root.join("report.html"),
        summary: material.summary,
        warnings,
    })
}

/// Makes the reports of the results folder at `path` anew, without training.
///
/// # Errors
/// As [`write()`], and what is not a results folder or is in use.
pub fn rebuild(path: &Path) -> Result<Report, ReportError> {
    let plan = load::plan(path)?;
    let folder = ResultsFolder::open(path, &plan)?;
    write(&folder, &plan)
}

/// Writes TensorBoard event files below `tensorboard/` in the results folder at `path`, from its
/// records: `tensorboard --logdir` on that folder, which is what is returned, shows every epoch of
/// every training.
///
/// # Errors
/// As [`rebuild`].
pub fn write_tensorboard(path: &Path) -> Result<PathBuf, ReportError> {
    let plan = load::plan(path)?;
    let folder = ResultsFolder::open(path, &plan)?;
    tensorboard::write(path, &Material::read(&folder, &plan)?)
}
