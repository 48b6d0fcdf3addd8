//! What a folder has: which files are right, wrong or missing. Reads only.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::disk;
use super::impostor::{IMPOSTORS, Impostor};
use super::inspect::inspect;
use super::{FetchError, Form, Reason};
use crate::published::{FILES, PublishedFile};

/// What a folder has of one published file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileState {
    /// A right copy.
    Right {
        /// Where.
        path: PathBuf,
        /// How it is stored.
        form: Form,
    },
    /// Something else under the file's name.
    Wrong {
        /// Where.
        path: PathBuf,
        /// What is wrong with it.
        reason: Reason,
    },
    /// Nothing.
    Missing {
        /// Bytes of an unfinished fetch, which the next one goes on from.
        part_bytes: u64,
    },
}

/// One published file and what a folder has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileCheck {
    /// The file's name without `.gz`.
    pub name: &'static str,
    /// What is there.
    pub state: FileState,
}

/// What [`check`] found.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckReport {
    /// The folder.
    pub folder: PathBuf,
    /// One entry for each file asked for, in that order.
    pub files: Vec<FileCheck>,
}

impl CheckReport {
    /// Whether a right copy of every file is there.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.files
            .iter()
            .all(|file| matches!(file.state, FileState::Right { .. }))
    }
}

impl fmt::Display for CheckReport {
    /// One line for each file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, file) in self.files.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            match &file.state {
                FileState::Right {
                    path,
                    form: Form::Gz,
                } => {
                    write!(f, "right    {}", path.display())?;
                }
                FileState::Right {
                    path,
                    form: Form::Unzipped,
                } => {
                    write!(f, "right    {} (unzipped)", path.display())?;
                }
                FileState::Right {
                    path,
                    form: Form::Rezipped,
                } => {
                    write!(f, "right    {} (zipped anew)", path.display())?;
                }
                FileState::Wrong { path, reason } => {
                    write!(f, "wrong    {}: {reason}", path.display())?;
                }
                FileState::Missing { part_bytes: 0 } => write!(f, "missing  {}", file.name)?,
                FileState::Missing { part_bytes } => {
                    write!(f, "missing  {} ({part_bytes} bytes are kept)", file.name)?;
                }
            }
        }
        Ok(())
    }
}

/// Compares the folder's files with the published checksums; changes and fetches nothing.
///
/// A file counts under its name with or without `.gz`, with a dash or a dot before `idx`, and is
/// told by its content: zipped as published, unzipped, or zipped anew.
///
/// # Errors
///
/// [`FetchError::Filesystem`] where the folder or a file in it cannot be read. A folder that
/// is not there has no files, which is no error.
pub fn check(folder: impl AsRef<Path>) -> Result<CheckReport, FetchError> {
    check_for(folder.as_ref(), &FILES, &IMPOSTORS)
}

/// [`check`] for other files and other datasets that may pass for them.
///
/// # Errors
///
/// As [`check`].
pub fn check_for(
    folder: &Path,
    files: &[PublishedFile],
    impostors: &[Impostor],
) -> Result<CheckReport, FetchError> {
    let states = files.iter().map(|file| {
        let state = state_of(folder, file, impostors)?;
        Ok(FileCheck {
            name: file.name,
            state,
        })
    });
    Ok(CheckReport {
        folder: folder.to_owned(),
        files: states.collect::<Result<_, _>>()?,
    })
}

/// The names that a file may have: as published, unzipped, and both with a dot before `idx`,
/// as some tools unpack them.
pub(super) fn names(file: &PublishedFile) -> Vec<String> {
    let mut names = vec![zipped(file), file.name.to_owned()];
    let dotted = file.name.replace("-idx", ".idx");
    if dotted != file.name {
        names.extend([format!("{dotted}.gz"), dotted]);
    }
    names
}

/// The published name.
pub(super) fn zipped(file: &PublishedFile) -> String {
    format!("{}.gz", file.name)
}

/// The name of the unfinished file that becomes `name`.
pub(super) fn part_name(name: &str) -> String {
    format!("{name}.part")
}

/// A right copy under any of its names, or else the first wrong one.
pub(super) fn state_of(
    folder: &Path,
    file: &PublishedFile,
    impostors: &[Impostor],
) -> Result<FileState, FetchError> {
    let mut wrong = None;
    for name in names(file) {
        let path = folder.join(name);
        match inspect(&path, file, impostors) {
            Ok(Ok(form)) => return Ok(FileState::Right { path, form }),
            Ok(Err(reason)) => {
                wrong.get_or_insert(FileState::Wrong { path, reason });
            }
            Err(error) if is_absent(&error) => {}
            Err(error) => return Err(disk("read", &path)(error)),
        }
    }
    let part = folder.join(part_name(&zipped(file)));
    let part_bytes = fs::metadata(part).map_or(0, |meta| meta.len());
    Ok(wrong.unwrap_or(FileState::Missing { part_bytes }))
}

/// Whether the error only says that the file is not there.
pub(super) fn is_absent(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}
