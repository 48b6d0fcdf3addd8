//! What the benchmarks share: the engines that they compare.

use fm_nn::Engine;

/// Every backend built in, on one thread, by name and kernel.
pub fn engines() -> Vec<(String, Engine)> {
    let engines = [Some(Engine::portable()), Engine::blas().ok()];
    let named = |engine: Engine| (format!("{} {}", engine.backend(), engine.kernel()), engine);
    engines.into_iter().flatten().map(named).collect()
}
