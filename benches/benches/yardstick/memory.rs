//! Memory of two runs side by side, measured in a process of its own.

use std::process::Command;
use std::{env, fs, thread};

use fm_benches::task::{BATCH, Rows, epoch, network};
use fm_nn::Engine;

/// The option that makes this program the process that is measured.
pub(crate) const OPTION: &str = "--memory-of-two-runs";

/// Rows of Fashion-MNIST, training and test.
const ROWS: usize = 70_000;

/// Peak of two portable runs on as many drawn images as Fashion-MNIST has, in MB (10⁶ bytes); none
/// where the system does not say.
pub(crate) fn measure() -> Option<f64> {
    let program = env::current_exe().ok()?;
    let output = Command::new(program).arg(OPTION).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// Trains and prints the peak: what the other process does.
pub(crate) fn train_and_print() {
    let rows = Rows::new(ROWS, 8);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| epoch(&Engine::portable(), &mut network(8), &rows, BATCH));
        }
    });
    if let Some(peak) = peak_kib() {
        println!("{:.1}", peak * 1024.0 / 1e6);
    }
}

/// The most memory that this process ever had, in KiB: Linux only.
fn peak_kib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}
