//! What the machine is and what it can do: the figures behind a slow backend.

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
/// multiply-add counts as two. The median of products computed for `time`, for shapes that take
/// microseconds; 0.1 seconds or more give figures that repeat.
pub fn gflops(engine: &Engine, shape: Shape, time: Duration) -> f64 {
    let Shape { m, n, k } = shape;
    // Ordinary numbers: zeros and denormals are not as fast everywhere.
    let (mut a, mut b) = (Matrix::zeros(m, k), Matrix::zeros(k, n));
    a.view_mut().fill(0.5);
    b.view_mut().fill(0.25);
    let mut c = Matrix::zeros(m, n);
    let mut seconds = || {
        let start = Instant::now();
        engine.product(Rows::of(&a), &b, Start::Zero, &mut c);
        start.elapsed().as_secs_f64()
    };
    seconds(); // Page faults and work buffers belong to the first product only.
    let begin = Instant::now();
    let mut samples = vec![seconds()];
    while begin.elapsed() < time {
        samples.push(seconds());
    }
    samples.sort_by(f64::total_cmp);
    2e-9 * m as f64 * n as f64 * k as f64 / samples[samples.len() / 2]
}
