//! Products, functions and backends: laws, bits and OpenBLAS.

mod level;
mod link;
mod math;
mod matrix;
#[cfg(any(feature = "openblas", feature = "openblas-static"))]
mod openblas;
mod product;
#[cfg(all(unix, any(feature = "openblas", feature = "openblas-static")))]
mod restart;
