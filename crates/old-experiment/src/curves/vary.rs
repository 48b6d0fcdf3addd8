//! Which source of randomness the spread over seeds comes from (Bouthillier et al. 2021).

use std::sync::Mutex;

use fm_data::{DataError, Dataset};
use fm_nn::Network;
use fm_train::Seeds;

use super::record::{PointArm, VaryRecord};
use super::samples::with_target_rows;
use crate::error::ExperimentError;
use crate::protocol::{Varied, VarySpec};
use crate::run::{Progress, Run, Trunks};
use crate::side_by_side::lock;
use crate::streams::Streams;

/// The two seeds of a training: where weights come from, and the order of rows (and what dropout
/// leaves out).
#[derive(Clone, Copy)]
pub(crate) struct TrainingSeeds {
    pub(crate) init: Seeds,
    pub(crate) order: Seeds,
}

impl TrainingSeeds {
    /// One seed for all.
    pub(crate) fn one(seed: u64) -> Self {
        let seeds = Seeds::new(seed);
        Self {
            init: seeds,
            order: seeds,
        }
    }

    fn of(spec: &VarySpec, varied: Varied, seed: u64) -> Self {
        let of = |moves: bool| Seeds::new(if moves { seed } else { spec.held_seed });
        Self {
            init: of(matches!(varied, Varied::Init | Varied::All)),
            order: of(matches!(varied, Varied::Order | Varied::All)),
        }
    }
}

/// Trains and scores the arms of a seed with one source of randomness varied, on a source model of
/// the same two seeds. `all` is every target row there is, and `held` the source model of the held
/// seed, once it is trained.
pub(super) fn train(
    run: &Run<'_>,
    spec: &VarySpec,
    (all, held): (&Dataset, &Mutex<Option<Network>>),
    (varied, seed): (Varied, u64),
    progress: &dyn Progress,
) -> Result<VaryRecord, ExperimentError> {
    let seeds = TrainingSeeds::of(spec, varied, seed);
    let draws = matches!(varied, Varied::Subset | Varied::All);
    let rows = run.protocol.task.target_rows;
    let tasks = match draws {
        true => all.stratified(rows, &mut Seeds::new(seed).stream("target/subset").rng()),
        // The protocol's own rows.
        false => Ok(run.tasks.target.train.clone()),
    };
    let tasks = tasks.map(|train| with_target_rows(run.tasks, train));
    let tasks = tasks.map_err(|source: DataError| {
        let curve = "vary";
        ExperimentError::CurveData { curve, source }
    })?;
    let run = Run {
        tasks: &tasks,
        ..run.clone()
    };
    let source = match varied {
        // Only the target rows move, so that one source model serves all seeds. Whoever comes
        // first trains it, and the others wait.
        Varied::Subset => {
            let mut held = lock(held);
            match &*held {
                Some(network) => network.clone(),
                None => {
                    let network = run.source_of(seed, seeds, progress)?;
                    held.insert(network).clone()
                }
            }
        }
        _ => run.source_of(seed, seeds, progress)?,
    };
    let trunks = Trunks {
        source: &source,
        shuffled_source: None,
    };
    let mut arms = Vec::new();
    for name in &spec.arms {
        // The protocol's check has seen that there is an arm of every name.
        let Some(arm) = run.protocol.arm(name) else {
            continue;
        };
        let training = format!("{name} with {} varied", varied.name());
        let begin = || run.arm_network(arm, trunks, seeds.init);
        let streams = Streams::of(seeds.order, "target");
        let (_, test) =
            run.curve_training(seed, &training, begin, &arm.phases, streams, progress)?;
        arms.push(PointArm {
            name: name.clone(),
            epochs: arm.phases.iter().map(|phase| phase.epochs).sum(),
            test,
        });
    }
    Ok(VaryRecord { seed, varied, arms })
}

/// In what [`Tasks::work`](crate::Tasks::work) counts.
pub(super) fn work(run: &Run<'_>, spec: &VarySpec, varied: Varied) -> u64 {
    let arms = spec.arms.iter().filter_map(|name| run.protocol.arm(name));
    let epochs: usize = arms.map(crate::Protocol::arm_epochs).sum();
    let source = match varied {
        Varied::Subset => 0,
        _ => run.protocol.source.epochs as u64 * run.tasks.source.train_work(),
    };
    source + epochs as u64 * run.tasks.target.train_work()
}
