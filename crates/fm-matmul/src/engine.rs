//! [`Engine`]: which backend computes the products.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::EngineError;
use crate::level::Level;
use crate::matrix::Matrix;
use crate::product::{Shape, Start, checked};
use crate::rows::Rows;
use crate::transpose::{Scratch, transpose};
use crate::{blas, portable};

/// The two ways in which a product can be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Our own product: the same bits on every machine and vector width.
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

/// Computes products, on the calling thread; cheap to clone.
#[derive(Clone, Debug)]
pub struct Engine {
    backend: Backend,
    level: Level,
}

impl Engine {
    /// The portable backend at the widest vector level of this CPU.
    pub fn portable() -> Self {
        Self::portable_at(Level::detect())
    }

    /// The portable backend at one vector level, or the widest that this CPU has where it lacks
    /// this one; the results are the same bits at every level.
    pub fn portable_at(level: Level) -> Self {
        Self {
            backend: Backend::Portable,
            level: level.min(Level::detect()),
        }
    }

    /// The engine of a backend.
    ///
    /// # Errors
    /// For BLAS: [`EngineError::BlasNotBuiltIn`] without the cargo feature `openblas`;
    /// [`EngineError::BlasUnfit`] if the linked library is a build that returns wrong numbers.
    pub fn new(backend: Backend) -> Result<Self, EngineError> {
        if backend == Backend::Blas {
            blas::check()?;
        }
        Ok(Self {
            backend,
            level: Level::detect(),
        })
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
            Backend::Blas => blas::library().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// The vector level of everything that is not a product (and, on the portable backend, of the
    /// products too), for [`Level::dispatch`].
    pub fn level(&self) -> Level {
        self.level
    }

    /// `C = start + A·B` in the first rows of `c`, as many as `a` has; `b` may have more rows than
    /// `a` has columns, and those are left out.
    ///
    /// On the portable backend each element is made of chains of 128 fused multiply-adds over the
    /// inner index in ascending order, whose sums are added up in order, which fixes its bits.
    ///
    /// # Panics
    /// If the shapes do not fit; on the BLAS backend also if a dimension exceeds the integers of
    /// BLAS, 2³¹ − 1.
    pub fn product(&self, a: Rows<'_>, b: &Matrix, start: Start<'_>, c: &mut Matrix) {
        let shape = checked(&a, b, &start, c);
        self.unchecked(shape, a, b, start, c);
    }

    /// `C = A·Bᵀ` for the first `rows` rows of `a`, `[rows, k]`, and `b`, `[n, k]`, in the first
    /// rows of `c`, `[rows, n]`; the same bits as the product with a transposed copy of `b`.
    ///
    /// # Panics
    /// If the shapes do not fit, or the scratch is smaller.
    pub fn product_transposed(
        &self,
        a: &Matrix,
        rows: usize,
        b: &Matrix,
        c: &mut Matrix,
        scratch: &mut Scratch,
    ) {
        let fits = a.cols() == b.cols() && b.rows() == c.cols();
        assert!(
            fits && rows <= a.rows().min(c.rows()),
            "a product of [{rows}, {}] and the transpose of [{}, {}] into [{}, {}]",
            a.cols(),
            b.rows(),
            b.cols(),
            c.rows(),
            c.cols()
        );
        // As `B·Aᵀ`, so that only the small `A` and the result are ever transposed.
        let Scratch { a: a_t, c: c_t } = scratch;
        transpose(a, rows, a.cols(), a_t);
        let (m, n, k) = (b.rows(), rows, a.cols());
        assert!(
            m <= c_t.rows() && n <= c_t.cols(),
            "the scratch is too small"
        );
        self.unchecked(Shape { m, n, k }, Rows::of(b), a_t, Start::Zero, c_t);
        transpose(c_t, m, n, c);
    }

    /// A product of a shape that the operands have room for.
    fn unchecked(&self, shape: Shape, a: Rows<'_>, b: &Matrix, start: Start<'_>, c: &mut Matrix) {
        match self.backend {
            Backend::Portable => portable::product(self.level, shape, a, b, start, c),
            Backend::Blas => blas::product(shape, a, b, start, c),
        }
    }
}
