//! `fm doctor`

use std::time::Duration;

use anyhow::{Result, bail};
use fm_nn::{Shape, doctor};

use crate::args::DoctorArgs;
use crate::openblas;

/// Prints what the machine and its OpenBLAS can do.
pub(crate) fn run(args: &DoctorArgs) -> Result<()> {
    if !(args.seconds > 0.0 && args.seconds <= 60.0) {
        bail!(
            "--seconds must be above 0 and at most 60, found {}",
            args.seconds
        );
    }
    openblas::restart_with_best_kernel();
    let report = doctor::examine();
    println!("CPU        {}, {} cores", report.cpu.name, report.cpu.cores);
    if let Some(set) = report.cpu.instruction_set {
        println!("vectors    {set}");
    }
    match &report.openblas {
        None => println!(
            "OpenBLAS   not built in; install it (Debian: libopenblas-dev) and build with \
             --features openblas"
        ),
        Some(library) => {
            println!("OpenBLAS   {}", library.config.trim());
            println!(
                "           kernel {}, {} thread(s)",
                library.kernel, library.threads
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
    for checkup in &report.backends {
        match &checkup.engine {
            Err(error) => println!("{:<10} not usable: {error}", checkup.backend.to_string()),
            Ok(engine) => {
                let rate = |shape| doctor::measure(engine, shape, time).median_gflops;
                println!(
                    "{:<10} {}: {:.0} GFLOP/s on a large product, {:.0} on the first layer's",
                    checkup.backend.to_string(),
                    engine.kernel(),
                    rate(large),
                    rate(batch)
                );
            }
        }
    }
    match &report.advice {
        None => println!("advice     none"),
        Some(advice) => println!("advice     {advice}"),
    }
    Ok(())
}
