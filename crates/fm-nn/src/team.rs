//! [`Team`]: threads that share one product, with little enough ado for products of microseconds.
//!
//! A round is one call of [`Team::run`]. The caller takes part 0 and thread `i` part `i`, always
//! the same, so that what a thread works on stays in its core's cache from step to step. A part
//! whose thread has not begun when the caller is done with its own is taken by the caller: a
//! thread that the system did not wake in time, or that there is no core for, delays nobody.

// A job borrows from the caller's stack, which threads that outlive the call can only hold as a
// pointer without a lifetime; `run` returns when no thread can touch it any more.
#![allow(unsafe_code, reason = "threads are handed a job as a raw pointer")]

use std::any::Any;
use std::cell::UnsafeCell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::slice;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle, Thread};
use std::time::{Duration, Instant};

use crate::pieces::Pieces;

/// How long a thread without work looks for some without giving up its core: about as long as a
/// training step is busy with things that are not shared.
const SPIN: Duration = Duration::from_micros(200);
/// How long it then offers its core to others between looks, before it sleeps.
const YIELD: Duration = Duration::from_millis(1);

/// What a round computes: called once for each part.
type Job<'a> = &'a (dyn Fn(usize) + Sync);

/// A panic's payload.
type Payload = Box<dyn Any + Send>;

/// Some threads, the caller's among them, that compute the parts of a job side by side.
pub(crate) struct Team {
    shared: Arc<Shared>,
    workers: Vec<Worker>,
    /// Whether a round is on.
    busy: AtomicBool,
}

struct Worker {
    thread: Thread,
    handle: Option<JoinHandle<()>>,
}

/// What the caller and the workers share.
struct Shared {
    /// Number of the current round.
    round: Aligned<AtomicUsize>,
    /// Parts of the current round that somebody other than the caller's part 0 has finished.
    done: Aligned<AtomicUsize>,
    /// The current round's job. Written between rounds, read by who claimed a part of this one.
    job: UnsafeCell<Option<Job<'static>>>,
    /// One for each worker; worker `i` has part `i + 1`.
    seats: Box<[Aligned<Seat>]>,
    /// The first panic of a round.
    panic: Mutex<Option<Payload>>,
    stop: AtomicBool,
    /// Whether there are fewer cores than threads: to spin would then keep another from working.
    crowded: bool,
}

// SAFETY: `job`, the only part that is not `Sync` by itself, is written by the caller while no
// part of a round is claimed and unfinished, and read only by who holds such a part.
unsafe impl Sync for Shared {}

/// Alone on its cache lines (two, as CPUs fetch them in pairs), so that a thread that looks at one
/// is not slowed by who writes another.
#[repr(align(128))]
struct Aligned<T>(T);

#[derive(Default)]
struct Seat {
    /// The latest round whose part was claimed, by the worker or by the caller.
    claimed: AtomicUsize,
    /// Whether the worker sleeps or is about to.
    asleep: AtomicBool,
}

impl Team {
    /// A team of `threads`, the caller included. Where the system refuses a thread the team is
    /// smaller.
    pub(crate) fn new(threads: usize) -> Self {
        let seats = threads.saturating_sub(1);
        let cores = thread::available_parallelism();
        let shared = Arc::new(Shared {
            round: Aligned(AtomicUsize::new(0)),
            done: Aligned(AtomicUsize::new(0)),
            job: UnsafeCell::new(None),
            seats: (0..seats).map(|_| Aligned(Seat::default())).collect(),
            panic: Mutex::new(None),
            stop: AtomicBool::new(false),
            crowded: cores.is_ok_and(|cores| cores.get() < threads),
        });
        let spawn = |seat: usize| {
            let shared = Arc::clone(&shared);
            let work = move || shared.work(seat);
            let handle = thread::Builder::new()
                .name(format!("product-{}", seat + 1))
                .spawn(work)
                .ok()?;
            Some(Worker {
                thread: handle.thread().clone(),
                handle: Some(handle),
            })
        };
        let workers = (0..seats).map_while(spawn).collect();
        Self {
            shared,
            workers,
            busy: AtomicBool::new(false),
        }
    }

    /// Number of threads, the caller included.
    pub(crate) fn threads(&self) -> usize {
        self.workers.len() + 1
    }

    /// Calls `job` once for each part from 0 to [`threads`](Self::threads), side by side; returns
    /// when all are done. While another round is on, all parts are done by the caller.
    ///
    /// # Panics
    /// If `job` does, with its payload, after every part has ended.
    pub(crate) fn run(&self, job: Job<'_>) {
        if self.busy.swap(true, Ordering::Acquire) {
            (0..self.threads()).for_each(job);
            return;
        }
        let panic = self.round(job);
        self.busy.store(false, Ordering::Release);
        if let Some(payload) = panic {
            resume_unwind(payload);
        }
    }

    /// Calls `f` for consecutive pieces of `data`, of whole units of `unit` elements, side by side,
    /// each with the number of its first unit.
    pub(crate) fn split<T: Send>(
        &self,
        data: &mut [T],
        unit: usize,
        f: impl Fn(usize, &mut [T]) + Sync,
    ) {
        let pieces = Pieces::new(0..data.len() / unit, self.threads());
        let start = Elements(data.as_mut_ptr());
        self.run(&|part| {
            let piece = pieces.nth(part);
            let first = start.nth(piece.start * unit);
            // SAFETY: `data` is borrowed mutably until `run` returns, and the pieces are disjoint
            // parts of it.
            let elements = unsafe { slice::from_raw_parts_mut(first, piece.len() * unit) };
            f(piece.start, elements);
        });
    }

    /// One round; `busy` is ours.
    fn round(&self, job: Job<'_>) -> Option<Payload> {
        let shared = &*self.shared;
        // SAFETY: only the lifetime changes. The pointer is used by who claimed a part of this
        // round, and all parts are finished before this function returns; it does not unwind in
        // between, since every call of the job is caught.
        let endless = unsafe { std::mem::transmute::<Job<'_>, Job<'static>>(job) };
        // SAFETY: every part of the round before is finished, so nobody reads.
        unsafe { *shared.job.get() = Some(endless) };
        shared.done.0.store(0, Ordering::Relaxed);
        let round = shared.round.0.load(Ordering::Relaxed).wrapping_add(1);
        // Sequentially consistent with the worker's `asleep`: either it sees the round, or we see
        // that it sleeps.
        shared.round.0.store(round, Ordering::SeqCst);
        for (worker, Aligned(seat)) in self.workers.iter().zip(&shared.seats) {
            if seat.asleep.load(Ordering::SeqCst) {
                worker.thread.unpark();
            }
        }
        shared.call(job, 0);
        for seat in 0..self.workers.len() {
            shared.call_if_free(seat, round);
        }
        let mut looks = 0;
        while shared.done.0.load(Ordering::Acquire) < self.workers.len() {
            looks += 1;
            if looks < 10_000 && !shared.crowded {
                std::hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
        // SAFETY: every part is finished.
        unsafe { *shared.job.get() = None };
        let mut panic = shared.panic.lock().unwrap_or_else(PoisonError::into_inner);
        panic.take()
    }
}

/// Where elements begin that threads divide among themselves.
struct Elements<T>(*mut T);

// SAFETY: each thread makes a mutable slice of its own elements, so they are sent to it.
unsafe impl<T: Send> Sync for Elements<T> {}

impl<T> Elements<T> {
    fn nth(&self, index: usize) -> *mut T {
        self.0.wrapping_add(index)
    }
}

impl Shared {
    /// A worker's life.
    fn work(&self, seat: usize) {
        let mut seen = 0;
        while let Some(round) = self.next_round(seat, seen) {
            seen = round;
            self.call_if_free(seat, round);
        }
    }

    /// Waits for a round other than `seen`; none when the team ends.
    fn next_round(&self, seat: usize, seen: usize) -> Option<usize> {
        let spin = if self.crowded { Duration::ZERO } else { SPIN };
        let asleep = &self.seats[seat].0.asleep;
        let start = Instant::now();
        loop {
            // Some looks between two looks at the clock.
            for _ in 0..64 {
                if self.stop.load(Ordering::Relaxed) {
                    return None;
                }
                let round = self.round.0.load(Ordering::Acquire);
                if round != seen {
                    return Some(round);
                }
                std::hint::spin_loop();
            }
            let idle = start.elapsed();
            if idle > spin + YIELD {
                asleep.store(true, Ordering::SeqCst);
                // Looked at once more after saying so: who starts a round now sees it and wakes us.
                if self.round.0.load(Ordering::SeqCst) == seen && !self.stop.load(Ordering::SeqCst)
                {
                    thread::park();
                }
                asleep.store(false, Ordering::Relaxed);
            } else if idle > spin {
                thread::yield_now();
            }
        }
    }

    /// Does the part of `seat` unless somebody has begun it.
    fn call_if_free(&self, seat: usize, round: usize) {
        let claimed = &self.seats[seat].0.claimed;
        let before = round.wrapping_sub(1);
        // Fails for a round that is over, since the part was claimed in it and every later one.
        let claim = claimed.compare_exchange(before, round, Ordering::AcqRel, Ordering::Relaxed);
        if claim.is_err() {
            return;
        }
        // SAFETY: the part is claimed and unfinished, so the caller waits and does not write.
        if let Some(job) = unsafe { *self.job.get() } {
            self.call(job, seat + 1);
        }
        self.done.0.fetch_add(1, Ordering::Release);
    }

    /// Calls the job, and keeps its panic for the caller.
    fn call(&self, job: Job<'_>, part: usize) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| job(part))) {
            let mut panic = self.panic.lock().unwrap_or_else(PoisonError::into_inner);
            panic.get_or_insert(payload);
        }
    }
}

impl Drop for Team {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        for worker in &mut self.workers {
            worker.thread.unpark();
            if let Some(handle) = worker.handle.take() {
                // A worker catches the panics of jobs; there is nothing else to report.
                let _ = handle.join();
            }
        }
    }
}

impl fmt::Debug for Team {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Team")
            .field("threads", &self.threads())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_every_round_is_done_once() {
        for threads in [1, 2, 3, 8] {
            let team = Team::new(threads);
            let counts: Vec<AtomicUsize> = (0..threads).map(|_| AtomicUsize::new(0)).collect();
            for round in 1..=2000 {
                team.run(&|part| {
                    counts[part].fetch_add(1, Ordering::Relaxed);
                });
                for count in &counts {
                    assert_eq!(count.load(Ordering::Relaxed), round);
                }
            }
        }
    }

    #[test]
    fn units_are_divided_whole() {
        let team = Team::new(3);
        for units in [0, 1, 2, 7] {
            let mut data = vec![0; units * 5 + 4];
            team.split(&mut data, 5, |first, piece| {
                assert_eq!(piece.len() % 5, 0);
                for (i, unit) in piece.chunks_mut(5).enumerate() {
                    unit.fill(first + i + 1);
                }
            });
            for (i, x) in data.iter().enumerate() {
                assert_eq!(*x, if i / 5 < units { i / 5 + 1 } else { 0 });
            }
        }
    }

    #[test]
    fn a_team_that_slept_is_woken() {
        let team = Team::new(3);
        for _ in 0..3 {
            thread::sleep(SPIN + 5 * YIELD);
            let count = AtomicUsize::new(0);
            team.run(&|_| {
                count.fetch_add(1, Ordering::Relaxed);
            });
            assert_eq!(count.load(Ordering::Relaxed), 3);
        }
    }

    #[test]
    fn a_panic_reaches_the_caller_and_the_team_goes_on() {
        let team = Team::new(3);
        for bad in 0..3 {
            let ended = AtomicUsize::new(0);
            let result = catch_unwind(AssertUnwindSafe(|| {
                team.run(&|part| {
                    assert!(part != bad, "part {part}");
                    ended.fetch_add(1, Ordering::Relaxed);
                });
            }));
            let payload = result.expect_err("one part panics");
            let message = payload.downcast_ref::<String>();
            assert_eq!(message, Some(&format!("part {bad}")));
            assert_eq!(ended.load(Ordering::Relaxed), 2);
        }
    }

    #[test]
    fn rounds_within_rounds_and_side_by_side_end() {
        let team = Team::new(2);
        let count = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..500 {
                        team.run(&|_| {
                            team.run(&|_| {
                                count.fetch_add(1, Ordering::Relaxed);
                            });
                        });
                    }
                });
            }
        });
        assert_eq!(count.load(Ordering::Relaxed), 2 * 500 * 2 * 2);
    }
}
