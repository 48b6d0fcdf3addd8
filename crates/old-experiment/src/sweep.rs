//! What a killed process was writing, removed from a results folder; what is not this program's
//! stays.

use std::fs;
use std::io::ErrorKind::NotFound;
use std::path::{Path, PathBuf};

use crate::error::ExperimentError;
use crate::folder::io_error;
use crate::protocol::Varied;
use crate::report::{REPORT_FILES, TENSORBOARD_FILE};

/// The name that a file will have when it is whole: [`write_whole`](fm_nn::write_whole) adds
/// `.PROCESS-NUMBER.part` until then.
fn whole_name(name: &str) -> Option<&str> {
    let (whole, writer) = name.strip_suffix(".part")?.rsplit_once('.')?;
    let (process, number) = writer.split_once('-')?;
    (is_number(process) && is_number(number)).then_some(whole)
}

/// Whether a file is what a killed start left of a plan.
pub(crate) fn is_part_of_plan(name: &str) -> bool {
    whole_name(name) == Some("plan.json")
}

/// Files of the folder itself, but the report's.
const FILES: [&str; 4] = [
    "plan.json",
    "summary.json",
    "test-images.safetensors",
    "timings.json",
];

/// Removes what a killed process was writing: only names that this program writes, and only in
/// the folders that it makes.
pub(crate) fn sweep(folder: &Path) -> Result<(), ExperimentError> {
    sweep_below(folder, &[])
}

/// Sweeps the folder in `top` that the names `place` lead to.
fn sweep_below(top: &Path, place: &[&str]) -> Result<(), ExperimentError> {
    let folder = place
        .iter()
        .fold(top.to_owned(), |path, name| path.join(name));
    for path in entries(&folder)? {
        // This program's names are all UTF-8.
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
            continue;
        };
        let inside = [place, &[name]].concat();
        // Not what a link leads to.
        if path.is_dir() && !path.is_symlink() {
            if is_own_folder(&inside) {
                sweep_below(top, &inside)?;
            }
        } else if let Some(whole) = whole_name(name)
            && is_own_file(place, whole)
        {
            remove_if_there(&path)?;
        }
    }
    Ok(())
}

fn is_own_folder(place: &[&str]) -> bool {
    match place {
        ["runs" | "models" | "checkpoints" | "curves" | "report" | "tensorboard"] => true,
        ["curves", "samples" | "depth" | "pairs" | "vary"] => true,
        ["curves", "pairs", pair] => pair.split('-').all(is_number),
        ["curves", "vary", what] => Varied::ALL.iter().any(|varied| varied.name() == *what),
        ["tensorboard", run] | ["tensorboard", run, _] => *run == "mean" || is_seed(run),
        _ => false,
    }
}

fn is_own_file(place: &[&str], name: &str) -> bool {
    let of_seed = |end: &str| name.strip_suffix(end).is_some_and(is_seed);
    match place {
        [] => FILES.contains(&name) || REPORT_FILES.contains(&name),
        ["runs"] => of_seed(".json") || of_seed(".safetensors"),
        ["models"] => name.strip_suffix(".fmnn").is_some_and(|stem| {
            let number = stem
                .strip_prefix("seed-")
                .and_then(|rest| rest.split('-').next());
            number.is_some_and(is_number)
        }),
        ["checkpoints"] => of_seed(".ckpt") || of_seed("-shuffled.ckpt"),
        ["curves"] => name == "timings.json",
        ["curves", ..] => of_seed(".json"),
        ["report"] => REPORT_FILES
            .iter()
            .any(|file| file.strip_prefix("report/") == Some(name)),
        ["tensorboard", _, _] => name == TENSORBOARD_FILE,
        _ => false,
    }
}

/// `seed-0042`
fn is_seed(name: &str) -> bool {
    name.strip_prefix("seed-").is_some_and(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is in a folder; nothing where there is none.
pub(crate) fn entries(folder: &Path) -> Result<Vec<PathBuf>, ExperimentError> {
    let failed = |source| io_error("read", folder, source);
    match fs::read_dir(folder) {
        Err(error) if error.kind() == NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
            .collect(),
    }
}

pub(crate) fn remove_if_there(path: &Path) -> Result<(), ExperimentError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != NotFound => Err(io_error("remove", path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unfinished_files_of_this_program_go() {
        let folder = tempfile::tempdir().unwrap();
        let ours = [
            "summary.json.7-0.part",
            "report.html.7-0.part",
            "runs/seed-0001.safetensors.7-0.part",
            "models/seed-0001-transfer.fmnn.7-0.part",
            "checkpoints/seed-123456.ckpt.7-0.part",
            "checkpoints/seed-0001-shuffled.ckpt.7-0.part",
            "curves/timings.json.7-0.part",
            "curves/pairs/5-6/seed-0001.json.7-0.part",
            "curves/vary/init/seed-0001.json.7-0.part",
            "report/arms.csv.7-0.part",
            "tensorboard/seed-0001/source/events.out.tfevents.0.fm.7-0.part",
        ];
        let theirs = [
            "film.mkv.part",
            "film.mkv.7-0.part",
            "summary.json.part",
            "runs/notes.json.7-0.part",
            "runs/seed-0001.json",
            "report/mine.csv.7-0.part",
            "mine/summary.json.7-0.part",
            "curves/mine/seed-0001.json.7-0.part",
        ];
        for name in ours.iter().chain(&theirs) {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "half").unwrap();
        }
        sweep(folder.path()).unwrap();
        for name in ours {
            assert!(!folder.path().join(name).exists(), "{name} stayed");
        }
        for name in theirs {
            assert!(folder.path().join(name).exists(), "{name} went");
        }
    }
}
