//! fm-train: its portable backend at the CPU's vector level.

use fm_nn::{Activation, Dense, FreezeMask, Loss, Network};
use fm_train::{Examples, Inputs, Phase, Seeds, Sgd, Trainer};
use ndarray::{Array2, ArrayView2};

use crate::task::{BATCH, LEARNING_RATE, SIZES, Task};
use crate::{Epoch, Outcome};

pub fn contender(task: Task) -> Outcome<Epoch> {
    let mut layers = Vec::new();
    for (layer, (weights, biases)) in task.layers.iter().enumerate() {
        let activation = match layer + 2 == SIZES.len() {
            true => Activation::Identity,
            false => Activation::Selu,
        };
        let weights = ArrayView2::from_shape((SIZES[layer], SIZES[layer + 1]), weights)?;
        layers.push(Dense::from_parts(weights, biases, activation)?);
    }
    let head = layers.pop().ok_or("no layers")?;
    let mut network = Network::new(layers, head)?;
    let images = Array2::from_shape_vec((task.labels.len(), SIZES[0]), task.images)?;
    let phases = [Phase::new(
        1,
        FreezeMask::none(SIZES.len() - 1),
        Sgd::plain(LEARNING_RATE),
    )];
    let mut epoch = 0;
    Ok(Box::new(move || {
        // The streams decide the order of the rows, and every `fit` begins at its first epoch.
        epoch += 1;
        let trainer = Trainer {
            batch_size: BATCH,
            ..Trainer::new(
                Loss::SoftmaxCrossEntropy,
                Seeds::new(epoch).stream("shuffle"),
            )
        };
        let examples = Examples::new(Inputs::pixels(images.view()), &task.labels)?;
        let history = trainer.fit(&mut network, &phases, &examples).run()?;
        Ok(history[0].train.loss)
    }))
}
