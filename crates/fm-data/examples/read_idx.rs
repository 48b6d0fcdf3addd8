//! What is in an IDX file, plain or gzip: its type, its shape, and what it begins with.
//!
//! `cargo run -p fm-data --example read_idx -- FILE`; without one, a file is made to be read.
#![allow(clippy::print_stdout, reason = "what a person reads is its output")]

use std::path::Path;

use fm_data::idx::{self, Encoding};
use ndarray::array;

fn main() -> Result<(), idx::IdxError> {
    if let Some(path) = std::env::args_os().nth(1) {
        return describe(Path::new(&path));
    }
    let path = std::env::temp_dir().join(format!("read_idx-{}.idx.gz", std::process::id()));
    let images = array![[[0u8, 128], [255, 3]], [[1, 2], [3, 4]]];
    idx::save(&images, &path, Encoding::Gzip)?;
    let described = describe(&path);
    // It was ours alone, and the answer is what counts.
    let _ = std::fs::remove_file(&path);
    described
}

fn describe(path: &Path) -> Result<(), idx::IdxError> {
    // Of any type; `idx::open::<u8>(path)` insists on bytes and gives an `ArrayD<u8>`.
    let array = idx::open_any(path)?;
    let (path, values) = (path.display(), array.values());
    println!("{path}: {}", array.header);
    let n = values.len();
    let first: Vec<f64> = values.take(8).collect();
    println!("the first of {n} elements: {first:?}");
    Ok(())
}

#[test]
fn runs() {
    let folder = std::env::temp_dir();
    let path = folder.join(format!("read_idx-test-{}.idx", std::process::id()));
    idx::save(&array![1i16, -2], &path, Encoding::Plain).unwrap();
    assert!(describe(&path).is_ok());
    std::fs::write(&path, "no IDX").unwrap();
    assert!(describe(&path).is_err());
    std::fs::remove_file(&path).unwrap();
}
