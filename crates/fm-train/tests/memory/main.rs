//! Tests that measure the memory of the process. They run one after the other and without the
//! standard harness, whose threads allocate at any time.
#![allow(clippy::print_stdout, reason = "the test harness prints its results")]

mod checkpoints;
mod step;

use peak_alloc::PeakAlloc;

/// Counts the bytes in use, and their peak.
#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

fn main() {
    step::a_training_step_allocates_nothing();
    println!("test a_training_step_allocates_nothing ... ok");
    checkpoints::damaged_checkpoints_neither_panic_nor_allocate_much();
    println!("test damaged_checkpoints_neither_panic_nor_allocate_much ... ok");
}
