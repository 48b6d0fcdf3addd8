//! What a store remembers beside its cells: what was asked, and how long jobs took.

use std::fs::File;
use std::io::Write;

use serde::{Deserialize, Serialize};

use super::Store;
use super::files::{entries, json_files, make_parent, read_as, read_bytes, write_whole};
use super::process::now;
use crate::error::{ExperimentError, io_error};
use crate::json::{from_json, to_json};
use crate::key::Key;
use crate::request::Request;

const REQUESTS: &str = "requests";
const TIMINGS: &str = "timings";

/// What was asked of a store, when and with what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// The request.
    pub request: Request,
    /// Seconds since 1970 at which it was last asked.
    pub asked_at: u64,
    /// Where and with what.
    pub made_with: MadeWith,
}

/// Where and with what results were made; for people, never compared. What a file does not have is
/// empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MadeWith {
    /// Version of this program.
    pub version: String,
    /// The processor's name.
    pub cpu: String,
    /// The kernel of the backend.
    pub kernel: String,
    /// The options of a command line that say which data are used.
    pub data: Vec<String>,
}

/// What a job took.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Timing {
    /// The key of the job's source network.
    pub(crate) job: String,
    pub(crate) cells: usize,
    /// Their [work](crate::Job::work).
    pub(crate) work: u64,
    pub(crate) wall_secs: f64,
    /// Jobs that this process ran at the same time.
    pub(crate) jobs: usize,
}

impl Store {
    /// Keeps what is asked, in place of the same asked before.
    pub(crate) fn ask(&self, request: &Request, with: &MadeWith) -> Result<(), ExperimentError> {
        let key = Key::of(&to_json(request));
        let path = self.path.join(format!("{REQUESTS}/{}.json", key.short()));
        let asked = Asked {
            request: request.clone(),
            asked_at: now(),
            made_with: with.clone(),
        };
        write_whole(&path, &to_json(&asked))
    }

    /// What was asked of this store, the latest first.
    pub fn asked(&self) -> Result<Vec<Asked>, ExperimentError> {
        let mut all: Vec<Asked> = Vec::new();
        for path in json_files(&self.path.join(REQUESTS))? {
            all.extend(read_as(&path, from_json)?);
        }
        // Equal times are told apart by what was asked, so that the order is the same everywhere.
        all.sort_by_key(|asked| (std::cmp::Reverse(asked.asked_at), to_json(&asked.request)));
        Ok(all)
    }

    pub(crate) fn keep_timing(&self, file: &str, timing: &Timing) -> Result<(), ExperimentError> {
        let path = self.path.join(TIMINGS).join(file);
        make_parent(&path)?;
        let mut line = serde_json::to_vec(timing).expect("a timing is plain data");
        line.push(b'\n');
        let file = File::options().create(true).append(true).open(&path);
        let written = file.and_then(|mut file| file.write_all(&line));
        written.map_err(io_error("write", &path))
    }

    /// The timings of all processes; a line that was cut off is left out.
    pub(crate) fn timings(&self) -> Result<Vec<Timing>, ExperimentError> {
        let mut timings = Vec::new();
        for path in entries(&self.path.join(TIMINGS))? {
            let text = read_bytes(&path)?.unwrap_or_default();
            let lines = text.split(|&byte| byte == b'\n');
            timings.extend(lines.filter_map(|line| from_json(line).ok()));
        }
        Ok(timings)
    }
}
