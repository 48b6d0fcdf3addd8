//! [`Point`]: a protocol with the values of some keys set, and the recipes of its cells.

use fm_nn::Backend;
use serde_json::Value;

use crate::protocol::{Arm, Budget, Freeze, Moved, Phase, Protocol, Trial, Trials, TrunkOrigin};
use crate::recipe::{
    ArmRecipe, FORMAT, LabelNoise, Recipe, RowsUsed, SourceRecipe, TrunkRecipe, Tuning,
};

/// A protocol with the values of the axes set, on a dataset.
#[derive(Clone, Debug)]
pub struct Point {
    /// The values of the axes, in their order.
    pub values: Vec<Value>,
    /// Names of the arms that are trained.
    pub arms: Vec<String>,
    pub(crate) protocol: Protocol,
    /// Digest of the dataset.
    pub(crate) dataset: String,
    pub(crate) backend: Backend,
    pub(crate) target_classes: Vec<u8>,
    /// Training rows of the source task.
    pub(crate) source_rows: usize,
    pub(crate) rows: usize,
    /// Target rows that the arms' epochs are meant for.
    pub(crate) protocol_rows: usize,
    pub(crate) budget: Budget,
    /// What the arms choose from, by name; empty where nothing is tuned.
    pub(crate) trials: Trials,
}

impl Point {
    /// The protocol at this point.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// Numbers of the target classes.
    pub fn target_classes(&self) -> &[u8] {
        &self.target_classes
    }

    /// Target rows that arms are trained on.
    pub fn target_rows(&self) -> usize {
        self.rows
    }

    /// The settings that an arm chooses from; none if it is not tuned.
    pub fn trials(&self, arm: &str) -> &[Trial] {
        self.trials.get(arm).map_or(&[], Vec::as_slice)
    }

    /// The source network, and the index of each arm.
    pub(crate) fn models(&self) -> impl Iterator<Item = Option<usize>> + use<> {
        [None].into_iter().chain((0..self.arms.len()).map(Some))
    }

    /// The recipe of an arm, or of the source network.
    pub fn recipe(&self, arm: Option<usize>, seed: u64) -> Recipe {
        let arm = arm.and_then(|arm| self.protocol.arm(self.arms.get(arm)?));
        match arm {
            Some(arm) => self.arm(arm, seed),
            None => self.source(seed),
        }
    }

    fn source(&self, seed: u64) -> Recipe {
        let moves = &self.protocol.seed;
        let seed_of = |what: Moved| match moves.moves.contains(&what) {
            true => seed,
            false => moves.held,
        };
        Recipe {
            format: FORMAT,
            dataset: self.dataset.clone(),
            backend: self.backend,
            rows: RowsUsed::of(&self.protocol.data),
            target_classes: self.target_classes.clone(),
            network: self.protocol.network.clone(),
            batch_size: self.protocol.training.batch_size,
            init_seed: seed_of(Moved::Init),
            order_seed: seed_of(Moved::Order),
            source: Some(self.source_training(false)),
            arm: None,
        }
    }

    fn arm(&self, arm: &Arm, seed: u64) -> Recipe {
        let recipe = self.arm_training(arm, seed);
        let source = recipe.trunk.reuses_source();
        let shuffled = arm.trunk == TrunkOrigin::ShuffledSource;
        Recipe {
            source: source.then(|| self.source_training(shuffled)),
            arm: Some(recipe),
            ..self.source(seed)
        }
    }

    fn source_training(&self, shuffled_labels: bool) -> SourceRecipe {
        SourceRecipe {
            phase: self.phase(&self.protocol.source),
            shuffled_labels,
        }
    }

    fn arm_training(&self, arm: &Arm, seed: u64) -> ArmRecipe {
        let moves = &self.protocol.seed.moves;
        let share = self.protocol.task.label_noise;
        let hidden = self.protocol.network.hidden.len();
        let layers = arm.reuse.filter(|&layers| layers < hidden);
        let trunk = match &arm.trunk {
            _ if arm.reuse == Some(0) => TrunkRecipe::Fresh,
            TrunkOrigin::Fresh => TrunkRecipe::Fresh,
            TrunkOrigin::Source | TrunkOrigin::ShuffledSource => TrunkRecipe::Source { layers },
            TrunkOrigin::Arm(name) => match self.protocol.arm(name) {
                Some(other) => TrunkRecipe::Arm {
                    arm: Box::new(self.arm_training(other, seed)),
                    layers,
                },
                // The protocol's check refuses names of no arm.
                None => TrunkRecipe::Fresh,
            },
        };
        let mut phases = self.phases(&arm.phases);
        let mut tuning = None;
        if let (Some(tune), Some(trials)) = (&self.protocol.tune, self.trials.get(&arm.name)) {
            let epochs = tune.epochs.iter().map(|&epochs| self.epochs(epochs));
            let trials = trials.iter().map(|trial| self.trial(&trial.phases));
            let all = Tuning {
                folds: tune.folds,
                epochs: epochs.collect(),
                trials: trials.collect(),
            };
            // Where there is no choice, the cell is that of a protocol with these settings.
            match (all.trials.as_slice(), all.epochs.as_slice()) {
                ([only], [_]) => phases = only.clone(),
                _ => (phases, tuning) = (Vec::new(), Some(all)),
            }
        }
        ArmRecipe {
            rows: self.rows,
            rows_seed: moves.contains(&Moved::TargetRows).then_some(seed),
            label_noise: (share > 0.0).then_some(LabelNoise { share, seed }),
            trunk,
            streams: arm.streams,
            phases,
            tuning,
        }
    }

    /// The phases at this point, of the length that the budget gives them.
    fn phases(&self, phases: &[Phase]) -> Vec<Phase> {
        let phases = phases.iter().map(|phase| Phase {
            epochs: self.epochs(phase.epochs),
            ..self.phase(phase)
        });
        phases.collect()
    }

    /// The phases of a trial. The ends of the phases are scaled and not their lengths, so that they
    /// add up to the scaled number of epochs.
    fn trial(&self, phases: &[Phase]) -> Vec<Phase> {
        let (mut end, mut scaled_end) = (0, 0);
        let phases = phases.iter().map(|phase| {
            let begin = scaled_end;
            end += phase.epochs;
            scaled_end = self.epochs(end);
            Phase {
                epochs: scaled_end - begin,
                ..self.phase(phase)
            }
        });
        phases.collect()
    }

    /// The epochs here of so many on the protocol's rows.
    fn epochs(&self, epochs: usize) -> usize {
        let steps = |rows: usize| {
            rows.div_ceil(self.protocol.training.batch_size.max(1))
                .max(1)
        };
        let (here, there) = (steps(self.rows), steps(self.protocol_rows));
        match self.budget {
            Budget::Steps if here < there => epochs.saturating_mul(there).div_ceil(here),
            _ => epochs,
        }
    }

    /// The phase with one spelling of equal settings, so that equal trainings have equal keys.
    fn phase(&self, phase: &Phase) -> Phase {
        Phase {
            freeze: match phase.freeze {
                Freeze::First(0) => Freeze::Nothing,
                Freeze::First(k) if k == self.protocol.network.hidden.len() => Freeze::Trunk,
                ref other => other.clone(),
            },
            ..phase.clone()
        }
    }
}
