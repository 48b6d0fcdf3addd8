//! Tests of the crate's public interface.

mod dataset;
mod folder;
mod idx_errors;
mod idx_numpy;
mod idx_roundtrip;
mod splits;
