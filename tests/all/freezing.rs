//! Transfer from a source model: frozen bytes and the source model do not change.

use fm_nn::{Activation, FreezeMask, Init, Loss, Network, TrunkSpec};
use fm_tests::engines;
use fm_train::{EpochRecord, Examples, Inputs, Observer, Phase, Seeds, Sgd, Trainer};
use ndarray::{Axis, s};

use crate::images::images;

/// Digests of the trunk after every phase.
#[derive(Default)]
struct Trunks(Vec<String>);

impl Observer for Trunks {
    fn phase(&mut self, _: usize, network: &Network) {
        self.0.push(network.trunk_digest());
    }
}

pub(crate) fn the_source_model_and_a_frozen_trunk_keep_their_bytes() {
    let (pixels, labels) = images();
    let source_rows = Examples::new(Inputs::pixels(pixels.view()), &labels).unwrap();
    // The target task: which of two classes.
    let rows: Vec<usize> = (0..800).filter(|&row| labels[row] < 2).collect();
    let target_labels: Vec<u8> = rows.iter().map(|&row| labels[row]).collect();
    let target_pixels = pixels.select(Axis(0), &rows);
    let target_pixels = target_pixels.slice(s![.., ..]);
    let target_rows = Examples::new(Inputs::pixels(target_pixels), &target_labels).unwrap();

    let seeds = Seeds::new(3);
    let spec = TrunkSpec {
        inputs: 784,
        hidden: vec![24, 16],
        activation: Activation::Selu,
        init: Init::GlorotUniform,
    };
    let sgd = Sgd::plain(0.05);
    let momentum = Sgd {
        momentum: 0.9,
        ..sgd
    };
    let decay = Sgd {
        weight_decay: 0.01,
        ..sgd
    };
    for engine in engines() {
        let trainer = |loss, order| Trainer {
            engine: engine.clone(),
            ..Trainer::new(loss, seeds.stream(order))
        };
        let trunk = spec.trunk(&mut seeds.stream("source trunk").rng());
        let head = spec.head(10, &mut seeds.stream("source head").rng());
        let mut source = Network::new(trunk, head).unwrap();
        let phases = [Phase::new(2, FreezeMask::none(3), sgd)];
        let source_trainer = trainer(Loss::SoftmaxCrossEntropy, "source order");
        let fit = source_trainer.fit(&mut source, &phases, &source_rows);
        fit.run().unwrap();
        let before = source.to_bytes();

        // Frozen under momentum, then trained under decay.
        let head = spec.head(1, &mut seeds.stream("target head").rng());
        let mut transfer = source.with_head(head).unwrap();
        let phases = [
            Phase::new(2, FreezeMask::trunk(3), momentum),
            Phase::new(2, FreezeMask::none(3), decay),
        ];
        let mut trunks = Trunks::default();
        let target_trainer = trainer(Loss::BinaryCrossEntropy, "target order");
        let fit = target_trainer.fit(&mut transfer, &phases, &target_rows);
        let history: Vec<EpochRecord> = fit.observer(&mut trunks).run().unwrap();
        assert!(history[3].train.loss < history[0].train.loss, "{history:?}");
        assert_eq!(source.to_bytes(), before);
        assert_eq!(
            trunks.0[0],
            source.trunk_digest(),
            "frozen in the first phase"
        );
        assert_ne!(trunks.0[1], trunks.0[0], "trained in the second");
    }
}
