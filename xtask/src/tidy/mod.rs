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

/// Where the code is.
const FOLDERS: [&str; 4] = ["benches", "crates", "tests", "xtask"];

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
    let root = Path::new(&manifest).parent();
    let root = root.context("xtask has no parent folder")?;
    let mut findings = Vec::new();
    let mut crates: BTreeMap<String, BTreeMap<_, String>> = BTreeMap::new();
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder);
        for entry in entries.with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            let inside = path.strip_prefix(root).unwrap_or(&path);
            let rules = match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() && !path.ends_with("target") => {
                    folders.push(path);
                    continue;
                }
                Some("rs") => in_source,
                Some("toml") if path.ends_with("Cargo.toml") => manifest::problems,
                _ => continue,
            };
            let text = fs::read_to_string(&path);
            let text = text.with_context(|| format!("cannot read {}", path.display()))?;
            let broken = rules(&text).into_iter();
            findings.extend(broken.map(|broken| format!("{}: {broken}", inside.display())));
            if let Some((source, module)) = modules::place(inside) {
                crates.entry(source).or_default().insert(module, text);
            }
        }
    }
    for (source, texts) in &crates {
        let circle = modules::circle(texts);
        findings.extend(circle.map(|circle| format!("{source}: modules in a circle: {circle}")));
    }
    Ok(findings)
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
