//! Tests of the crate's public interface.

mod dataset;
#[cfg(feature = "fetch")]
mod fetch;
mod file;
mod folder;
mod idx_errors;
mod idx_gzip;
mod idx_numpy;
mod idx_roundtrip;
mod open;
#[cfg(feature = "picture")]
mod pack;
#[cfg(feature = "picture")]
mod picture;
mod report;
mod splits;
