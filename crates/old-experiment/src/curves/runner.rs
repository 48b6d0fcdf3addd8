//! [`CurveRunner`]: the parts of curves, side by side.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use fm_data::Dataset;
use fm_nn::Network;
use serde::Serialize;

use super::record::{Curve, CurvePart, all_pairs};
use super::{depth, pairs, samples, vary};
use crate::error::ExperimentError;
use crate::folder::{ResultsFolder, model_name};
use crate::protocol::{Protocol, Varied};
use crate::run::{Progress, Run};
use crate::runner::{PlanObserver, Timing};
use crate::side_by_side::{lock, side_by_side};
use crate::tasks;

/// Where the parts' times are kept.
const TIMINGS: &str = "curves/timings.json";

/// Which curves are to be trained.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurvesAsked {
    /// Whether the curve over target rows is.
    pub samples: bool,
    /// Whether the curve over layers reused is.
    pub depth: bool,
    /// The pairs of classes that are.
    pub pairs: Vec<[u8; 2]>,
    /// What is varied.
    pub vary: Vec<Varied>,
}

impl CurvesAsked {
    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a protocol says how these curves are trained.
    ///
    /// # Errors
    /// [`ExperimentError::NoCurve`] names the first that it has no table of.
    pub fn check(&self, protocol: &Protocol) -> Result<(), ExperimentError> {
        let curves = &protocol.curves;
        let asked = [
            (Curve::Samples, self.samples, curves.samples.is_some()),
            (Curve::Depth, self.depth, curves.depth.is_some()),
            (Curve::Pairs, !self.pairs.is_empty(), curves.pairs.is_some()),
            (Curve::Vary, !self.vary.is_empty(), curves.vary.is_some()),
        ];
        match asked.iter().find(|(_, asked, there)| *asked && !there) {
            None => Ok(()),
            Some((curve, _, _)) => Err(ExperimentError::NoCurve {
                protocol: protocol.name.clone(),
                curve: curve.name(),
            }),
        }
    }

    /// Whether the data has a point of every curve asked for, so that this need not come out after
    /// hours of training.
    ///
    /// `train` is the whole training file.
    ///
    /// # Errors
    /// [`ExperimentError::NoPoint`]; [`ExperimentError::CurveData`] for data that the protocol does
    /// not fit.
    pub fn check_data(&self, protocol: &Protocol, train: &Dataset) -> Result<(), ExperimentError> {
        let Some(spec) = protocol.curves.samples.as_ref().filter(|_| self.samples) else {
            return Ok(());
        };
        let all = tasks::all_target_rows(protocol, train);
        let curve = Curve::Samples.name();
        let all = all.map_err(|source| ExperimentError::CurveData { curve, source })?;
        samples::check(protocol, spec, all.rows())
    }

    /// Asks for a curve too; for all pairs that there are, and for all four things varied.
    pub fn add(&mut self, curve: Curve) {
        match curve {
            Curve::Samples => self.samples = true,
            Curve::Depth => self.depth = true,
            Curve::Pairs => self.pairs = all_pairs(),
            Curve::Vary => self.vary = Varied::ALL.into(),
        }
    }
}

/// What the parts share.
struct Shared {
    /// Every target row, where a part needs them.
    all: Option<Dataset>,
    /// The source model of the seed held, once a part has trained it.
    held: Mutex<Option<Network>>,
    /// Held by the part that trains a seed's lost source model again; others of the seed wait for
    /// the file.
    again: Mutex<BTreeMap<u64, Arc<Mutex<()>>>>,
}

/// Trains the parts of curves of a plan whose runs are done, and keeps their records.
#[derive(Debug)]
pub struct CurveRunner<'a> {
    /// Everything but the seed.
    pub run: Run<'a>,
    /// The whole training file.
    pub train: &'a Dataset,
    /// The whole test file.
    pub test: &'a Dataset,
    /// Where records are kept, and the runs' own are.
    pub folder: &'a ResultsFolder,
    /// Parts side by side, each in a thread of its own.
    pub jobs: NonZeroUsize,
}

impl CurveRunner<'_> {
    /// The parts asked for that have no record yet, of the plan's `seeds`.
    ///
    /// # Errors
    /// [`ExperimentError::NoCurve`] if the protocol has no table of a curve; a folder that cannot
    /// be read.
    pub fn missing(
        &self,
        asked: &CurvesAsked,
        seeds: &[u64],
    ) -> Result<Vec<CurvePart>, ExperimentError> {
        asked.check(self.run.protocol)?;
        let mut parts = Vec::new();
        if asked.samples {
            parts.extend(seeds.iter().map(|&seed| CurvePart::Samples { seed }));
        }
        if asked.depth {
            parts.extend(seeds.iter().map(|&seed| CurvePart::Depth { seed }));
        }
        if !asked.pairs.is_empty() {
            let spec = self.run.protocol.curves.pairs.as_ref();
            let most = spec.and_then(|spec| spec.seeds).unwrap_or(seeds.len());
            // Seed by seed, so that a matrix that is cut short has all its pairs.
            for &seed in seeds.iter().take(most) {
                let part = |&classes: &[u8; 2]| CurvePart::Pair { classes, seed };
                parts.extend(asked.pairs.iter().map(part));
            }
        }
        if !asked.vary.is_empty() {
            let part = |varied| move |&seed: &u64| CurvePart::Vary { varied, seed };
            parts.extend(asked.vary.iter().flat_map(|&v| seeds.iter().map(part(v))));
        }
        let there = |part: &CurvePart| self.folder.path().join(part.file()).is_file();
        parts.retain(|part| !there(part));
        Ok(parts)
    }

    /// What a part takes, in what [`Tasks::work`](crate::Tasks::work) counts.
    pub fn work(&self, part: CurvePart) -> u64 {
        let protocol = self.run.protocol;
        let curves = &protocol.curves;
        let work = match part {
            CurvePart::Samples { .. } => curves.samples.as_ref().map(|spec| {
                let all = tasks::all_target_rows(protocol, self.train);
                samples::work(protocol, spec, all.map_or(0, |all| all.rows()))
            }),
            CurvePart::Depth { .. } => curves
                .depth
                .as_ref()
                .and_then(|spec| protocol.arm(&spec.arm))
                .map(|arm| depth::work(protocol, arm)),
            CurvePart::Pair { .. } => curves.pairs.as_ref().map(|s| pairs::work(&self.run, s)),
            CurvePart::Vary { varied, .. } => {
                let spec = curves.vary.as_ref();
                spec.map(|spec| vary::work(&self.run, spec, varied))
            }
        };
        work.unwrap_or(0)
    }

    /// Trains these parts, whether their records are there or not.
    ///
    /// The records do not depend on the number of jobs. After the first error no part is begun
    /// and the others end at their next step.
    ///
    /// # Errors
    /// That of the first part that failed.
    pub fn carry_out(
        &self,
        parts: &[CurvePart],
        observer: &dyn PlanObserver,
    ) -> Result<(), ExperimentError> {
        if parts.is_empty() {
            return Ok(());
        }
        let protocol = self.run.protocol;
        let needs_all =
            |part: &CurvePart| matches!(part, CurvePart::Samples { .. } | CurvePart::Vary { .. });
        let all = match parts.iter().find(|part| needs_all(part)) {
            Some(part) => {
                let all = tasks::all_target_rows(protocol, self.train);
                Some(all.map_err(|source| ExperimentError::CurveData {
                    curve: part.curve().name(),
                    source,
                })?)
            }
            None => None,
        };
        let samples = parts
            .iter()
            .any(|part| matches!(part, CurvePart::Samples { .. }));
        if let Some((all, spec)) = all.as_ref().zip(protocol.curves.samples.as_ref())
            && samples
        {
            samples::check(protocol, spec, all.rows())?;
        }
        let shared = Shared {
            all,
            held: Mutex::new(None),
            again: Mutex::default(),
        };
        let timings: BTreeMap<String, Timing> = self.folder.read_json(TIMINGS)?.unwrap_or_default();
        let timings = Mutex::new(timings);
        let work = |&part: &CurvePart, progress: &dyn Progress| {
            let started = Instant::now();
            self.part(&self.run, part, &shared, progress)?;
            let wall_secs = started.elapsed().as_secs_f64();
            let jobs = self.jobs.get();
            let mut timings = lock(&timings);
            timings.insert(part.to_string(), Timing { wall_secs, jobs });
            self.folder.write_json(TIMINGS, &*timings)?;
            observer.curve_done(part, wall_secs);
            Ok(())
        };
        side_by_side(parts, self.jobs, observer, &work)
    }

    fn part(
        &self,
        run: &Run<'_>,
        part: CurvePart,
        shared: &Shared,
        progress: &dyn Progress,
    ) -> Result<(), ExperimentError> {
        let curves = &run.protocol.curves;
        let none = |curve: Curve| ExperimentError::NoCurve {
            protocol: run.protocol.name.clone(),
            curve: curve.name(),
        };
        match part {
            CurvePart::Samples { seed } => {
                let spec = curves.samples.as_ref().zip(shared.all.as_ref());
                let (spec, all) = spec.ok_or_else(|| none(Curve::Samples))?;
                let source = self.source(run, seed, shared, progress)?;
                let record = samples::train(run, spec, all, seed, &source, progress)?;
                self.keep(part, &record)
            }
            CurvePart::Depth { seed } => {
                let spec = curves.depth.as_ref();
                let arm = spec.and_then(|spec| run.protocol.arm(&spec.arm));
                let arm = arm.ok_or_else(|| none(Curve::Depth))?;
                let source = self.source(run, seed, shared, progress)?;
                let record = depth::train(run, arm, seed, &source, progress)?;
                self.keep(part, &record)
            }
            CurvePart::Pair { classes, seed } => {
                let spec = curves.pairs.as_ref().ok_or_else(|| none(Curve::Pairs))?;
                let data = (self.train, self.test);
                let record = pairs::train(run, spec, data, classes, seed, progress)?;
                self.keep(part, &record)
            }
            CurvePart::Vary { varied, seed } => {
                let spec = curves.vary.as_ref().zip(shared.all.as_ref());
                let (spec, all) = spec.ok_or_else(|| none(Curve::Vary))?;
                let shared = (all, &shared.held);
                let record = vary::train(run, spec, shared, (varied, seed), progress)?;
                self.keep(part, &record)
            }
        }
    }

    /// The source model that a seed's arms had; trained again where it is gone.
    fn source(
        &self,
        run: &Run<'_>,
        seed: u64,
        shared: &Shared,
        progress: &dyn Progress,
    ) -> Result<Network, ExperimentError> {
        let recorded = self.folder.record(seed)?;
        let had = |network: &Network| {
            let digest = recorded
                .as_ref()
                .map(|r| r.source.sha256_before_arms.as_str());
            digest.is_none_or(|digest| digest == network.digest())
        };
        let path = self.folder.path().join(model_name(seed));
        let kept = || Network::load(&path).ok().filter(had);
        if let Some(network) = kept() {
            return Ok(network);
        }
        let of_seed = lock(&shared.again).entry(seed).or_default().clone();
        let _alone = lock(&of_seed);
        if let Some(network) = kept() {
            return Ok(network);
        }
        let (network, _) = run.source(seed, progress)?;
        if !had(&network) {
            return Err(ExperimentError::OtherSource { path, seed });
        }
        let classes = run.tasks.source.train.class_names();
        self.folder.keep_model(seed, &network, classes)?;
        Ok(network)
    }

    fn keep(&self, part: CurvePart, record: &impl Serialize) -> Result<(), ExperimentError> {
        let name = part.file();
        let path = self.folder.path().join(&name);
        let parent = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(|source| ExperimentError::Io {
            doing: "create",
            path: parent.to_owned(),
            source,
        })?;
        self.folder.write_json(&name, record)
    }
}
