//! All tests of the crate, in one binary.

mod class_pairs;
mod coverage;
mod crossed;
mod fixtures;
mod laws;
mod planning;
mod pooling;
mod refusals;
mod scipy;
mod simulated_pairs;
mod simulation;
mod verdicts;
