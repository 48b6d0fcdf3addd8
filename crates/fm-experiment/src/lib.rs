//! Protocols, paired runs over seeds, statistics and reports.

pub mod stats;
