//! [`Contender`]: an engine under its name.

use fm_nn::{Backend, Engine, Level};

/// A backend with its kernel.
#[derive(Clone, Debug)]
pub(crate) struct Contender {
    /// `portable/avx512`, `blas/OpenBLAS 0.3.21 SkylakeX`.
    pub(crate) name: String,
    pub(crate) engine: Engine,
}

impl Contender {
    fn new(engine: Engine) -> Self {
        let name = format!("{}/{}", engine.backend(), engine.kernel());
        Self { name, engine }
    }
}

/// The portable backend at every vector level, and OpenBLAS if it is built in. The baseline only
/// where there is nothing wider: that of x86-64 has no multiply-add and would take minutes.
pub(crate) fn contenders() -> Vec<Contender> {
    let levels = Level::ALL.into_iter().rev();
    levels
        .filter(|level| level.is_supported() && *level >= Level::detect().min(Level::Avx2))
        .filter_map(|level| Engine::portable_at(level).ok())
        .chain(Engine::blas().ok())
        .map(Contender::new)
        .collect()
}

/// Each backend at its best.
pub(crate) fn backends() -> Vec<Contender> {
    let engines = [Backend::Portable, Backend::Blas].map(Engine::new);
    let engines = engines.into_iter().filter_map(Result::ok);
    engines.map(Contender::new).collect()
}
