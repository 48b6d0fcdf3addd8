//! The one place where a training is put together: networks from named streams, phases, rows.

use fm_data::{DataError, Dataset};
use fm_nn::{Dense, Engine, Loss, Network, NetworkError};
use fm_train::{Evaluator, Examples, Scores, Seeds, TrainError, Trainer};
use ndarray::Array2;

use crate::error::ExperimentError;
use crate::job::Cell;
use crate::protocol::NetworkSpec;
use crate::recipe::Recipe;
use crate::record::Failure;

/// Why a training has no network.
#[derive(Debug, thiserror::Error)]
#[error("a training has no network")]
pub(crate) enum Stop {
    /// It diverged, which is a result.
    Diverged(Failure),
    Train(#[from] TrainError),
    Network(#[from] NetworkError),
    Data(#[from] DataError),
    Other(#[from] ExperimentError),
}

impl Stop {
    /// As the error of a cell.
    pub(crate) fn of(self, cell: &Cell) -> ExperimentError {
        let source = match self {
            Self::Other(error) => return error,
            Self::Data(error) => return error.into(),
            Self::Train(error) => error,
            Self::Network(error) => error.into(),
            Self::Diverged(failure) => TrainError::Examples(failure.reason),
        };
        ExperimentError::Train {
            model: cell.model.clone(),
            seed: cell.seed,
            source,
        }
    }
}

/// A trainer whose streams are `prefix/shuffle` and `prefix/dropout` of a seed.
pub(crate) fn trainer(
    engine: &Engine,
    network: &Network,
    batch_size: usize,
    seeds: Seeds,
    prefix: &str,
) -> Trainer {
    let stream = |name| Some(seeds.stream(&format!("{prefix}/{name}")));
    Trainer {
        engine: engine.clone(),
        loss: loss(network),
        batch_size,
        order: stream("shuffle"),
        dropout: stream("dropout"),
    }
}

/// One output means two classes.
pub(crate) fn loss(network: &Network) -> Loss {
    Loss::for_classes(network.outputs().max(2)).0
}

/// A trunk from the stream `prefix/trunk` of a seed.
pub(crate) fn trunk(spec: &NetworkSpec, inputs: usize, seeds: Seeds, prefix: &str) -> Vec<Dense> {
    let mut rng = seeds.stream(&format!("{prefix}/trunk")).rng();
    spec.trunk(inputs).trunk(&mut rng)
}

/// The trunk that the source network of a recipe starts from, for images of so many pixels.
pub fn initial_source_trunk(recipe: &Recipe, inputs: usize) -> Vec<Dense> {
    let seeds = Seeds::new(recipe.init_seed);
    trunk(&recipe.network, inputs, seeds, "source")
}

/// A head for the classes of a dataset, from the stream `prefix/head` of a seed.
pub(crate) fn head(spec: &NetworkSpec, data: &Dataset, seeds: Seeds, prefix: &str) -> Dense {
    let (_, outputs) = Loss::for_classes(data.n_classes());
    let mut rng = seeds.stream(&format!("{prefix}/head")).rng();
    spec.trunk(data.pixels().ncols()).head(outputs, &mut rng)
}

/// A new network for the images and classes of a dataset.
pub(crate) fn network(
    spec: &NetworkSpec,
    data: &Dataset,
    seeds: Seeds,
    prefix: &str,
) -> Result<Network, NetworkError> {
    let trunk = trunk(spec, data.pixels().ncols(), seeds, prefix);
    Network::new(trunk, head(spec, data, seeds, prefix))
}

/// Scores of a network on test rows, and the outputs for each, `[rows, outputs]`.
pub(crate) fn score(
    network: &Network,
    test: &Examples<'_>,
    engine: &Engine,
) -> Result<(Scores, Array2<f32>), TrainError> {
    let mut evaluator = Evaluator::new(network, engine.clone());
    evaluator.evaluate_rows(network, test, loss(network))
}
