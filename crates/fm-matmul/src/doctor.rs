//! What the machine is and what it can do: the figures behind a slow backend.
//!
//! ```
//! use fm_matmul::{Engine, Shape, doctor};
//! use std::time::Duration;
//!
//! let shape = Shape { m: 32, n: 16, k: 64 };
//! assert!(doctor::gflops(&Engine::portable(), shape, Duration::from_millis(1)) > 0.0);
//! ```

use std::time::{Duration, Instant};
use std::{env, fs};

use crate::matrix::Matrix;
use crate::{Engine, Rows, Shape, Start};

/// The processor's name, or the architecture's where the system does not tell.
pub fn cpu_name() -> String {
    // Linux has the name in a file, Windows in the environment.
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let mut fields = info.lines().filter_map(|line| line.split_once(':'));
    let field = fields.find(|(key, name)| key.trim() == "model name" && !name.trim().is_empty());
    let name = field.map(|(_, name)| name.trim().to_owned());
    let name = name.or_else(|| env::var("PROCESSOR_IDENTIFIER").ok());
    name.unwrap_or_else(|| env::consts::ARCH.to_owned())
}

/// How fast `C = A·B` is computed on one thread, in 10⁹ floating-point operations per second; a
/// multiply-add counts as two. The product is computed again and again for `time` or a little
/// longer.
///
/// A sample is as many products as take a fifth of a millisecond, so that the clock does not
/// count; the median sample is returned. Give it 0.1 seconds or more for figures that repeat.
///
/// # Panics
/// If a dimension of `shape` is zero: there is nothing to measure.
pub fn gflops(engine: &Engine, shape: Shape, time: Duration) -> f64 {
    let Shape { m, n, k } = shape;
    assert!(m > 0 && n > 0 && k > 0, "nothing to measure in {shape:?}");
    // Ordinary numbers: zeros and denormals are not as fast everywhere.
    let (mut a, mut b) = (Matrix::zeros(m, k), Matrix::zeros(k, n));
    a.view_mut().fill(0.5);
    b.view_mut().fill(0.25);
    let mut c = Matrix::zeros(m, n);
    let mut compute = || engine.product(Rows::of(&a), &b, Start::Zero, &mut c);
    compute(); // Page faults and work buffers belong to the first product only.

    let mut seconds = Vec::new();
    let begin = Instant::now();
    while seconds.is_empty() || begin.elapsed() < time {
        let sample = Instant::now();
        let mut products = 0_u32;
        while products == 0 || sample.elapsed() < Duration::from_micros(200) {
            compute();
            products += 1;
        }
        seconds.push(sample.elapsed().as_secs_f64() / f64::from(products));
    }
    seconds.sort_by(f64::total_cmp);
    2e-9 * m as f64 * n as f64 * k as f64 / seconds[seconds.len() / 2]
}
