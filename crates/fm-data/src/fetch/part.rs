//! A file on its way: bytes gather under a name of their own, and get the final name only
//! when they have passed.

use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::FetchError;
use super::error::disk;

/// An unfinished file. Dropped, it stays for the next fetch to go on from, unless it is empty
/// or nobody else could know its name.
#[derive(Debug)]
pub(super) struct PartFile {
    path: PathBuf,
    file: File,
    length: u64,
    position: u64,
    keep: bool,
}

impl PartFile {
    /// Opens or makes the unfinished file at `path`, at the end of what an earlier fetch left in
    /// it. `keep` says whether to leave it when this fetch does not finish it.
    pub(super) fn open(path: PathBuf, keep: bool) -> Result<Self, FetchError> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(disk("make", &path))?;
        let length = file
            .seek(SeekFrom::End(0))
            .map_err(disk("find the end of", &path))?;
        let position = length;
        Ok(Self {
            path,
            file,
            length,
            position,
            keep,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that are there.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Where the next bytes go.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The next bytes go to `position`, over what is there: a source that cannot go on in the
    /// middle brings the same bytes again, and if it breaks off early the others are still here.
    pub(super) fn go_to(&mut self, position: u64) -> Result<(), FetchError> {
        self.file
            .seek(SeekFrom::Start(position))
            .map_err(disk("write to", &self.path))?;
        self.position = position;
        Ok(())
    }

    /// Starts over from nothing.
    pub(super) fn clear(&mut self) -> Result<(), FetchError> {
        self.file.set_len(0).map_err(disk("empty", &self.path))?;
        self.length = 0;
        self.go_to(0)
    }

    /// Puts `bytes` where the last ones ended.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        self.file
            .write_all(bytes)
            .map_err(disk("write to", &self.path))?;
        self.position += bytes.len() as u64;
        self.length = self.length.max(self.position);
        Ok(())
    }

    /// Takes the file away, whatever is in it.
    pub(super) fn discard(mut self) {
        self.keep = false;
    }

    /// Gives the file, which has passed its checks, the name `target`, in place of what has it.
    /// The bytes are on the disk before the name is.
    pub(super) fn finish(mut self, target: &Path) -> Result<(), FetchError> {
        self.file.sync_all().map_err(disk("write to", &self.path))?;
        fs::rename(&self.path, target).map_err(disk("rename an unfinished file to", target))?;
        self.path.clear();
        sync_folder(target);
        Ok(())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // An empty path means that the file has its final name.
        let finished = self.path.as_os_str().is_empty();
        if !finished && (self.length == 0 || !self.keep) {
            // Nothing is lost if this fails: the next fetch finds it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Asks the system to put the new name itself on the disk. Not every system can; the file is
/// whole either way.
fn sync_folder(target: &Path) {
    if cfg!(unix)
        && let Some(folder) = target.parent()
        && let Ok(folder) = File::open(folder)
    {
        let _ = folder.sync_all();
    }
}
