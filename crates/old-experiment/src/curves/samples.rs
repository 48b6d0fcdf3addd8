//! The curve over target rows: how many does it take until reuse no longer helps?

use fm_data::Dataset;
use fm_nn::Network;
use fm_train::Seeds;

use super::record::{PointArm, SamplesPoint, SamplesRecord};
use crate::error::ExperimentError;
use crate::protocol::{Arm, Budget, PhaseSpec, Protocol, RowCount, SamplesSpec};
use crate::run::{Progress, Run, Trunks};
use crate::streams::Streams;
use crate::tasks::{Task, Tasks};

/// The numbers of rows of the points, where `available` are there.
pub(super) fn points(spec: &SamplesSpec, available: usize) -> Vec<usize> {
    let rows = spec.rows.iter().filter_map(|rows| rows.of(available));
    let mut rows: Vec<usize> = rows.collect();
    // "all" may be a number that is there already.
    rows.dedup();
    rows
}

/// Refuses a curve none of whose points has as few rows as are `available`.
pub(super) fn check(
    protocol: &Protocol,
    spec: &SamplesSpec,
    available: usize,
) -> Result<(), ExperimentError> {
    match spec.rows.first() {
        Some(&RowCount::First(fewest)) if points(spec, available).is_empty() => {
            Err(ExperimentError::NoPoint {
                protocol: protocol.name.clone(),
                fewest,
                available,
            })
        }
        _ => Ok(()),
    }
}

/// An arm's phases on `rows` rows.
pub(super) fn phases(
    protocol: &Protocol,
    budget: Budget,
    arm: &Arm,
    rows: usize,
) -> Vec<PhaseSpec> {
    let steps = |rows: usize| rows.div_ceil(protocol.training.batch_size);
    let (here, there) = (steps(rows), steps(protocol.task.target_rows));
    let epochs = |epochs: usize| match budget {
        Budget::Steps if here < there => epochs.saturating_mul(there).div_ceil(here),
        _ => epochs,
    };
    let phase = |phase: &PhaseSpec| PhaseSpec {
        epochs: epochs(phase.epochs),
        ..phase.clone()
    };
    arm.phases.iter().map(phase).collect()
}

/// Trains and scores all points of a seed; `all` is every target row there is.
pub(super) fn train(
    run: &Run<'_>,
    spec: &SamplesSpec,
    all: &Dataset,
    seed: u64,
    source: &Network,
    progress: &dyn Progress,
) -> Result<SamplesRecord, ExperimentError> {
    let seeds = Seeds::new(seed);
    let trunks = Trunks {
        source,
        shuffled_source: None,
    };
    let mut points = Vec::new();
    for rows in self::points(spec, all.rows()) {
        let first = all.first(rows).map_err(|source| {
            let curve = "samples";
            ExperimentError::CurveData { curve, source }
        })?;
        let tasks = with_target_rows(run.tasks, first);
        let run = Run {
            tasks: &tasks,
            ..run.clone()
        };
        let mut arms = Vec::new();
        for name in &spec.arms {
            // The protocol's check has seen that there is an arm of every name.
            let Some(arm) = run.protocol.arm(name) else {
                continue;
            };
            let phases = phases(run.protocol, spec.budget, arm, rows);
            let training = format!("{name} on {rows} rows");
            let begin = || run.arm_network(arm, trunks, seeds);
            let streams = Streams::of(seeds, "target");
            let (_, test) =
                run.curve_training(seed, &training, begin, &phases, streams, progress)?;
            arms.push(PointArm {
                name: name.clone(),
                epochs: phases.iter().map(|phase| phase.epochs).sum(),
                test,
            });
        }
        points.push(SamplesPoint { rows, arms });
    }
    Ok(SamplesRecord { seed, points })
}

/// The tasks with other rows to train the target on.
pub(super) fn with_target_rows(tasks: &Tasks, train: Dataset) -> Tasks {
    Tasks {
        source: tasks.source.clone(),
        target: Task {
            train,
            ..tasks.target.clone()
        },
    }
}

/// In what [`Tasks::work`] counts.
pub(super) fn work(protocol: &Protocol, spec: &SamplesSpec, available: usize) -> u64 {
    let arm = |name: &String, rows: usize| {
        let arm = protocol.arm(name)?;
        let phases = phases(protocol, spec.budget, arm, rows);
        let epochs: usize = phases.iter().map(|phase| phase.epochs).sum();
        Some(3 * epochs as u64 * rows as u64)
    };
    let points = points(spec, available).into_iter();
    points
        .flat_map(|rows| spec.arms.iter().filter_map(move |name| arm(name, rows)))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_point_takes_fewer_steps_than_the_protocol() {
        let protocol = Protocol::built_in("notebook-2e").unwrap();
        let transfer = protocol.arm("transfer").unwrap();
        // 200 rows in batches of 32 are 7 steps an epoch; the phases have 4 and 16 epochs.
        let steps = |budget, rows: usize| {
            let phases = phases(&protocol, budget, transfer, rows);
            let steps = phases.iter().map(|p| p.epochs * rows.div_ceil(32));
            steps.collect::<Vec<_>>()
        };
        assert_eq!(steps(Budget::Steps, 200), [28, 112]);
        assert_eq!(steps(Budget::Steps, 20), [28, 112]);
        assert_eq!(steps(Budget::Steps, 50), [28, 112]);
        // 4 steps an epoch
        assert_eq!(steps(Budget::Steps, 100), [28, 112]);
        assert_eq!(steps(Budget::Steps, 500), [64, 256]);
        assert_eq!(steps(Budget::Epochs, 20), [4, 16]);
    }

    #[test]
    fn points_beyond_the_data_are_left_out_and_none_is_there_twice() {
        let spec = SamplesSpec {
            rows: vec![RowCount::First(20), RowCount::First(40), RowCount::All],
            arms: Vec::new(),
            budget: Budget::Steps,
        };
        assert_eq!(points(&spec, 30), [20, 30]);
        assert_eq!(points(&spec, 40), [20, 40]);
        assert_eq!(points(&spec, 99), [20, 40, 99]);
    }
}
