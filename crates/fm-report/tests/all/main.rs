//! Documents and their four renderers.

mod csv_files;
mod curves;
mod escaping;
mod numbers;
mod page;
mod pictures;
mod planning;
mod reports;
mod sentences;
mod small;
mod snapshots;
mod stores;
mod tuned;
mod widths;
