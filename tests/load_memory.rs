//! Opening the published files takes the memory of their pixels and labels, and little more.

use std::path::Path;

use fm_data::published::fashion_mnist;
use fm_tests::{Outcome, needs_data, run};
use peak_alloc::PeakAlloc;

/// Counts the bytes in use, and their peak.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// 70,000 images of 784 pixels with their labels, one byte each.
const ARRAYS: usize = 70_000 * 785;

fn main() {
    run(vec![needs_data(
        "loading_takes_the_arrays_and_a_fifth_at_most",
        loading,
    )]);
}

fn loading(folder: &Path) -> Outcome {
    let base = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let data = fashion_mnist().open(folder)?;
    let (peak, kept) = (MEMORY.peak_usage() - base, MEMORY.current_usage() - base);
    assert!(peak < ARRAYS * 6 / 5, "{peak} bytes at the peak");
    assert!(
        (ARRAYS..ARRAYS * 21 / 20).contains(&kept),
        "{kept} bytes kept"
    );

    // A run of rows shares the pixels of the whole.
    let before = MEMORY.current_usage();
    let parts = data.train.hold_out(5000)?;
    let taken = MEMORY.current_usage() - before;
    assert!(
        taken < ARRAYS / 50,
        "{taken} bytes for {} rows",
        parts.1.rows()
    );
    Ok(())
}
