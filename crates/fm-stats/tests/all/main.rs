//! All tests of the crate, in one binary.

mod coverage;
mod crossed;
mod fixtures;
mod laws;
mod planning;
mod pooling;
mod refusals;
mod scipy;
mod simulation;
mod verdicts;
