//! One file per command.

pub(crate) mod data;
pub(crate) mod doctor;
pub(crate) mod experiment;
pub(crate) mod protocol;
pub(crate) mod report;
