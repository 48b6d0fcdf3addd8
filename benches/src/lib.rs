//! What the benchmarks share: contenders that take turns, the exercise's task, and the products of
//! a training step.

mod contender;
mod rounds;
mod task;
mod work;

pub use contender::{Contender, backends};
pub use rounds::{Samples, Spread, alternate};
pub use task::{
    BATCH, Rows, SIZES, SOURCE, TARGET, epoch, frozen_phase, network, network_of, source_flop,
    training_flop,
};
pub use work::{Work, layers, square, step};
