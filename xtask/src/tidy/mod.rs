//! Rules of the workspace that no compiler knows.

mod manifest;
mod modules;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs};

use anyhow::{Context, Result};

/// Longer files contain more than one idea.
const MAX_LINES: usize = 400;

/// Home folders: a path through one exists on a single machine.
const HOMES: [&str; 3] = [
    concat!("/ho", "me/"),
    concat!("/ro", "ot/"),
    concat!("/Use", "rs/"),
];

/// Prints every violation.
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

/// Every violation in the workspace, one line each.
fn findings() -> Result<Vec<String>> {
    let manifest = env::var_os("CARGO_MANIFEST_DIR").context("to be run through cargo")?;
    let root = Path::new(&manifest)
        .parent()
        .context("xtask has no parent folder")?;
    let mut files = Vec::new();
    collect(root, true, &mut files)?;
    let mut findings = Vec::new();
    let mut crates: BTreeMap<String, BTreeMap<_, String>> = BTreeMap::new();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else {
            continue; // Not text.
        };
        let inside = file.strip_prefix(root).unwrap_or(&file);
        let shown = inside.display();
        let broken = match file.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => in_source(&text),
            Some("toml") if file.ends_with("Cargo.toml") && file.parent() != Some(root) => {
                manifest::problems(&text)
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
        if let Some((source, module)) = modules::place(inside) {
            crates.entry(source).or_default().insert(module, text);
        }
    }
    for (source, texts) in &crates {
        let circles = modules::circles(texts).into_iter();
        findings.extend(circles.map(|circle| format!("{source}: modules in a circle: {circle}")));
    }
    Ok(findings)
}

/// The files below `folder`, without build output, data and results.
fn collect(folder: &Path, top: bool, files: &mut Vec<PathBuf>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default();
        let skipped = name == ".git" || name == "target";
        if skipped || top && (name == "data" || name == "results") {
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

/// The violations of a Rust file.
fn in_source(text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    if !text.starts_with("//!") {
        broken.push("does not open with `//!` and what the file is for".to_owned());
    }
    let lines = text.lines().count();
    if lines > MAX_LINES {
        broken.push(format!("{lines} lines; split it at {MAX_LINES}"));
    }
    broken
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
        assert_eq!(in_source(&"//! Long.\n".repeat(MAX_LINES + 1)).len(), 1);
    }
}
