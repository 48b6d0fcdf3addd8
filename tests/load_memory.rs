//! Opening the published files takes the memory of their pixels and labels, and little more.
#![allow(unsafe_code)] // The allocator that counts, which only passes calls on.

use std::alloc::{GlobalAlloc, Layout, System};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use fm_data::FashionMnist;
use fm_tests::{Outcome, needs_data, run};

/// The system's allocator, with the bytes in use and their peak.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; `realloc` is left to the trait,
// which makes it from these two, so that old and new memory count together.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let in_use = IN_USE.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(in_use, Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// 70,000 images of 784 pixels with their labels, one byte each.
const ARRAYS: usize = 70_000 * 785;

fn main() {
    run(vec![needs_data(
        "loading_takes_the_arrays_and_a_fifth_at_most",
        loading,
    )]);
}

fn loading(folder: &Path) -> Outcome {
    let base = IN_USE.load(Relaxed);
    PEAK.store(base, Relaxed);
    let data = FashionMnist::open(folder)?;
    let (peak, kept) = (PEAK.load(Relaxed) - base, IN_USE.load(Relaxed) - base);
    assert!(peak < ARRAYS * 6 / 5, "{peak} bytes at the peak");
    assert!(
        (ARRAYS..ARRAYS * 21 / 20).contains(&kept),
        "{kept} bytes kept"
    );

    // A run of rows shares the pixels of the whole.
    let before = IN_USE.load(Relaxed);
    let parts = data.train.hold_out(5000)?;
    let taken = IN_USE.load(Relaxed) - before;
    assert!(
        taken < ARRAYS / 50,
        "{taken} bytes for {} rows",
        parts.1.rows()
    );
    Ok(())
}
