//! No two modules of a crate import each other in a circle.
//!
//! Imports are read as text: `use` declarations and paths that begin with `crate::` or `super::`. A
//! name that a module re-exports counts as the module that defines it, and re-exporting is not an
//! import, so that a `mod.rs` may present what its parts define.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module by its path from the crate's root: `["store", "files"]`.
pub(super) type Module = Vec<String>;

/// The source folder of a file's crate, and its module there: `crates/a/src/b/c.rs` is `b::c` of
/// `crates/a/src`.
pub(super) fn place(file: &Path) -> Option<(String, Module)> {
    let parts: Option<Vec<&str>> = file.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    let ["crates", name, "src", folders @ .., file] = parts.as_slice() else {
        return None;
    };
    let stem = file.strip_suffix(".rs")?;
    let own = [stem].into_iter();
    let own = own.filter(|stem| !["mod", "lib", "main"].contains(stem));
    let module = folders.iter().copied().chain(own).map(str::to_owned);
    Some((format!("crates/{name}/src"), module.collect()))
}

/// The circles of a crate: modules that reach each other.
pub(super) fn circles(texts: &BTreeMap<Module, String>) -> Vec<String> {
    let exports: BTreeMap<&Module, BTreeMap<String, Module>> = texts
        .iter()
        .map(|(module, text)| (module, re_exports(module, text, texts)))
        .collect();
    let mut edges: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
    for (module, text) in texts {
        let imported = paths(text).into_iter().filter(|(public, _)| !public);
        for path in imported.filter_map(|(_, path)| from_root(module, &path)) {
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

/// The paths that a text imports, re-exports or names, each with whether it re-exports it. Comments
/// and the tests at the end do not count.
fn paths(text: &str) -> Vec<(bool, Vec<String>)> {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    let lines = text[..end].lines();
    let mut lines = lines.map(|line| line.split("//").next().unwrap_or_default().trim());
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        match line.split_once("use ") {
            Some((visibility @ ("" | "pub " | "pub(crate) " | "pub(super) "), tree)) => {
                let mut tree = tree.to_owned();
                while !tree.ends_with(';') {
                    let Some(more) = lines.next() else { break };
                    tree.push_str(more);
                }
                let paths = expand(tree.trim_end_matches(';'));
                found.extend(paths.into_iter().map(|path| (!visibility.is_empty(), path)));
            }
            _ => {
                let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
                let paths = words.filter(|w| w.starts_with("crate::") || w.starts_with("super::"));
                found.extend(paths.flat_map(expand).map(|path| (false, path)));
            }
        }
    }
    found
}

/// The paths of a `use` tree: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &str) -> Vec<Vec<String>> {
    let parts = |path: &str| -> Vec<String> {
        let path = path.split(" as ").next().unwrap_or_default();
        let parts = path.split("::").map(|part| part.trim().to_owned());
        parts.filter(|part| !part.is_empty()).collect()
    };
    let Some((prefix, inside)) = tree.split_once('{') else {
        return vec![parts(tree)];
    };
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    let mut depth = 0;
    let branches = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let branches = branches.filter(|branch| !branch.trim().is_empty());
    let paths = branches.flat_map(expand);
    paths.map(|path| [parts(prefix), path].concat()).collect()
}

/// A path from the crate's root, as it stands in `module`; `None` for one that does not begin with
/// `crate`, `super` or `self`.
fn from_root(module: &Module, path: &[String]) -> Option<Vec<String>> {
    let mut base = module.clone();
    let mut rest = path;
    while let Some((first, after)) = rest.split_first() {
        match first.as_str() {
            "crate" => base.clear(),
            "super" => drop(base.pop()),
            "self" => {}
            _ => break,
        }
        rest = after;
    }
    (rest.len() < path.len()).then(|| [&base, rest].concat())
}

/// The names that a module re-exports, with the modules that define them.
fn re_exports(
    module: &Module,
    text: &str,
    texts: &BTreeMap<Module, String>,
) -> BTreeMap<String, Module> {
    let mut names = BTreeMap::new();
    for (_, path) in paths(text).into_iter().filter(|(public, _)| *public) {
        let full = from_root(module, &path).unwrap_or_else(|| [module, &path[..]].concat());
        // The module itself for a name of another crate.
        let mut above = (0..full.len()).rev().map(|end| full[..end].to_vec());
        let defined = above.find(|module| texts.contains_key(module));
        if let (Some(name), Some(defined)) = (path.last(), defined) {
            names.insert(name.clone(), defined);
        }
    }
    names
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
        circles(&texts.collect())
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
