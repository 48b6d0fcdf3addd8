//! Rules of the workspace that no compiler knows.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result};

/// Lines in a file, above which it holds more than one idea.
const MOST_LINES: usize = 400;

/// The crates, and which of them each may use: no arrow runs back.
const EDGES: [(&str, &[&str]); 9] = [
    ("fm-sample", &[]),
    ("fm-data", &["fm-sample"]),
    ("fm-nn", &[]),
    ("fm-train", &["fm-nn"]),
    ("fm-experiment", &["fm-data", "fm-nn", "fm-train"]),
    ("fm-cli", &["fm-data", "fm-nn", "fm-experiment"]),
    (
        "fm-benches",
        &["fm-data", "fm-nn", "fm-train", "fm-experiment"],
    ),
    (
        "fm-tests",
        &["fm-data", "fm-nn", "fm-train", "fm-experiment"],
    ),
    ("xtask", &[]),
];

/// Home folders: a path through one exists on a single machine.
const HOMES: [&str; 3] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Use", "rs/"),
];

/// Prints what breaks a rule.
pub(crate) fn run() -> Result<ExitCode> {
    let findings = findings()?;
    for finding in &findings {
        eprintln!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}

/// Everything in the workspace that breaks a rule, one line each.
fn findings() -> Result<Vec<String>> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").context("to be run through cargo")?;
    let root = Path::new(&manifest)
        .parent()
        .context("xtask has no parent folder")?;
    let mut files = Vec::new();
    collect(root, true, &mut files)?;
    let mut findings = Vec::new();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else {
            continue; // Not text.
        };
        let shown = file.strip_prefix(root).unwrap_or(&file).display();
        let broken = match file.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => in_source(&text),
            Some("toml") if file.ends_with("Cargo.toml") && file.parent() != Some(root) => {
                in_manifest(&text)
            }
            _ => Vec::new(),
        };
        findings.extend(broken.iter().map(|broken| format!("{shown}: {broken}")));
        for (number, line) in text.lines().enumerate() {
            if let Some(home) = HOMES.iter().find(|home| line.contains(**home)) {
                findings.push(format!(
                    "{shown}:{}: a path of one machine, {home}",
                    number + 1
                ));
            }
        }
    }
    Ok(findings)
}

/// The files below `folder`, without what is built, downloaded or written by the program.
fn collect(folder: &Path, top: bool, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        if name == ".git"
            || top
                && ["target", "data", "results"]
                    .iter()
                    .any(|skip| name == *skip)
        {
            continue;
        }
        if path.is_dir() {
            collect(&path, false, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

/// What breaks a rule in a Rust file.
fn in_source(text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if !text.starts_with("//!") {
        broken.push("does not open with `//!` and what the file is for".to_owned());
    }
    let lines = text.lines().count();
    if lines > MOST_LINES {
        broken.push(format!("{lines} lines; split it at {MOST_LINES}"));
    }
    broken
}

/// What breaks a rule in a member's manifest.
fn in_manifest(text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    // A workspace of its own, as cargo-fuzz wants one, needs another toolchain and is no member.
    if text.lines().any(|line| line == "[workspace]") {
        return broken;
    }
    let name = value(text, "name").unwrap_or_default();
    let allowed = EDGES
        .iter()
        .find(|(from, _)| *from == name)
        .map(|(_, to)| *to);
    if allowed.is_none() {
        broken.push(format!(
            "the crate {name:?} has no place in xtask's table of edges"
        ));
    }
    for (dependency, version) in dependencies(text) {
        let inside = EDGES.iter().any(|(from, _)| *from == dependency);
        if inside && !allowed.is_some_and(|allowed| allowed.contains(&dependency)) {
            broken.push(format!("{name} must not use {dependency}"));
        }
        if version {
            broken.push(format!(
                "{dependency}: versions are set in the workspace's manifest"
            ));
        }
    }
    if !text.contains("[lints]\nworkspace = true") {
        broken.push("does not take the workspace's lints".to_owned());
    }
    broken
}

/// The first value of a key, without its quotes.
fn value<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .find(|(k, _)| k.trim() == key)
        .map(|(_, value)| value.trim().trim_matches('"'))
}

/// The dependencies of every kind, each with whether it has a version of its own.
fn dependencies(text: &str) -> Vec<(&str, bool)> {
    let mut inside = false;
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(section) = line.strip_prefix('[') {
            let section = section.trim_end_matches(']');
            inside = section.ends_with("dependencies");
            if let Some((_, name)) = section.rsplit_once("dependencies.") {
                found.push((name, false));
            }
        } else if inside && !line.starts_with('#') && line.contains('=') {
            let end = line.find(['.', '=', ' ']).unwrap_or(line.len());
            found.push((&line[..end], !line.contains("workspace = true")));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        assert_eq!(findings().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_source_file_says_what_it_is_for_and_ends() {
        assert!(in_source("//! Fine.\n").is_empty());
        assert_eq!(in_source("use std::fmt;\n").len(), 1);
        assert_eq!(in_source(&"//! Long.\n".repeat(MOST_LINES + 1)).len(), 1);
    }

    #[test]
    fn arrows_do_not_run_back() {
        let manifest = |name: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\n\n[lints]\nworkspace = true\n\n{rest}")
        };
        let broken = |name: &str, rest: &str| in_manifest(&manifest(name, rest)).len();
        assert_eq!(
            broken("fm-train", "[dependencies]\nfm-nn.workspace = true\n"),
            0
        );
        assert_eq!(
            broken("fm-nn", "[dependencies]\nfm-data.workspace = true\n"),
            1
        );
        assert_eq!(
            broken(
                "fm-nn",
                "[dev-dependencies]\nfm-data = { workspace = true }\n"
            ),
            1
        );
        assert_eq!(
            broken("fm-nn", "[dependencies.fm-train]\nworkspace = true\n"),
            1
        );
        assert_eq!(broken("xtask", "[dependencies]\nanyhow = \"1\"\n"), 1);
        assert_eq!(broken("fm-new", ""), 1);
        assert_eq!(broken("fm-new", "[workspace]\n"), 0);
        assert_eq!(in_manifest("[package]\nname = \"xtask\"\n").len(), 1);
    }
}
