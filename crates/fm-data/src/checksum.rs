//! SHA-256 and MD5 of bytes, and of what a reader passes on.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

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

/// Lower-case hex of the checksum of all that `input` has.
pub(crate) fn digest<D: Digest>(input: impl Read) -> io::Result<String> {
    let mut hashing = Hashing::<_, D>::new(input);
    let mut chunk = vec![0; crate::idx::READ_BYTES];
    while hashing.read(&mut chunk)? > 0 {}
    Ok(hashing.finish())
}

pub(crate) fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes what is read through it.
pub(crate) struct Hashing<R, D = Sha256> {
    inner: R,
    hasher: D,
}

impl<R: Read, D: Digest> Hashing<R, D> {
    pub(crate) fn new(inner: R) -> Self {
        let hasher = D::new();
        Self { inner, hasher }
    }

    /// Lower-case hex of the checksum of what was read.
    pub(crate) fn finish(self) -> String {
        hex(&self.hasher.finalize())
    }
}

impl<R: Read, D: Digest> Read for Hashing<R, D> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        // Short reads, so that the bytes are hashed while they are still in cache.
        let most = out.len().min(crate::idx::READ_BYTES);
        let n = loop {
            match self.inner.read(&mut out[..most]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.hasher.update(&out[..n]);
        Ok(n)
    }
}

/// What is read through it is read and hashed on a thread of its own, ahead of its reader.
pub(crate) struct HashingAhead {
    chunks: Receiver<io::Result<Vec<u8>>>,
    /// Used chunks on their way back.
    used: SyncSender<Vec<u8>>,
    chunk: Vec<u8>,
    at: usize,
}

impl HashingAhead {
    /// Starts the thread, whose result is that of [`Hashing::finish`]. It ends with the input, at
    /// an error, or soon after the reader is dropped. `None` if no thread can be started.
    pub(crate) fn spawn<'scope, R: Read + Send + 'scope>(
        scope: &'scope Scope<'scope, '_>,
        input: R,
    ) -> Option<(Self, ScopedJoinHandle<'scope, String>)> {
        /// Chunks on their way; the memory that this costs is this many times a chunk.
        const AHEAD: usize = 4;
        let (to_reader, chunks) = sync_channel(AHEAD);
        let (used, from_reader) = sync_channel::<Vec<u8>>(AHEAD + 1);
        let hash = move || {
            let mut hashing = Hashing::<_, Sha256>::new(input);
            loop {
                let mut chunk = from_reader.try_recv().unwrap_or_default();
                chunk.resize(crate::idx::READ_BYTES, 0);
                let read = hashing.read(&mut chunk);
                let last = !matches!(read, Ok(n) if n > 0);
                let read = read.map(|n| {
                    chunk.truncate(n);
                    chunk
                });
                if to_reader.send(read).is_err() || last {
                    return hashing.finish();
                }
            }
        };
        let thread = thread::Builder::new().spawn_scoped(scope, hash).ok()?;
        Some((
            Self {
                chunks,
                used,
                chunk: Vec::new(),
                at: 0,
            },
            thread,
        ))
    }
}

impl BufRead for HashingAhead {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.chunk.len() {
            // After the last chunk the sender is gone: the end of the input.
            let next = self.chunks.recv().unwrap_or_else(|_| Ok(Vec::new()))?;
            // The thread is gone once the input has ended.
            let _ = self.used.try_send(std::mem::replace(&mut self.chunk, next));
            self.at = 0;
        }
        Ok(&self.chunk[self.at..])
    }

    fn consume(&mut self, n: usize) {
        self.at += n;
    }
}

impl Read for HashingAhead {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}
