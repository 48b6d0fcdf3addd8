//! The reference numbers, and the engines to hold to them.

use fm_nn::{Backend, Engine, Level, Matrix};
use ndarray::Array2;
use serde::de::DeserializeOwned;

use crate::fixtures;

/// Reads a file of reference numbers.
///
/// # Panics
/// If it is not there or not of this form; the message names it.
pub fn fixture<T: DeserializeOwned>(name: &str) -> T {
    let path = fixtures().join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every backend built in, the portable one at the widest level of this CPU.
pub fn engines() -> Vec<Engine> {
    let mut engines = vec![Engine::portable()];
    if cfg!(any(feature = "openblas", feature = "openblas-static")) {
        engines.push(Engine::new(Backend::Blas).expect("OpenBLAS, since it is built in"));
    }
    engines
}

/// As [`engines`], the portable one at every level of this CPU. The narrowest takes its time.
pub fn engines_at_every_level() -> Vec<Engine> {
    let levels = Level::ALL.into_iter().map(Engine::portable_at);
    levels.chain(engines().into_iter().skip(1)).collect()
}

/// A matrix of nested rows.
///
/// # Panics
/// If the rows differ in length.
pub fn matrix(rows: &[Vec<f64>]) -> Matrix {
    let flat = rows.iter().flatten().map(|&x| x as f32).collect();
    let shape = (rows.len(), rows.first().map_or(0, Vec::len));
    Matrix::from_view(
        Array2::from_shape_vec(shape, flat)
            .expect("equal rows")
            .view(),
    )
}

/// Asserts that every element is within `tolerance` of the reference.
///
/// # Panics
/// If the shapes differ or an element is further away; the message names it.
pub fn assert_close(found: &Matrix, expected: &[Vec<f64>], tolerance: f64, what: &str) {
    assert_eq!(found.rows(), expected.len(), "{what}: rows");
    for (i, expected) in expected.iter().enumerate() {
        assert_eq!(found.cols(), expected.len(), "{what}: columns");
        for (j, (f, e)) in found.row(i).iter().zip(expected).enumerate() {
            let off = (f64::from(*f) - e).abs();
            assert!(off <= tolerance, "{what}[{i}, {j}]: {f}, expected {e}");
        }
    }
}
