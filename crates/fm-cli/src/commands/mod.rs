//! One file per command.

pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod data;
pub(crate) mod doctor;
pub(crate) mod evaluate;
pub(crate) mod experiment;
pub(crate) mod inspect;
pub(crate) mod plan;
pub(crate) mod predict;
pub(crate) mod protocol;
pub(crate) mod report;
pub(crate) mod status;
pub(crate) mod train;
