//! What the benchmarks time, on each backend: products, trainings and scores in the exercise's
//! shapes. And how: by turns.

mod products;
mod rounds;
mod trainings;

pub use products::{product, shapes, step};
pub use rounds::{Spread, alternate, best};
pub use trainings::{epoch, evaluation, frozen_phase, optimizer_step};

use fm_nn::{Backend, Engine};

/// Layer sizes of the network on the source task: its inputs, and the outputs of each layer.
pub const SIZES: [usize; 7] = [784, 300, 100, 50, 50, 50, 8];
/// Rows of a batch.
pub const BATCH: usize = 32;
/// Rows that the source task is trained on.
pub const SOURCE: usize = 43_986;

/// Something to be timed on one engine.
pub struct Work {
    /// Kind and shape.
    pub name: String,
    /// The [`name`] of the engine.
    pub engine: String,
    /// Floating-point operations of a run, where they are counted: real columns only, so that the
    /// cost of padding is visible.
    pub flop: Option<f64>,
    /// One run.
    pub run: Box<dyn FnMut()>,
}

impl Work {
    fn new(name: String, engine: &Engine, flop: Option<f64>, run: impl FnMut() + 'static) -> Self {
        Self {
            name,
            engine: self::name(engine),
            flop,
            run: Box::new(run),
        }
    }
}

/// The portable backend at the CPU's vector level, and OpenBLAS where it is built in.
pub fn engines() -> Vec<Engine> {
    let engines = [Backend::Portable, Backend::Blas].map(Engine::new);
    engines.into_iter().flatten().collect()
}

/// Backend and kernel: `portable/avx512`, `blas/OpenBLAS 0.3.21 SkylakeX`.
pub fn name(engine: &Engine) -> String {
    format!("{}/{}", engine.backend(), engine.kernel())
}

/// Floating-point operations of a row's forward and backward pass and update, by the layers'
/// sizes from the inputs on: three products for each layer, but no backward one into the inputs.
fn training_flop(sizes: &[usize]) -> f64 {
    let products: usize = sizes.windows(2).map(|w| w[0] * w[1]).sum();
    2.0 * (3 * products - sizes[0] * sizes[1]) as f64
}
