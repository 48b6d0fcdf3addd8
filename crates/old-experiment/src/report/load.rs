//! Reading what a report is made from, and refusing what would not be true.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use fm_data::published::CLASS_NAMES;
use fm_nn::{Dense, Network};
use fm_train::{EpochRecord, Scores, Seeds, constant_prediction};

use super::error::ReportError;
use crate::curves::{CurveRecords, CurvesSummary};
use crate::error::ExperimentError;
use crate::folder::{ResultsFolder, arm_model_name, model_name, record_name};
use crate::plan::{FORMAT, Plan};
use crate::predictions::{RunPredictions, TestImages};
use crate::protocol::{Protocol, ProtocolError};
use crate::run::{RunRecord, SOURCE_TRUNK};
use crate::stats::Settings;
use crate::summary::Summary;
use crate::test_rows::RowsTally;

/// All that the reports of a folder are made from.
pub(super) struct Material {
    /// The folder's path.
    pub(super) folder: PathBuf,
    pub(super) plan: Plan,
    /// The plan's protocol as a file that can be run again.
    pub(super) protocol_toml: String,
    /// In the order of their seeds.
    pub(super) records: Vec<RunRecord>,
    /// Seeds of the plan without a record.
    pub(super) missing: Vec<u64>,
    /// Of the records there are.
    pub(super) summary: Summary,
    /// The source model of the first record, where it is still there and is the one recorded.
    pub(super) source_model: Option<(u64, Network)>,
    /// What that model's first layer was before training.
    pub(super) source_start: Option<Dense>,
    /// What the test rows got, where the runs left it.
    pub(super) rows: Rows,
    /// The arm, by its place in the protocol, whose trained network is there with the source
    /// model that it began with, and that network.
    pub(super) arm_model: Option<(usize, Network)>,
}

/// What the test rows got in all runs.
pub(super) struct Rows {
    /// None where no run left its predictions.
    pub(super) tally: Option<RowsTally>,
    /// Of the same rows as the tally.
    pub(super) images: Option<TestImages>,
    /// Whether the source model, and then each arm, gave every row the same class, by seed.
    pub(super) constant: BTreeMap<u64, Vec<bool>>,
    /// Seeds that left no predictions.
    pub(super) missing: Vec<u64>,
    /// Files that are left out, and why.
    pub(super) left_out: Vec<(PathBuf, String)>,
}

/// The plan of a folder.
pub(super) fn plan(path: &Path) -> Result<Plan, ReportError> {
    let plan_path = path.join("plan.json");
    let bytes = match fs::read(&plan_path) {
        Ok(bytes) => bytes,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Err(ReportError::NotResults {
                path: path.to_owned(),
            });
        }
        Err(source) => {
            return Err(ReportError::Folder(ExperimentError::Io {
                doing: "read",
                path: plan_path,
                source,
            }));
        }
    };
    let plan: Plan = serde_json::from_slice(&bytes).map_err(|source| ExperimentError::Damaged {
        path: plan_path.clone(),
        source,
    })?;
    if plan.identity.format != FORMAT {
        return Err(ReportError::Format {
            path: plan_path,
            expected: FORMAT,
            found: plan.identity.format,
        });
    }
    // A seed twice would count twice, and pairs are found by the order.
    if let Some(pair) = plan.identity.seeds.windows(2).find(|w| w[0] >= w[1]) {
        return Err(ReportError::Seeds {
            path: plan_path,
            first: pair[0],
            second: pair[1],
        });
    }
    Ok(plan)
}

impl Material {
    pub(super) fn read(folder: &ResultsFolder, plan: &Plan) -> Result<Self, ReportError> {
        let protocol_toml = protocol_toml(folder, plan)?;
        let mut records = Vec::new();
        let mut missing = Vec::new();
        for &seed in &plan.identity.seeds {
            match folder.record(seed)? {
                None => missing.push(seed),
                Some(record) => {
                    check(&record, seed, &plan.identity.protocol).map_err(|reason| {
                        ReportError::Record {
                            path: folder.path().join(record_name(seed)),
                            reason,
                        }
                    })?;
                    records.push(record);
                }
            }
        }
        if records.is_empty() {
            return Err(ReportError::NoRecords {
                path: folder.path().to_owned(),
            });
        }
        let mut identity = plan.identity.clone();
        identity.seeds = records.iter().map(|record| record.seed).collect();
        let mut summary = Summary::of(&identity, &records)?;
        let rows = Rows::read(folder, plan, &records)?;
        if let Some(tally) = &rows.tally {
            let pairings = identity.protocol.pairings();
            summary.test_rows = tally.summary(&pairings, &Settings::default())?;
        }
        let curves = CurveRecords::read(folder, &plan.identity)?;
        if let Some((part, reason)) = curves.problem(&plan.identity.protocol) {
            let path = folder.path().join(part.file());
            return Err(ReportError::Record { path, reason });
        }
        summary.curves = CurvesSummary::of(&curves)?;
        let source_model = source_model(folder.path(), &records[0]);
        let arm_model = arm_model(folder, &records[0]);
        let source_start = source_model
            .as_ref()
            .and_then(|(seed, network)| source_start(&plan.identity.protocol, network, *seed));
        Ok(Self {
            folder: folder.path().to_owned(),
            plan: plan.clone(),
            protocol_toml,
            records,
            missing,
            summary,
            source_model,
            source_start,
            rows,
            arm_model,
        })
    }

    /// The histories of an arm, or of the source training for none.
    pub(super) fn histories(&self, arm: Option<usize>) -> Vec<&[EpochRecord]> {
        self.records
            .iter()
            .map(|record| match arm {
                None => record.source.history.as_slice(),
                Some(index) => record.arms[index].history.as_slice(),
            })
            .collect()
    }
}

impl Rows {
    /// Damaged files are left out by name: the records tell the result without them.
    fn read(
        folder: &ResultsFolder,
        plan: &Plan,
        records: &[RunRecord],
    ) -> Result<Self, ReportError> {
        let target_classes = plan.identity.protocol.task.target_classes.len();
        let source_classes = CLASS_NAMES.len().saturating_sub(target_classes);
        let mut rows = Self {
            tally: None,
            images: None,
            constant: BTreeMap::new(),
            missing: Vec::new(),
            left_out: Vec::new(),
        };
        for record in records {
            let run = match folder.predictions(record) {
                Ok(Some(run)) => run,
                Ok(None) => {
                    rows.missing.push(record.seed);
                    continue;
                }
                Err(ExperimentError::DamagedFile { path, reason }) => {
                    rows.left_out.push((path, reason));
                    continue;
                }
                Err(other) => return Err(other.into()),
            };
            rows.constant.insert(record.seed, constant(&run));
            let added = match &mut rows.tally {
                Some(tally) => tally.add(record.seed, &run),
                None => RowsTally::new(&run, source_classes).and_then(|mut tally| {
                    tally.add(record.seed, &run)?;
                    rows.tally = Some(tally);
                    Ok(())
                }),
            };
            if let Err(unlike) = added {
                let path = folder.predictions_path(record.seed);
                rows.left_out.push((path, unlike.to_string()));
            }
        }
        if let Some(tally) = &rows.tally {
            match folder.test_images() {
                Ok(images) => rows.images = images.filter(|images| images.rows == *tally.target()),
                Err(ExperimentError::DamagedFile { path, reason }) => {
                    rows.left_out.push((path, reason));
                }
                Err(other) => return Err(other.into()),
            }
        }
        Ok(rows)
    }
}

/// Whether the source model, and then each arm, gives every row the same class.
fn constant(run: &RunPredictions) -> Vec<bool> {
    let classes = &run.source_class;
    let source = classes.len() > 1 && classes.iter().all(|class| *class == classes[0]);
    let arms = run.arms.iter();
    let arms = arms.map(|(_, logits)| constant_prediction(logits.view()).is_some());
    std::iter::once(source).chain(arms).collect()
}

/// The network that the folder keeps of an arm, if it is the one recorded.
fn arm_model(folder: &ResultsFolder, record: &RunRecord) -> Option<(usize, Network)> {
    let (seed, arm) = folder.shown().filter(|(seed, _)| *seed == record.seed)?;
    let recorded = &record.arms[arm];
    let path = folder.path().join(arm_model_name(seed, &recorded.name));
    let network = Network::load(&path).ok()?;
    (Some(&network.trunk_digest()) == recorded.trunk_sha256.last()).then_some((arm, network))
}

/// Writing the protocol and reading it again checks it as any protocol is checked.
fn protocol_toml(folder: &ResultsFolder, plan: &Plan) -> Result<String, ReportError> {
    let path = folder.path().join("plan.json");
    let protocol = &plan.identity.protocol;
    let checked = toml::to_string(protocol)
        .map_err(|error| ProtocolError::Syntax {
            name: protocol.name.clone(),
            line: 1,
            reason: error.to_string(),
        })
        .and_then(|text| Protocol::parse(&text, &protocol.name).map(|_| text));
    checked.map_err(|source| ReportError::Protocol {
        path,
        source: Box::new(source),
    })
}

fn check(record: &RunRecord, seed: u64, protocol: &Protocol) -> Result<(), String> {
    if record.seed != seed {
        return Err(format!("expected seed {seed}, found {}", record.seed));
    }
    let expected: Vec<&str> = protocol.arms.iter().map(|arm| arm.name.as_str()).collect();
    let found: Vec<&str> = record.arms.iter().map(|arm| arm.name.as_str()).collect();
    if expected != found {
        return Err(format!("expected the arms {expected:?}, found {found:?}"));
    }
    let source = &record.source;
    check_training("source", &source.test, &source.history)?;
    for arm in &record.arms {
        check_training(&arm.name, &arm.test, &arm.history)?;
        if arm.trunk_sha256.is_empty() {
            return Err(format!("{}: there is no digest of its trunk", arm.name));
        }
    }
    Ok(())
}

fn check_training(of: &str, test: &Scores, history: &[EpochRecord]) -> Result<(), String> {
    if test.rows == 0 || test.correct > test.rows {
        return Err(format!(
            "{of}: {} of {} test rows are right",
            test.correct, test.rows
        ));
    }
    let expected = test.correct as f64 / test.rows as f64;
    // To the bit: records keep every digit.
    if test.accuracy != expected {
        return Err(format!(
            "{of}: {} of {} test rows are right, which is no accuracy of {}",
            test.correct, test.rows, test.accuracy
        ));
    }
    if history.is_empty() {
        return Err(format!("{of}: there is no epoch in its history"));
    }
    Ok(())
}

/// Models are large and may have been cleared away; the report says so instead of failing.
fn source_model(folder: &Path, record: &RunRecord) -> Option<(u64, Network)> {
    let path = folder.join(model_name(record.seed));
    let network = Network::load(&path).ok()?;
    (network.digest() == record.source.sha256_before_arms).then_some((record.seed, network))
}

/// The first layer that a seed's source training begins with, drawn as the run draws it; none
/// where the model is not the protocol's.
fn source_start(protocol: &Protocol, model: &Network, seed: u64) -> Option<Dense> {
    let hidden = model.trunk().iter().map(Dense::outputs);
    if !hidden.eq(protocol.network.hidden.iter().copied()) {
        return None;
    }
    let mut rng = Seeds::new(seed).stream(SOURCE_TRUNK).rng();
    let trunk = protocol.network.trunk(model.inputs()).trunk(&mut rng);
    trunk.into_iter().next()
}
