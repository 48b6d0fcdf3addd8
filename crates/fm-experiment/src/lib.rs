//! Protocols, paired runs over seeds, statistics and reports.

pub mod protocol;
pub mod stats;
