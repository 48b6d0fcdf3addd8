//! No two modules of a crate import each other in a circle.
//!
//! Imports are read as text: `use` declarations and paths that begin with `crate::` or `super::`. A
//! name that a module re-exports counts as the module that defines it, and re-exporting is not an
//! import, so that a `mod.rs` may present what its parts define.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A module by its path from the crate's root: `["store", "files"]`.
type Module = Vec<String>;

/// The circles of all crates, one line each.
pub(super) fn circles(root: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let crates = root.join("crates");
    let entries =
        fs::read_dir(&crates).with_context(|| format!("cannot list {}", crates.display()))?;
    for entry in entries {
        let source = entry?.path().join("src");
        if !source.is_dir() {
            continue;
        }
        let mut texts = BTreeMap::new();
        read(&source, &mut Vec::new(), &mut texts)?;
        let shown = source.strip_prefix(root).unwrap_or(&source).display();
        let circles = circles_of(&texts).into_iter();
        found.extend(circles.map(|circle| format!("{shown}: modules in a circle: {circle}")));
    }
    found.sort();
    Ok(found)
}

fn read(folder: &Path, module: &mut Module, texts: &mut BTreeMap<Module, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            module.push(stem.to_owned());
            read(&path, module, texts)?;
            module.pop();
        } else if path.extension().is_some_and(|end| end == "rs") {
            let mut name = module.clone();
            if !["mod", "lib", "main"].contains(&stem) {
                name.push(stem.to_owned());
            }
            texts.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// The circles of a crate: modules that reach each other.
fn circles_of(texts: &BTreeMap<Module, String>) -> Vec<String> {
    let exports: BTreeMap<&Module, BTreeMap<String, Module>> = texts
        .iter()
        .map(|(module, text)| (module, re_exports(module, text, texts)))
        .collect();
    let mut edges: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
    for (module, text) in texts {
        for path in imports(module, text) {
            if let Some(target) = resolve(&path, texts, &exports)
                && target != module
            {
                edges.entry(module).or_default().insert(target);
            }
        }
    }
    let reach = |from: &Module| -> BTreeSet<&Module> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<&Module> = edges.get(from).into_iter().flatten().copied().collect();
        while let Some(module) = next.pop() {
            if seen.insert(module) {
                next.extend(edges.get(module).into_iter().flatten());
            }
        }
        seen
    };
    let mut circles = BTreeSet::new();
    for module in texts.keys() {
        let reached = reach(module);
        if reached.contains(module) {
            let back = reached
                .into_iter()
                .filter(|other| reach(other).contains(module));
            let names: Vec<String> = back.map(name).collect();
            circles.insert(names.join(", "));
        }
    }
    circles.into_iter().collect()
}

fn name(module: &Module) -> String {
    match module.is_empty() {
        true => "the root".to_owned(),
        false => module.join("::"),
    }
}

/// The module that defines the first name of a path that is no module.
fn resolve<'a>(
    path: &[String],
    texts: &'a BTreeMap<Module, String>,
    exports: &BTreeMap<&Module, BTreeMap<String, Module>>,
) -> Option<&'a Module> {
    let mut module: Module = Vec::new();
    for part in path {
        let mut inner = module.clone();
        inner.push(part.clone());
        if texts.contains_key(&inner) {
            module = inner;
            continue;
        }
        if let Some(defined) = exports.get(&module).and_then(|names| names.get(part)) {
            module = defined.clone();
        }
        break;
    }
    texts.get_key_value(&module).map(|(module, _)| module)
}

/// The code of a text: without comments and tests at its end.
fn code(text: &str) -> String {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    let lines = text[..end].lines();
    let lines = lines.map(|line| line.split("//").next().unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}

/// The declarations `use …;` of a text, each with whether it re-exports.
fn uses(code: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        let statement = statement.trim_start();
        // What stands before the last line that begins with `use` belongs to other items.
        let start = statement.rfind("\nuse ").map(|at| at + 1);
        let start = start.or_else(|| statement.starts_with("use ").then_some(0));
        let public = statement.rfind("\npub").map(|at| at + 1);
        let public = public.or_else(|| statement.starts_with("pub").then_some(0));
        if let Some((visibility, path)) = public.and_then(|at| statement[at..].split_once("use ")) {
            let visible = ["pub ", "pub(crate) ", "pub(super) "].contains(&visibility);
            if visible {
                found.push((true, path.to_owned()));
                continue;
            }
        }
        if let Some(start) = start {
            found.push((false, statement[start + 4..].to_owned()));
        }
    }
    found
}

/// The paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![
            path.split("::")
                .map(|part| part.trim().to_owned())
                .collect(),
        ];
    };
    let prefix: Vec<String> = tree[..open]
        .split("::")
        .map(|part| part.trim().to_owned())
        .collect();
    let prefix: Vec<String> = prefix.into_iter().filter(|part| !part.is_empty()).collect();
    let inside = tree[open + 1..]
        .trim_end()
        .strip_suffix('}')
        .unwrap_or_default();
    let (mut depth, mut from, mut parts) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&inside[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[from..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts
        .flat_map(expand)
        .map(|path| prefix.iter().cloned().chain(path).collect())
        .collect()
}

/// A path from the crate's root, as it stands in `module`; `None` for a path of another crate.
fn from_root(
    module: &Module,
    path: &[String],
    texts: Option<&BTreeMap<Module, String>>,
) -> Option<Vec<String>> {
    let mut base = module.clone();
    let mut rest = path;
    loop {
        match rest.first().map(String::as_str) {
            Some("crate") => {
                return Some(rest[1..].to_vec());
            }
            Some("super") => {
                base.pop();
                rest = &rest[1..];
                if rest.first().is_none_or(|part| part != "super") {
                    return Some(base.into_iter().chain(rest.iter().cloned()).collect());
                }
            }
            Some("self") => {
                return Some(base.into_iter().chain(rest[1..].iter().cloned()).collect());
            }
            Some(first) => {
                let mut child = base.clone();
                child.push(first.to_owned());
                let known = texts.is_some_and(|texts| texts.contains_key(&child));
                let path = base.into_iter().chain(rest.iter().cloned());
                return known.then(|| path.collect());
            }
            None => return None,
        }
    }
}

/// The names that a module re-exports, with the modules that define them.
fn re_exports(
    module: &Module,
    text: &str,
    texts: &BTreeMap<Module, String>,
) -> BTreeMap<String, Module> {
    let mut names = BTreeMap::new();
    let trees = uses(&code(text)).into_iter().filter(|(public, _)| *public);
    for path in trees.flat_map(|(_, tree)| expand(&tree)) {
        if let (Some(full), Some(name)) = (from_root(module, &path, Some(texts)), path.last()) {
            let defined = (0..full.len()).rev().map(|end| full[..end].to_vec());
            let defined = defined
                .into_iter()
                .find(|module| texts.contains_key(module));
            names.insert(name.clone(), defined.unwrap_or_default());
        }
    }
    names
}

/// Every path from the root that a module imports or names.
fn imports(module: &Module, text: &str) -> Vec<Vec<String>> {
    let code = code(text);
    let trees = uses(&code).into_iter().filter(|(public, _)| !public);
    let mut paths: Vec<Vec<String>> = trees.flat_map(|(_, tree)| expand(&tree)).collect();
    // Paths inside the code.
    for start in ["crate::", "super::"] {
        for (at, _) in code.match_indices(start) {
            let end = code[at..].find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
            let path = &code[at..end.map_or(code.len(), |end| at + end)];
            let before = code[..at].rfind(['\n', ';']).map_or(0, |line| line + 1);
            if !code[before..at].trim_start().starts_with("pub")
                && !code[at..].starts_with("crate::{")
            {
                paths.push(
                    path.trim_end_matches(':')
                        .split("::")
                        .map(str::to_owned)
                        .collect(),
                );
            }
        }
    }
    let paths = paths.iter();
    paths
        .filter_map(|path| from_root(module, path, None))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let module = |name: &str| {
            name.split('/')
                .filter(|p| !p.is_empty())
                .map(str::to_owned)
                .collect()
        };
        let texts = files
            .iter()
            .map(|(name, text)| (module(name), (*text).to_owned()));
        circles_of(&texts.collect())
    }

    #[test]
    fn circles_are_found_through_imports_paths_and_re_exports() {
        let one_way = [
            ("", "mod a;\nmod b;\npub use a::A;\n"),
            ("a", "pub struct A;"),
            ("b", "use crate::A;\n"),
        ];
        assert!(found(&one_way).is_empty());
        let direct = [
            ("", ""),
            ("a", "use crate::b::{B, C};\n"),
            ("b", "fn f() { crate::a::g() }"),
        ];
        assert_eq!(found(&direct), ["a, b"]);
        let hidden = [
            ("", "pub use a::A;\n"),
            ("a", "use crate::b::B;\n"),
            ("b", "use crate::A;\n"),
        ];
        assert_eq!(found(&hidden), ["a, b"]);
        let inside = [
            ("x", "mod y;\nmod z;\npub use y::Y;\n"),
            ("x/y", "use super::z::Z;\n"),
            ("x/z", "use super::Y;\n"),
        ];
        assert_eq!(found(&inside), ["x::y, x::z"]);
        // A part may name what its parent defines, if the parent only presents the part.
        let parent = [
            ("x", "mod y;\npub use y::Y;\npub struct X;"),
            ("x/y", "use super::X;\n"),
        ];
        assert!(found(&parent).is_empty());
    }
}
