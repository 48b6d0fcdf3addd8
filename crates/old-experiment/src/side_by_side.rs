//! Work on many items by several threads, where the first error ends the rest.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::error::ExperimentError;
use crate::run::Progress;
use crate::runner::PlanObserver;

/// Calls `work` for every item, up to `jobs` at a time, each in a thread of its own. After the
/// first error no item is begun, and those under way are told to end at their next step.
///
/// # Errors
/// That of the first item that failed of itself; [`ExperimentError::Cancelled`].
pub(crate) fn side_by_side<T: Sync>(
    items: &[T],
    jobs: NonZeroUsize,
    observer: &dyn PlanObserver,
    work: &(dyn Fn(&T, &dyn Progress) -> Result<(), ExperimentError> + Sync),
) -> Result<(), ExperimentError> {
    let next = AtomicUsize::new(0);
    let failed = AtomicBool::new(false);
    let errors = Mutex::new(BTreeMap::new());
    let worker = || {
        let progress = ItemProgress {
            observer,
            failed: &failed,
        };
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { break };
            if progress.cancelled() {
                break;
            }
            if let Err(error) = work(item, &progress) {
                failed.store(true, Ordering::Relaxed);
                // What was stopped because another failed comes last.
                let stopped = matches!(error, ExperimentError::Cancelled);
                lock(&errors).insert((stopped, index), error);
            }
        }
    };
    thread::scope(|scope| {
        // The calling thread is one of the workers.
        for _ in 1..jobs.get().min(items.len()) {
            scope.spawn(worker);
        }
        worker();
    });
    let first = lock(&errors).pop_first();
    match first {
        Some((_, error)) => Err(error),
        None if observer.cancelled() => Err(ExperimentError::Cancelled),
        None => Ok(()),
    }
}

/// A lock whatever happened to the thread that held it: the scope passes a panic on, and what is
/// in here stays usable.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct ItemProgress<'a> {
    observer: &'a dyn PlanObserver,
    failed: &'a AtomicBool,
}

impl Progress for ItemProgress<'_> {
    fn advance(&self, work: u64) {
        self.observer.advance(work);
    }

    fn cancelled(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.observer.cancelled()
    }
}
