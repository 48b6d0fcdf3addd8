//! [`Features`]: the outputs of frozen layers, computed once.

use fm_nn::{Engine, Network};
use ndarray::{Array2, ArrayView2};

use crate::error::{TrainError, require};
use crate::examples::{Examples, Labels};

/// The outputs of a network's first layers for every row of some examples: inputs for trainings
/// that keep these layers frozen.
///
/// [`Trainer::fit`](crate::Trainer::fit) computes features itself, once per phase, when the lowest
/// layers are frozen. Compute them yourself to share them between trainings, such as those of
/// linear probes with many learning rates. The results have the same bits. The networks of these
/// trainings must have the first `layers` layers that the features were computed with; this is not
/// checked.
///
/// ```
/// # use fm_nn::{Activation, Engine, FreezeMask, Init, Loss, Network, TrunkSpec};
/// # use fm_train::{Examples, Features, Phase, Seeds, Sgd, Trainer};
/// # let points = ndarray::Array2::from_shape_fn((40, 1), |(i, _)| i as f32 / 20.0 - 1.0);
/// # let labels: Vec<u8> = (0..40).map(|i| u8::from(i >= 20)).collect();
/// # let train = Examples::new(&points, &labels)?;
/// # let (seeds, spec) = (Seeds::new(42), TrunkSpec {
/// #     inputs: 1, hidden: vec![8], activation: Activation::Selu, init: Init::GlorotUniform });
/// # let mut rng = seeds.stream("weights").rng();
/// # let network = Network::new(spec.trunk(&mut rng), spec.head(1, &mut rng))?;
/// # let trainer = Trainer::new(Loss::BinaryCrossEntropy, seeds.stream("shuffle"));
/// let features = Features::new(&network, 1, &train, &Engine::portable())?;
/// for lr in [0.01, 0.1, 1.0] {
///     let mut probe = network.clone();
///     let phase = Phase::new(5, FreezeMask::trunk(2), Sgd::plain(lr));
///     trainer.fit(&mut probe, &[phase], &features.examples()).run()?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Features<'a> {
    values: Array2<f32>,
    labels: Labels<'a>,
    layers: usize,
}

impl<'a> Features<'a> {
    /// Computes the outputs of the first `layers` layers for every row of `examples`, which may be
    /// features of fewer layers themselves.
    ///
    /// # Errors
    /// [`TrainError`] if the examples do not fit the network, or there are no such layers below
    /// its head.
    pub fn new(
        network: &Network,
        layers: usize,
        examples: &Examples<'a>,
        engine: &Engine,
    ) -> Result<Self, TrainError> {
        examples.check("evaluated", network)?;
        let (first, last) = (examples.layer(), network.layers().len() - 1);
        let expected = format!("above {first}, and at most {last}, the layers below the head");
        require(
            "layers",
            &expected,
            layers,
            layers > first && layers <= last,
        )?;
        let values = network.features(first..layers, examples.inputs(), engine)?;
        let labels = examples.labels();
        Ok(Self {
            values,
            labels,
            layers,
        })
    }

    /// The features, `[rows, units]`.
    pub fn values(&self) -> ArrayView2<'_, f32> {
        self.values.view()
    }

    /// The features with their labels, for trainings and scores.
    pub fn examples(&self) -> Examples<'_> {
        Examples::of_features(self.values.view(), self.labels, self.layers)
    }
}
