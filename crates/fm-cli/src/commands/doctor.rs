//! `fm doctor`

use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use fm_nn::{Backend, Engine, LEVEL, Level, Shape, blas, doctor};

use crate::args::DoctorArgs;
use crate::openblas;
use crate::print::outln;

/// Prints what the machine and its OpenBLAS can do.
pub(crate) fn run(args: &DoctorArgs) -> Result<()> {
    if !(args.seconds > 0.0 && args.seconds <= 60.0) {
        bail!(
            "--seconds must be above 0 and at most 60, found {}",
            args.seconds
        );
    }
    openblas::restart_with_best_kernel();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    outln!("CPU        {}, {cores} cores", doctor::cpu_name());
    let limited = match Level::limit() {
        Ok(Some(_)) => format!(" (limited by {LEVEL})"),
        _ => String::new(),
    };
    outln!("vectors    {}{limited}", Level::detect());
    match blas::library() {
        None => outln!(
            "OpenBLAS   not built in; install it (Debian: libopenblas-dev) and build with \
             --features openblas"
        ),
        Some(library) => {
            outln!("OpenBLAS   {}", library.config);
            outln!(
                "           kernel {}, {} thread(s)",
                library.kernel,
                library.threads
            );
        }
    }
    let time = Duration::from_secs_f64(args.seconds);
    let large = Shape {
        m: 1024,
        n: 1024,
        k: 1024,
    };
    let batch = Shape {
        m: 32,
        n: 300,
        k: 784,
    };
    for backend in [Backend::Portable, Backend::Blas] {
        match Engine::new(backend) {
            Err(error) => outln!("{:<10} not usable: {error}", backend.to_string()),
            Ok(engine) => {
                let rate = |shape| doctor::gflops(&engine, shape, time);
                outln!(
                    "{:<10} {}: {:.0} GFLOP/s on a large product, {:.0} on the first layer's",
                    backend.to_string(),
                    engine.kernel(),
                    rate(large),
                    rate(batch)
                );
            }
        }
    }
    match blas::advice() {
        None => outln!("advice     none"),
        Some(advice) => outln!("advice     {advice}"),
    }
    Ok(())
}
