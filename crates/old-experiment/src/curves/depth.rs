//! The curve over layers reused: AnB, AnB+, BnB and BnB+ of Yosinski et al. 2014.

use fm_nn::{Dense, Network};
use fm_train::Seeds;

use super::record::{DepthCurve, DepthPoint, DepthRecord};
use crate::error::ExperimentError;
use crate::protocol::{Arm, Freeze, PhaseSpec, Protocol};
use crate::run::{Progress, Run, Trunks};
use crate::streams::Streams;

impl DepthCurve {
    fn is_frozen(self) -> bool {
        matches!(self, Self::SourceFrozen | Self::BaseFrozen)
    }
}

/// Trains and scores all points of a seed: the base network as `arm`, and all others like it.
pub(super) fn train(
    run: &Run<'_>,
    arm: &Arm,
    seed: u64,
    source: &Network,
    progress: &dyn Progress,
) -> Result<DepthRecord, ExperimentError> {
    let seeds = Seeds::new(seed);
    let trunks = Trunks {
        source,
        shuffled_source: None,
    };
    let streams = Streams::of(seeds, "target");
    let begin = || run.arm_network(arm, trunks, seeds);
    let (base, base_test) = run.curve_training(
        seed,
        "the base network",
        begin,
        &arm.phases,
        streams,
        progress,
    )?;

    // Shared by all that follows, and none of it what the base was trained with.
    let fresh = run.trunk(seeds, "depth/trunk");
    let head = run.head(seeds, &run.tasks.target, "depth/head");
    let streams = Streams::of(seeds, "depth");
    let reusing = |from: &Network, layers: usize, frozen: bool, training: &str| {
        let reused = from.trunk()[..layers].iter();
        let begin = || {
            let trunk: Vec<Dense> = reused.chain(&fresh[layers..]).cloned().collect();
            Ok(Network::new(trunk, head.clone())?)
        };
        let phase = |phase: &PhaseSpec| PhaseSpec {
            freeze: match frozen {
                true => Freeze::First(layers),
                false => Freeze::Nothing,
            },
            ..phase.clone()
        };
        let phases: Vec<PhaseSpec> = arm.phases.iter().map(phase).collect();
        run.curve_training(seed, training, begin, &phases, streams, progress)
            .map(|(_, test)| test)
    };
    let none_reused = reusing(source, 0, false, "a network that reuses no layer")?;
    let mut points = Vec::new();
    for layers in 1..=run.protocol.network.hidden.len() {
        for curve in DepthCurve::ALL {
            let from = match curve {
                DepthCurve::SourceFrozen | DepthCurve::SourceTrained => source,
                DepthCurve::BaseFrozen | DepthCurve::BaseTrained => &base,
            };
            let training = format!("{} with {layers} layers", curve.name());
            let test = reusing(from, layers, curve.is_frozen(), &training)?;
            points.push(DepthPoint {
                layers,
                curve,
                test,
            });
        }
    }
    Ok(DepthRecord {
        seed,
        base: base_test,
        none_reused,
        points,
    })
}

/// In what [`Tasks::work`](crate::Tasks::work) counts.
pub(super) fn work(protocol: &Protocol, arm: &Arm) -> u64 {
    let trainings = 2 + DepthCurve::ALL.len() * protocol.network.hidden.len();
    let rows = protocol.task.target_rows * Protocol::arm_epochs(arm);
    3 * (trainings * rows) as u64
}
