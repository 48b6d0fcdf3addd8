//! [`Contender`]: an engine under its name.

use fm_nn::{Backend, Engine};

/// A backend with its kernel.
#[derive(Clone, Debug)]
pub struct Contender {
    /// `portable/avx512`, `blas/OpenBLAS 0.3.21 SkylakeX`.
    pub name: String,
    /// The engine.
    pub engine: Engine,
}

/// The portable backend at the CPU's vector level, and OpenBLAS where it is built in.
pub fn backends() -> Vec<Contender> {
    let engines = [Backend::Portable, Backend::Blas].map(Engine::new);
    let engines = engines.into_iter().filter_map(Result::ok);
    let named = engines.map(|engine| Contender {
        name: format!("{}/{}", engine.backend(), engine.kernel()),
        engine,
    });
    named.collect()
}
