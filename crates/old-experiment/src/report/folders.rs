//! [`FolderComparison`]: several results folders beside each other.

use std::path::{Path, PathBuf};

use fm_nn::{Backend, write_whole};

use super::error::ReportError;
use super::load::{self, Material};
use super::numbers::{interval, percent_and_sd, points};
use super::table::Table;
use super::text::{bounds, csv, exact, exact_or_empty, html};
use crate::folder::ResultsFolder;
use crate::plan::{Identity, first_difference};
use crate::stats::words::level_words;
use crate::stats::{ArmErrors, Comparison, Description, Settings, compare};

/// The arms of several folders whose test rows are the same.
#[derive(Clone, Debug)]
pub struct FolderComparison {
    /// A row per folder and arm, in the order of the folders given and of their protocols.
    pub rows: Vec<FolderArm>,
    /// Folders that are not compared with the first.
    pub refused: Vec<Refused>,
}

/// An arm of a folder.
#[derive(Clone, Debug)]
pub struct FolderArm {
    /// The folder, as given.
    pub folder: PathBuf,
    /// Name of its protocol.
    pub protocol: String,
    /// Its backend.
    pub backend: Backend,
    /// Training rows of the target task.
    pub target_rows: usize,
    /// Name of the arm.
    pub arm: String,
    /// Its test error.
    pub test_error: Description,
    /// Against the arm of the same name in the first folder, over the seeds that both have; none
    /// in the first folder, and where there is no such arm or no such seed. Not corrected for
    /// the number of comparisons.
    pub against_first: Option<Comparison>,
}

impl FolderArm {
    /// Which row it is: folder, protocol, backend, target rows, arm, seeds.
    fn names(&self) -> Vec<String> {
        vec![
            self.folder.display().to_string(),
            self.protocol.clone(),
            self.backend.to_string(),
            self.target_rows.to_string(),
            self.arm.clone(),
            self.test_error.count.to_string(),
        ]
    }
}

/// A folder that is not compared, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The folder, as given.
    pub folder: PathBuf,
    /// In words.
    pub reason: String,
}

/// Compares results folders, each with the first, without training; writes nothing.
///
/// Folders whose arms were tested on other rows are refused one by one, errors on other rows are
/// no measure of the training; and so are those given a second time.
///
/// # Errors
/// As [`rebuild`](super::rebuild), for the first folder that cannot be read. No folder at all is
/// an empty comparison.
pub fn compare_folders(folders: &[PathBuf]) -> Result<FolderComparison, ReportError> {
    let mut found = FolderComparison {
        rows: Vec::new(),
        refused: Vec::new(),
    };
    let mut first: Option<Material> = None;
    let mut seen = Vec::new();
    for path in folders {
        let plan = load::plan(path)?;
        let place = path.canonicalize().unwrap_or_else(|_| path.clone());
        if seen.contains(&place) {
            let (folder, reason) = (path.clone(), "it was given before".to_owned());
            found.refused.push(Refused { folder, reason });
            continue;
        }
        seen.push(place);
        let material = Material::read(&ResultsFolder::for_reading(path, &plan), &plan)?;
        if let Some(first) = &first
            && let Some(reason) = other_rows(&first.plan.identity, &plan.identity)
        {
            let folder = path.clone();
            found.refused.push(Refused { folder, reason });
            continue;
        }
        for arm in &plan.identity.protocol.arms {
            let error = &material.summary.arms[&arm.name].test_error;
            let against_first = match &first {
                Some(first) => against(&material, first, &arm.name)?,
                None => None,
            };
            found.rows.push(FolderArm {
                folder: path.clone(),
                protocol: plan.identity.protocol.name.clone(),
                backend: plan.identity.backend,
                target_rows: plan.identity.protocol.task.target_rows,
                arm: arm.name.clone(),
                test_error: error.description.clone(),
                against_first,
            });
        }
        first.get_or_insert(material);
    }
    Ok(found)
}

/// Why the test rows of two plans are not the same; none if they are.
fn other_rows(first: &Identity, other: &Identity) -> Option<String> {
    let rows = |identity: &Identity| {
        let protocol = &identity.protocol;
        // Which class is called 0 changes no row.
        let mut classes = protocol.task.target_classes.clone();
        classes.sort_unstable();
        serde_json::json!({
            "dataset": identity.dataset,
            "target_classes": classes,
            "test_rows": protocol.data.test_rows,
        })
    };
    let (key, there, here) = first_difference(&rows(first), &rows(other))?;
    Some(format!(
        "it was tested on other rows: {key} is {here}, and {there} in the first folder"
    ))
}

/// Paired by the seeds that both have.
fn against(
    material: &Material,
    first: &Material,
    arm: &str,
) -> Result<Option<Comparison>, ReportError> {
    let Some(theirs) = first.summary.arms.get(arm) else {
        return Ok(None);
    };
    let ours = &material.summary.arms[arm];
    let of_first = |seed: &u64| {
        let place = first.summary.seeds.binary_search(seed).ok()?;
        Some(theirs.test_error.per_seed[place])
    };
    let seeds = material.summary.seeds.iter().zip(&ours.test_error.per_seed);
    let (here, there): (Vec<f64>, Vec<f64>) = seeds
        .filter_map(|(seed, error)| Some((*error, of_first(seed)?)))
        .unzip();
    if here.is_empty() {
        return Ok(None);
    }
    let errors = |name, errors| ArmErrors { name, errors };
    let settings = Settings::default();
    let found = compare(
        errors(arm, &here),
        errors("the first folder", &there),
        &settings,
    )?;
    Ok(Some(found))
}

impl FolderComparison {
    /// Headings and cells as people read them; the first column is the folder.
    fn cells(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let level = level_words(Settings::default().level);
        let mut heading: Vec<String> = ["folder", "protocol", "backend", "rows", "arm", "seeds"]
            .map(str::to_owned)
            .to_vec();
        heading.push("test error".to_owned());
        heading.push("to the first, points".to_owned());
        heading.push(format!("{level} interval"));
        heading.push("pairs".to_owned());
        let row = |arm: &FolderArm| {
            let dash = || "–".to_owned();
            let c = arm.against_first.as_ref();
            let mut row = arm.names();
            row.extend([
                percent_and_sd(&arm.test_error),
                c.map_or_else(dash, |c| points(c.error_difference.mean)),
                c.map_or_else(dash, |c| interval(&c.error_difference.bounds, points)),
                c.map_or_else(dash, |c| c.pairs.to_string()),
            ]);
            row
        };
        (heading, self.rows.iter().map(row).collect())
    }

    /// The numbers; fractions, not percent.
    pub fn csv(&self) -> String {
        let rows = self.rows.iter().map(|arm| {
            let c = arm.against_first.as_ref();
            let mut row = arm.names();
            row.push(exact(arm.test_error.mean));
            row.push(exact_or_empty(arm.test_error.sd));
            row.push(c.map(|c| c.pairs.to_string()).unwrap_or_default());
            row.push(exact_or_empty(c.map(|c| c.error_difference.mean)));
            row.extend(bounds(c.map(|c| &c.error_difference.bounds)));
            row.push(exact_or_empty(c.map(|c| c.sign_flip.p)));
            row
        });
        csv(
            &[
                "folder",
                "protocol",
                "backend",
                "target_rows",
                "arm",
                "seeds",
                "test_error",
                "sd",
                "pairs",
                "difference",
                "difference_low",
                "difference_high",
                "sign_flip_p",
            ],
            rows,
        )
    }

    /// A page like a report's: one file that loads nothing and runs nothing.
    pub fn html(&self) -> String {
        let mut out = super::html::head("Results folders beside each other");
        out.push_str("<header>\n<h1>Results folders beside each other</h1>\n</header>\n");
        for refused in &self.refused {
            out.push_str(&format!(
                "<p class=\"warning\"><strong>Warning.</strong> {}</p>\n",
                html(&refused.says())
            ));
        }
        let (heading, rows) = self.cells();
        let mut table = Table::with_columns("Test error of every arm", heading[1..].to_vec());
        table.heading[0].clone_from(&heading[0]);
        table.rows = rows;
        out.push_str(&format!("<div class=\"stack\">\n{}</div>\n", table.html()));
        super::html::note(&mut out, NOTE);
        super::html::files(&mut out, &["comparison.csv"]);
        out.push_str("</main>\n</body>\n</html>\n");
        out
    }

    /// Writes `comparison.html` and `comparison.csv` into a folder, which is created; gives the
    /// page's path.
    ///
    /// # Errors
    /// [`ReportError::Write`].
    pub fn write(&self, folder: &Path) -> Result<PathBuf, ReportError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ReportError::Write { path, source }
        };
        std::fs::create_dir_all(folder).map_err(failed(folder))?;
        let page = folder.join("comparison.html");
        for (path, text) in [
            (folder.join("comparison.csv"), self.csv()),
            (page.clone(), self.html()),
        ] {
            write_whole(&path, text.as_bytes()).map_err(failed(&path))?;
        }
        Ok(page)
    }
}

impl Refused {
    /// As a sentence with a full stop.
    pub fn says(&self) -> String {
        format!(
            "{} is not compared: {}.",
            self.folder.display(),
            self.reason
        )
    }
}

/// What stands below the table.
const NOTE: &str = "Differences are to the arm of the same name in the first folder, paired by the \
    seeds that both have: equal seeds draw from the same streams of random numbers. The intervals \
    are each on its own, not corrected for their number.";
