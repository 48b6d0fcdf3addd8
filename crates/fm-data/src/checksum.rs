//! SHA-256 and MD5 of bytes, of files, and of a file while it is read.

use std::io::{self, BufRead, Cursor, Read};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

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

/// Lower-case hex of the checksum of all that `input` has.
pub(crate) fn digest<D: Digest>(input: impl Read + Send) -> io::Result<String> {
    let (read, digest) = hashed::<D, _>(input, |mut input| io::copy(&mut input, &mut io::sink()));
    read.map(|_| digest)
}

/// What `read` makes of `input`, and the checksum of the bytes if `read` goes on to their end. They
/// are read and hashed on a thread of their own, ahead of `read`.
pub(crate) fn hashed<D: Digest, T>(
    mut input: impl Read + Send,
    read: impl FnOnce(Chunks) -> T,
) -> (T, String) {
    /// Chunks on their way, and their bytes: few and short, so that memory is reused and not
    /// returned to the system each time.
    const AHEAD: usize = 2;
    const CHUNK: usize = 64 * 1024;
    let (to_reader, chunks) = sync_channel(AHEAD);
    thread::scope(|scope| {
        let hash = scope.spawn(move || {
            let mut hasher = D::new();
            loop {
                let mut chunk = Vec::with_capacity(CHUNK);
                let mut next = input.by_ref().take(CHUNK as u64);
                let read = next.read_to_end(&mut chunk);
                hasher.update(&chunk);
                let is_last = chunk.is_empty() || read.is_err();
                // The receiver is gone if `read` ended early.
                if to_reader.send(read.map(|_| chunk)).is_err() || is_last {
                    return hex(&hasher.finalize());
                }
            }
        });
        let current = Cursor::default();
        let value = read(Chunks { chunks, current });
        // No checksum equals an empty one.
        (value, hash.join().unwrap_or_default())
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
