//! The tests of the crate, in one binary.

mod examples;
mod guards;
mod metrics;
mod phases;
mod resume;
mod schedules;
mod seeds;
mod settings;
mod support;
