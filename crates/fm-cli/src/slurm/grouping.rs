//! How many tasks the missing jobs are cut into, so that a task takes minutes.

use std::collections::BTreeSet;

use fm_experiment::{Progress, Slice};
use fm_report::counted;

/// Seconds of a job where none was timed yet.
const UNTIMED_JOB_SECS: f64 = 10.0;

/// The cut of missing jobs into shares.
pub(super) struct Grouping {
    /// Number of shares, of which some may have no job.
    pub(super) slices: u64,
    /// Those that have jobs, ascending.
    pub(super) shares: Vec<u64>,
    /// What will be computed, and what it costs.
    pub(super) says: String,
}

impl Grouping {
    /// Shares of `minutes` each on `cores` cores.
    pub(super) fn of(progress: &Progress, minutes: u64, cores: u64) -> Self {
        let jobs = progress.jobs.len();
        let core_secs = progress.thread_secs();
        let core_secs = core_secs.unwrap_or(UNTIMED_JOB_SECS * jobs as f64);
        let slices = slices(core_secs, jobs as u64, minutes, cores);
        let shares = progress.jobs.keys();
        let shares = shares.map(|source| Slice::of(source, slices).index);
        let shares: BTreeSet<u64> = shares.collect();
        let basis = match progress.timed {
            0 => "if a job takes 10 s; none was timed here yet".to_owned(),
            timed => format!("as fast as the {} timed here", counted(timed, "job")),
        };
        let says = format!(
            "{} in {}, cut into {}: about {:.2} core hours, {basis}.",
            counted(progress.missing, "missing cell"),
            counted(jobs, "job"),
            counted(shares.len(), "task"),
            core_secs / 3600.0
        );
        Self {
            slices,
            shares: shares.into_iter().collect(),
            says,
        }
    }
}

/// At least one, and no more than there are jobs.
fn slices(core_secs: f64, jobs: u64, minutes: u64, cores: u64) -> u64 {
    let task_secs = (60 * minutes * cores) as f64;
    ((core_secs / task_secs).ceil() as u64).clamp(1, jobs.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_takes_the_minutes_asked_for() {
        // 100 hours in tasks of 10 minutes on one core, and on four.
        assert_eq!(slices(360_000.0, 5_000, 10, 1), 600);
        assert_eq!(slices(360_000.0, 5_000, 10, 4), 150);
        // A small sweep is one task; a long job cannot be cut.
        assert_eq!(slices(30.0, 200, 10, 1), 1);
        assert_eq!(slices(360_000.0, 45, 10, 1), 45);
        assert_eq!(slices(0.0, 0, 10, 1), 1);
    }
}
