//! Checksums, and computing two things at the same time.

use std::fs::File;
use std::io::{self, BufRead, Cursor, Read};
use std::panic::resume_unwind;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::thread::{self, Builder};

use sha2::{Digest, Sha256};

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

/// Lower-case hex of the checksum of all that `file` has.
#[cfg(feature = "fetch")]
pub(crate) fn digest<D: Digest>(file: &File) -> io::Result<String> {
    let (read, digest) = hashed::<D, _>(file, |mut chunks| io::copy(&mut chunks, &mut io::sink()));
    read.map(|_| digest)
}

/// What `read` makes of `file`, and the checksum of the bytes if `read` goes on to their end. They
/// are read and hashed on a thread of their own, ahead of `read`, or before it if the system refuses
/// to start one.
pub(crate) fn hashed<D: Digest, T>(file: &File, read: impl FnOnce(Chunks) -> T) -> (T, String) {
    /// Chunks on their way, and their bytes: few and short, so that memory is reused and not
    /// returned to the system each time.
    const AHEAD: usize = 2;
    const CHUNK: usize = 64 * 1024;
    let hash = |send: &dyn Fn(io::Result<Vec<u8>>) -> bool| {
        let mut hasher = D::new();
        loop {
            let mut chunk = Vec::with_capacity(CHUNK);
            let read = file.take(CHUNK as u64).read_to_end(&mut chunk);
            hasher.update(&chunk);
            let is_last = chunk.is_empty() || read.is_err();
            // The receiver is gone if `read` ended early.
            if !send(read.map(|_| chunk)) || is_last {
                return hex(&hasher.finalize());
            }
        }
    };
    let current = Cursor::default();
    let (sender, chunks) = sync_channel(AHEAD);
    thread::scope(|scope| {
        let ahead = move || hash(&|chunk| sender.send(chunk).is_ok());
        match Builder::new().spawn_scoped(scope, ahead) {
            Ok(thread) => {
                let value = read(Chunks { chunks, current });
                // No checksum equals an empty one.
                (value, thread.join().unwrap_or_default())
            }
            Err(_) => {
                let (sender, chunks) = channel();
                let digest = hash(&|chunk| sender.send(chunk).is_ok());
                drop(sender);
                (read(Chunks { chunks, current }), digest)
            }
        }
    })
}

/// Bytes that another thread reads.
pub(crate) struct Chunks {
    chunks: Receiver<io::Result<Vec<u8>>>,
    current: Cursor<Vec<u8>>,
}

impl BufRead for Chunks {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.current.fill_buf()?.is_empty() {
            // After the last chunk the sender is gone: the end of the input.
            let next = self.chunks.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
            self.current = Cursor::new(next);
        }
        self.current.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.current.consume(n);
    }
}

impl Read for Chunks {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
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
