//! [`Streams`]: the randomness that the trainings of a seed share.

use fm_train::{Seeds, Stream};

/// The randomness of one training, apart from its weights: the same for every arm of a seed.
#[derive(Clone, Copy)]
pub(crate) struct Streams {
    pub(crate) order: Stream,
    pub(crate) dropout: Stream,
}

impl Streams {
    /// Those of `task`: `source`, `target` or `depth`.
    pub(crate) fn of(seeds: Seeds, task: &str) -> Self {
        Self {
            order: seeds.stream(&format!("{task}/shuffle")),
            dropout: seeds.stream(&format!("{task}/dropout")),
        }
    }
}
