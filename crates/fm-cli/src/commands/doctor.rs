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
    let seconds = args.seconds;
    if !(seconds > 0.0 && seconds <= 60.0) {
        bail!("--seconds must be above 0 and at most 60, found {seconds}");
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
        Some(library) => outln!("OpenBLAS   {}", library.config),
    }
    let time = Duration::from_secs_f64(seconds);
    for backend in [Backend::Portable, Backend::Blas] {
        let name = backend.to_string();
        match Engine::new(backend) {
            Err(error) => outln!("{name:<10} not usable: {error}"),
            Ok(engine) => {
                let rate = |m, n, k| doctor::gflops(&engine, Shape { m, n, k }, time);
                outln!(
                    "{name:<10} {}: {:.0} GFLOP/s on a large product, {:.0} on the first layer's",
                    engine.kernel(),
                    rate(1024, 1024, 1024),
                    rate(32, 300, 784)
                );
            }
        }
    }
    outln!("advice     {}", blas::advice().as_deref().unwrap_or("none"));
    Ok(())
}
