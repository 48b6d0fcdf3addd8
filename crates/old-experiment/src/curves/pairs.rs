//! Other pairs of classes as the target task, each with a source training of its own.

use fm_data::{DataError, Dataset};
use fm_train::Seeds;

use super::record::{PairRecord, PointArm};
use crate::error::ExperimentError;
use crate::protocol::{PairsSpec, Protocol};
use crate::run::{Progress, Run, Trunks};
use crate::streams::Streams;
use crate::tasks::Tasks;

/// The protocol with another target task.
pub(super) fn protocol(protocol: &Protocol, classes: [u8; 2]) -> Protocol {
    let mut protocol = protocol.clone();
    protocol.task.target_classes = classes.to_vec();
    protocol
}

/// Trains and scores a pair and seed.
pub(super) fn train(
    run: &Run<'_>,
    spec: &PairsSpec,
    (train, test): (&Dataset, &Dataset),
    classes: [u8; 2],
    seed: u64,
    progress: &dyn Progress,
) -> Result<PairRecord, ExperimentError> {
    let protocol = protocol(run.protocol, classes);
    let curve = "pairs";
    let data = |source: DataError| ExperimentError::CurveData { curve, source };
    let tasks = Tasks::split(&protocol, train, test).map_err(data)?;
    let run = Run {
        protocol: &protocol,
        tasks: &tasks,
        engine: run.engine.clone(),
    };
    let (source, source_test) = run.source_alone(seed, progress)?;
    let trunks = Trunks {
        source: &source,
        shuffled_source: None,
    };
    let seeds = Seeds::new(seed);
    let mut arms = Vec::new();
    for name in &spec.arms {
        // The protocol's check has seen that there is an arm of every name.
        let Some(arm) = protocol.arm(name) else {
            continue;
        };
        let begin = || run.arm_network(arm, trunks, seeds);
        let streams = Streams::of(seeds, "target");
        let (_, test) = run.curve_training(seed, name, begin, &arm.phases, streams, progress)?;
        arms.push(PointArm {
            name: name.clone(),
            epochs: Protocol::arm_epochs(arm),
            test,
        });
    }
    Ok(PairRecord {
        seed,
        classes,
        source: source_test,
        arms,
    })
}

/// In what [`Tasks::work`] counts, about: pairs differ in their numbers of rows by little.
pub(super) fn work(run: &Run<'_>, spec: &PairsSpec) -> u64 {
    let arms = spec.arms.iter().filter_map(|name| run.protocol.arm(name));
    let epochs: usize = arms.map(Protocol::arm_epochs).sum();
    run.protocol.source.epochs as u64 * run.tasks.source.train_work()
        + epochs as u64 * run.tasks.target.train_work()
}
