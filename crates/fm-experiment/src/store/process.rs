//! Which processes work in a store: one small file for each, written again every half minute.
//!
//! These files are for people. Nothing waits for them, and no record depends on them.

use std::fs;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::Store;
use super::files::{json_files, read_bytes, write_whole};
use crate::error::ExperimentError;
use crate::job::Slice;
use crate::json::{from_json, to_json};

const PROCESSES: &str = "processes";
/// Time between two signs of life.
const BEAT: Duration = Duration::from_secs(30);
/// A process without a sign for so long is taken as ended. Network file systems may show a file of
/// another machine a minute late.
const LOST_AFTER_SECS: u64 = 180;

/// A process that trains cells of a store, or that failed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Name of its machine.
    pub host: String,
    /// Its number there.
    pub pid: u32,
    /// Its share of the jobs; `None` for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<Slice>,
    /// The task of a scheduler that it is, such as `12_3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<String>,
    /// Where its output goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<PathBuf>,
    /// Its last sign of life, in seconds since 1970.
    pub seen_at: u64,
    /// Why it ended without finishing its share; `None` while it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// What a process does, as far as its file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProcessState {
    /// It gave a sign of life within the last three minutes.
    Running,
    /// It gave none, and did not say that it ended: it was killed, or its machine is lost.
    Lost,
    /// It said why it could not finish.
    Failed,
}

impl Process {
    /// This process.
    pub fn this(slice: Option<Slice>) -> Self {
        Self {
            host: host(),
            pid: std::process::id(),
            slice,
            seen_at: now(),
            ..Self::default()
        }
    }

    /// What it does.
    pub fn state(&self) -> ProcessState {
        match self.failed {
            Some(_) => ProcessState::Failed,
            None if self.silent_secs() > LOST_AFTER_SECS => ProcessState::Lost,
            None => ProcessState::Running,
        }
    }

    /// Seconds since its last sign of life, by the clock of this machine.
    pub fn silent_secs(&self) -> u64 {
        now().saturating_sub(self.seen_at)
    }
}

impl Store {
    /// Runs `work`, and keeps a file in the store that tells other machines about this process.
    /// Errors in writing that file are ignored: it is for information only.
    pub fn announced<T>(&self, mut process: Process, work: impl FnOnce() -> T) -> T {
        let Process { host, pid, .. } = &process;
        // Processes of a container may have equal numbers, and so may restarts.
        let name = format!("{host}-{pid}-{}.json", process.seen_at);
        let path = self.path.join(PROCESSES).join(name);
        let (working, ended) = channel::<()>();
        let beat = move || {
            loop {
                process.seen_at = now();
                let _ = write_whole(&path, &to_json(&process));
                if ended.recv_timeout(BEAT) != Err(RecvTimeoutError::Timeout) {
                    let _ = fs::remove_file(&path);
                    break;
                }
            }
        };
        thread::scope(|scope| {
            scope.spawn(beat);
            // Dropped at the end, also after a panic.
            let _working = working;
            work()
        })
    }

    /// Keeps why a process could not finish its share, in place of an earlier failure of the same
    /// share.
    pub fn keep_failure(&self, process: &Process) -> Result<(), ExperimentError> {
        write_whole(&self.failure_path(process.slice), &to_json(process))
    }

    /// Removes the failure of a share that is finished.
    pub fn forget_failure(&self, slice: Option<Slice>) {
        let _ = fs::remove_file(self.failure_path(slice));
    }

    /// Removes what processes left that failed or were lost, so that it is not shown beside those
    /// that are started anew.
    pub fn forget_ended(&self) -> Result<(), ExperimentError> {
        for (path, process) in self.process_files()? {
            if process.state() != ProcessState::Running {
                let _ = fs::remove_file(path);
            }
        }
        Ok(())
    }

    fn failure_path(&self, slice: Option<Slice>) -> PathBuf {
        let name = match slice {
            Some(Slice { index, count }) => format!("failed-{index}-of-{count}.json"),
            None => "failed.json".to_owned(),
        };
        self.path.join(PROCESSES).join(name)
    }

    /// The processes that run in this store, and those that failed or were lost.
    pub fn processes(&self) -> Result<Vec<Process>, ExperimentError> {
        let files = self.process_files()?.into_iter();
        let mut processes: Vec<_> = files.map(|(_, process)| process).collect();
        let running = processes.iter();
        let running = running.filter(|process| process.state() == ProcessState::Running);
        let running: Vec<Option<Slice>> = running.map(|process| process.slice).collect();
        // A share that runs again is not lost.
        processes.retain(|p| p.state() != ProcessState::Lost || !running.contains(&p.slice));
        processes.sort_by_cached_key(|process| {
            let slice = process.slice.map(|slice| (slice.count, slice.index));
            (slice, process.host.clone(), process.pid)
        });
        Ok(processes)
    }

    fn process_files(&self) -> Result<Vec<(PathBuf, Process)>, ExperimentError> {
        let mut found = Vec::new();
        for path in json_files(&self.path.join(PROCESSES))? {
            // A file may be removed or half written meanwhile.
            let bytes = read_bytes(&path)?.unwrap_or_default();
            found.extend(from_json(&bytes).ok().map(|process| (path, process)));
        }
        Ok(found)
    }
}

/// Seconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs())
}

/// The name of this machine, without its domain.
fn host() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = name.or_else(|| std::env::var("HOSTNAME").ok());
    let name = name.unwrap_or_default();
    // It is part of a file's name.
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
    let short = name.trim().chars().take_while(|&c| c != '.').filter(plain);
    match short.collect::<String>() {
        none if none.is_empty() => "unknown".to_owned(),
        short => short,
    }
}
