//! [`Engine`]: which backend computes the products, and with how many threads.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::matrix::Matrix;
use crate::portable::{self, Level};
use crate::product::{Lhs, Out, Rhs, Shape, Start};
use crate::team::Team;

/// The two ways in which a product can be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Our own product: the same bits on every machine, vector width and thread count.
    Portable,
    /// `sgemm` of the BLAS that the program is linked with.
    Blas,
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Portable => "portable",
            Self::Blas => "blas",
        })
    }
}

/// Floats from which the rows of a matrix are shared among threads: about two microseconds of
/// work, several times what it takes to begin and to end together.
const SHARED_FROM: usize = 16_384;

/// No machine gains by more, and thousands of stacks are not always to be had.
const MOST_THREADS: usize = 256;

/// Computes products and elementwise functions; cheap to clone, one per run.
#[derive(Clone, Debug)]
pub struct Engine {
    backend: Backend,
    level: Level,
    /// Clones share their threads; a clone whose threads are taken works alone.
    team: Option<Arc<Team>>,
}

impl Engine {
    /// The portable backend at the widest vector level of this CPU.
    pub fn portable() -> Self {
        Self {
            backend: Backend::Portable,
            level: Level::detect(),
            team: None,
        }
    }

    /// The portable backend at one vector level; the results are the same bits at every level.
    ///
    /// # Errors
    /// [`EngineError::LevelUnsupported`] where this CPU lacks the level.
    pub fn portable_at(level: Level) -> Result<Self, EngineError> {
        if !level.is_supported() {
            return Err(EngineError::LevelUnsupported {
                wanted: level,
                best: Level::detect(),
            });
        }
        Ok(Self {
            backend: Backend::Portable,
            level,
            team: None,
        })
    }

    /// The BLAS backend.
    ///
    /// # Errors
    /// [`EngineError::BlasNotBuiltIn`] without the cargo feature `openblas`, or what keeps the
    /// linked library from being trusted.
    pub fn blas() -> Result<Self, EngineError> {
        crate::blas::check()?;
        Ok(Self {
            backend: Backend::Blas,
            level: Level::detect(),
            team: None,
        })
    }

    /// The engine of a backend.
    ///
    /// # Errors
    /// As [`Engine::blas`].
    pub fn new(backend: Backend) -> Result<Self, EngineError> {
        match backend {
            Backend::Portable => Ok(Self::portable()),
            Backend::Blas => Self::blas(),
        }
    }

    /// The same engine, large products shared by `threads` threads, the caller's among them.
    ///
    /// The portable backend only: BLAS keeps to one thread per run. The results are the same bits
    /// for any number of threads. More threads than the machine has cores are of no use, and more
    /// than 256 are not made; where the
    /// system refuses some, [`threads`](Self::threads) says how many there are. They sleep while
    /// there is nothing to do, and end with the last clone of the engine.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        let threads = threads.min(MOST_THREADS);
        let shared = self.backend == Backend::Portable && threads > 1;
        self.team = shared.then(|| Arc::new(Team::new(threads)));
        self
    }

    /// Number of threads that share large products.
    pub fn threads(&self) -> usize {
        self.team.as_ref().map_or(1, |team| team.threads())
    }

    /// Which backend computes the products.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// The kernel behind the backend, for people and records: `avx512`, or `OpenBLAS 0.3.21
    /// SkylakeX`.
    pub fn kernel(&self) -> String {
        match self.backend {
            Backend::Portable => self.level.to_string(),
            Backend::Blas => crate::blas::kernel(),
        }
    }

    /// The vector level of everything that is not a product (and, on the portable backend, of the
    /// products too), for [`Level::dispatch`].
    pub fn level(&self) -> Level {
        self.level
    }

    /// Calls `f` with the number and the elements of each of the first `rows` rows of `matrix`, in
    /// no particular order; the engine's threads share large matrices.
    ///
    /// # Panics
    /// If there are fewer rows.
    pub fn for_each_row(
        &self,
        matrix: &mut Matrix,
        rows: usize,
        f: impl Fn(usize, &mut [f32]) + Sync,
    ) {
        let (cols, stride) = (matrix.cols(), matrix.stride());
        if stride == 0 {
            return;
        }
        let all = |first: usize, rows: &mut [f32]| {
            for (i, row) in rows.chunks_exact_mut(stride).enumerate() {
                f(first + i, &mut row[..cols]);
            }
        };
        let used = &mut matrix.padded_mut()[..rows * stride];
        match &self.team {
            Some(team) if used.len() >= SHARED_FROM => team.split(used, stride, all),
            _ => all(0, used),
        }
    }

    /// `C = start + A·B`.
    ///
    /// On the portable backend each element is made of chains of 128 fused multiply-adds over the
    /// inner index in ascending order, whose sums are added up in order, which fixes its bits.
    ///
    /// # Panics
    /// If a slice is too short for its shape and strides, or a stride is no multiple of
    /// [`LANES`](crate::LANES); on the BLAS backend also if a dimension or stride exceeds the
    /// integers of BLAS, 2³¹ − 1.
    pub fn product(&self, shape: Shape, a: Lhs<'_>, b: Rhs<'_>, start: Start<'_>, c: Out<'_>) {
        crate::product::check(shape, &a, &b, &start, &c);
        match self.backend {
            Backend::Portable => {
                portable::product(self.level, self.team.as_deref(), shape, a, b, start, c)
            }
            Backend::Blas => crate::blas::product(shape, a, b, start, c),
        }
    }

    /// Whether [`product_transposed`](Self::product_transposed) computes this shape: few rows of
    /// `A`, on the portable backend. Others are for [`product`](Self::product), one of the operands
    /// transposed first.
    pub fn takes_transposed(&self, shape: Shape) -> bool {
        self.backend == Backend::Portable && portable::suits(self.level, shape)
    }

    /// `C = A·Bᵀ` for `B[n, k]`, `n` rows of `k` floats and padding, of a shape that
    /// [`takes_transposed`](Self::takes_transposed); the same bits as the product with a transposed
    /// copy of `B`.
    ///
    /// # Panics
    /// As [`product`](Self::product), or if the shape is another.
    pub fn product_transposed(&self, shape: Shape, a: Lhs<'_>, b: Rhs<'_>, c: Out<'_>) {
        assert!(self.takes_transposed(shape), "{shape:?}");
        crate::product::check_transposed(shape, &a, &b, &c);
        portable::product_transposed(self.level, shape, a, b, c);
    }
}
