//! A training step allocates nothing, whatever the options.

use std::ops::ControlFlow;

use fm_nn::{Activation, Dropout, FreezeMask, Init, Loss, Network, PartMask, TrunkSpec};
use fm_train::{
    Adam, AdamW, Examples, Observer, Optimizer, Phase, RmsProp, Schedule, Seeds, Sgd, StepRecord,
    Trainer,
};
use ndarray::Array2;

use crate::MEMORY;

/// From the end of the second step on.
#[derive(Default)]
struct Watch {
    in_use: usize,
    steps: usize,
}

impl Observer for Watch {
    fn step(&mut self, step: &StepRecord) -> ControlFlow<()> {
        match step.step {
            1 => {}
            2 => {
                self.in_use = MEMORY.current_usage();
                MEMORY.reset_peak_usage();
            }
            _ => {
                assert_eq!(MEMORY.current_usage(), self.in_use, "{step:?}");
                assert_eq!(MEMORY.peak_usage(), self.in_use, "{step:?}");
                self.steps += 1;
            }
        }
        ControlFlow::Continue(())
    }
}

pub(crate) fn a_training_step_allocates_nothing() {
    let points = Array2::from_shape_fn((83, 20), |(i, j)| libm::sinf((i * (7 + 4 * j)) as f32));
    let labels: Vec<u8> = (0..83).map(|i| i % 3).collect();
    let examples = Examples::new(&points, &labels).unwrap();
    let seeds = Seeds::new(1);
    let spec = TrunkSpec {
        inputs: 20,
        hidden: vec![30, 10],
        activation: Activation::Gelu,
        init: Init::LecunNormal,
    };
    let trainer = Trainer {
        batch_size: 8,
        dropout: Some(seeds.stream("dropout")),
        ..Trainer::new(Loss::SoftmaxCrossEntropy, seeds.stream("shuffle"))
    };
    let sgd = Sgd::plain(0.05);
    let momentum = Sgd {
        momentum: 0.9,
        weight_decay: 1e-3,
        ..sgd
    };
    let optimizers = [
        sgd.into(),
        Optimizer::Sgd(momentum),
        Optimizer::Adam(Adam::new(0.01)),
        Optimizer::AdamW(AdamW::new(0.01)),
        Optimizer::RmsProp(RmsProp::new(0.01)),
    ];
    let pattern = Array2::from_shape_fn((20, 30), |(i, j)| (i + j) % 3 == 0);
    let mut pinned = FreezeMask::none(3);
    pinned.layers[0].weight = PartMask::elements(pattern.view());
    let masks = [FreezeMask::none(3), FreezeMask::trunk(3), pinned];
    for optimizer in optimizers {
        for mask in &masks {
            let plain = Phase::new(1, mask.clone(), optimizer);
            let all = Phase {
                schedule: Schedule::one_cycle(),
                lr_factors: vec![0.1, 0.3, 1.0],
                clip_norm: Some(0.5),
                dropout: Some(Dropout::Standard(0.2)),
                label_smoothing: 0.1,
                class_weights: vec![1.0, 2.0, 3.0],
                ..plain.clone()
            };
            for phase in [plain, all] {
                let mut rng = seeds.stream("weights").rng();
                let trunk = spec.trunk(&mut rng);
                let mut network = Network::new(trunk, spec.head(3, &mut rng)).unwrap();
                let mut watch = Watch::default();
                let phases = [phase];
                trainer
                    .fit(&mut network, &phases, &examples)
                    .observer(&mut watch)
                    .run()
                    .unwrap();
                assert_eq!(watch.steps, 11 - 2);
            }
        }
    }
}
