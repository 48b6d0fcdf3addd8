//! Checksums of bytes and files, and computing two things at the same time.

use std::fs::File;
use std::io::{self, Read};
use std::panic::resume_unwind;
use std::path::Path;
use std::thread::{self, Builder};

use sha2::{Digest, Sha256};

use crate::idx::READ_BYTES;

/// Lower-case hex of the SHA-256 of `bytes`, as checksums of files are written everywhere here.
///
/// ```
/// // `printf abc | sha256sum`, which is also the example of the standard (FIPS 180-2).
/// let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
/// assert_eq!(fm_data::sha256(b"abc"), abc);
/// ```
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Lower-case hex of the checksum of a file.
pub(crate) fn of_file<D: Digest>(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = D::new();
    let mut bytes = Vec::with_capacity(READ_BYTES);
    while file
        .by_ref()
        .take(READ_BYTES as u64)
        .read_to_end(&mut bytes)?
        > 0
    {
        hasher.update(&bytes);
        bytes.clear();
    }
    Ok(hex(&hasher.finalize()))
}

/// What `one` and `other` give. `other` runs on a thread of its own, or afterwards if the system
/// refuses to start one.
pub(crate) fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl Fn() -> B + Sync) -> (A, B) {
    thread::scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, &other);
        let one = one();
        let other = match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => other(),
        };
        (one, other)
    })
}
