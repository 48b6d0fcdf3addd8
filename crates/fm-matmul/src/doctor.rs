//! What the machine is and what it can do: the figures behind a slow or a refused backend.
//!
//! ```
//! use fm_matmul::doctor::{self, Cpu};
//! use fm_matmul::{Engine, Shape};
//! use std::time::Duration;
//!
//! let cpu = Cpu::detect();
//! assert!(cpu.cores >= 1);
//! let shape = Shape { m: 32, n: 16, k: 64 };
//! let rate = doctor::measure(&Engine::portable(), shape, Duration::from_millis(1));
//! assert!(rate.best_gflops >= rate.median_gflops && rate.median_gflops > 0.0);
//! ```

use std::time::{Duration, Instant};
use std::{env, fs, thread};

use crate::blas::{self, InstructionSet, KernelAdvice, Library};
use crate::matrix::Matrix;
use crate::{Backend, Engine, EngineError, Rows, Shape, Start};

/// The processor, as far as the operating system tells.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cpu {
    /// Its name, or the architecture's where the system does not tell.
    pub name: String,
    /// Its widest vector instructions; `None` where it is no x86-64.
    pub instruction_set: Option<InstructionSet>,
    /// Cores that this process may use.
    pub cores: usize,
}

impl Cpu {
    /// The processor that this runs on.
    pub fn detect() -> Self {
        Self {
            name: name().unwrap_or_else(|| env::consts::ARCH.to_owned()),
            instruction_set: InstructionSet::of_cpu(),
            cores: thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// Linux has the name in a file, Windows in the environment.
fn name() -> Option<String> {
    let name = match fs::read_to_string("/proc/cpuinfo") {
        Ok(info) => name_in_cpuinfo(&info)?.to_owned(),
        Err(_) => env::var("PROCESSOR_IDENTIFIER").ok()?,
    };
    Some(name)
}

/// The first `model name : …` of Linux' `/proc/cpuinfo`.
fn name_in_cpuinfo(info: &str) -> Option<&str> {
    info.lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(key, _)| key.trim() == "model name")
        .map(|(_, name)| name.trim())
        .filter(|name| !name.is_empty())
}

/// A backend of this build and whether it can be used.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Checkup {
    /// The backend.
    pub backend: Backend,
    /// An engine of it, or why there is none.
    pub engine: Result<Engine, EngineError>,
}

/// Everything that a person needs to judge the backends of this build on this machine.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// The processor.
    pub cpu: Cpu,
    /// Both backends.
    pub backends: [Checkup; 2],
    /// The linked OpenBLAS, if one is built in.
    pub openblas: Option<Library>,
    /// What to do where OpenBLAS runs a kernel below what the CPU can do.
    pub advice: Option<KernelAdvice>,
}

/// Looks at the machine and at both backends; measures nothing yet.
pub fn examine() -> Report {
    let checkup = |backend| Checkup {
        backend,
        engine: Engine::new(backend),
    };
    Report {
        cpu: Cpu::detect(),
        backends: [Backend::Portable, Backend::Blas].map(checkup),
        openblas: blas::library().cloned(),
        advice: blas::advice(),
    }
}

/// How fast products are computed, in 10⁹ floating-point operations per second; a multiply-add
/// counts as two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Of the fastest sample: what the machine can do when nothing else runs on it.
    pub best_gflops: f64,
    /// Of the middle sample: what it does right now.
    pub median_gflops: f64,
}

/// Computes `C = A·B` again and again, for `time` or a little longer, on one thread.
///
/// A sample is as many products as take a fifth of a millisecond, so that the clock does not
/// count, and at least one sample is taken. Give it 0.1 seconds or more for figures that repeat.
///
/// # Panics
/// If a dimension of `shape` is zero: there is nothing to measure.
pub fn measure(engine: &Engine, shape: Shape, time: Duration) -> Rate {
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
    let giga = 2e-9 * m as f64 * n as f64 * k as f64;
    Rate {
        best_gflops: giga / seconds[0],
        median_gflops: giga / seconds[seconds.len() / 2],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_first_model_name() {
        let info = "processor\t: 0\nmodel\t\t: 2\nmodel name\t: AMD EPYC 9B45\n\
                    processor\t: 1\nmodel name\t: other\n";
        assert_eq!(name_in_cpuinfo(info), Some("AMD EPYC 9B45"));
        assert_eq!(name_in_cpuinfo("model name\t:\n"), None);
        assert_eq!(name_in_cpuinfo("Features : asimd\n"), None);
    }

    #[test]
    fn both_backends_are_examined() {
        let report = examine();
        let [portable, blas] = &report.backends;
        assert_eq!(
            (portable.backend, blas.backend),
            (Backend::Portable, Backend::Blas)
        );
        assert!(portable.engine.is_ok());
        assert_eq!(blas.engine.is_ok(), report.openblas.is_some());
    }
}
