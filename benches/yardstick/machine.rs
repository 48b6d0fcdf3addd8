//! [`Machine`]: what the figures of a run were measured on.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::{fs, thread};

use fm_nn::{Level, doctor};
use serde::{Deserialize, Serialize};

/// The processor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    /// Its name.
    pub(crate) name: String,
    /// The widest vectors that it has.
    pub(crate) level: String,
    /// Cores that this run could use.
    pub(crate) cores: usize,
    /// Sizes of the data caches of a core in KiB, `L1`, `L2`, …; empty where the system does not
    /// tell, as outside Linux.
    pub(crate) caches_kib: BTreeMap<String, u32>,
}

impl Machine {
    pub(crate) fn this() -> Self {
        let folder = Path::new("/sys/devices/system/cpu/cpu0/cache");
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        Self {
            name: doctor::cpu_name(),
            level: Level::detect().to_string(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            caches_kib: entries.filter_map(|entry| cache(&entry.path())).collect(),
        }
    }
}

/// Name and KiB of one of Linux' caches, unless it is one of instructions.
fn cache(folder: &Path) -> Option<(String, u32)> {
    let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
    if read("type")?.trim() == "Instruction" {
        return None;
    }
    let kib = read("size")?.trim().strip_suffix('K')?.parse().ok()?;
    Some((format!("L{}", read("level")?.trim()), kib))
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {} cores", self.name, self.level, self.cores)?;
        for (name, kib) in &self.caches_kib {
            write!(f, ", {name} {kib} KiB")?;
        }
        f.write_str(")")
    }
}
