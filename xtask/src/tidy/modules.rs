//! No two modules of a crate import each other in a circle.
//!
//! Imports are read as text: `use` declarations and paths that begin with `crate::` or `super::`. A
//! name that a module re-exports counts as the module that defines it, and re-exporting is not an
//! import, so that a `mod.rs` may present what its parts define.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The source folder of a file's crate, and its module there: `crates/a/src/b/c.rs` is
/// `crate::b::c` of `crates/a/src`.
pub(super) fn place(file: &Path) -> Option<(String, String)> {
    let parts: Option<Vec<&str>> = file.iter().map(|part| part.to_str()).collect();
    let parts = parts?;
    let ["crates", name, "src", folders @ .., file] = parts.as_slice() else {
        return None;
    };
    let stem = file.strip_suffix(".rs")?;
    let own = (!["mod", "lib", "main"].contains(&stem)).then_some(stem);
    let module: Vec<&str> = [&["crate"], folders, own.as_slice()].concat();
    Some((format!("crates/{name}/src"), module.join("::")))
}

/// The modules of a crate that import each other in a circle, or lie between two circles.
pub(super) fn circle(texts: &BTreeMap<String, String>) -> Option<String> {
    let mut imports = Vec::new();
    // The whole paths of names that are re-exported, and what they stand for.
    let mut exports = BTreeMap::new();
    for (module, text) in texts {
        for (public, path) in paths(text) {
            let whole = from_root(module, &path);
            if !public {
                imports.extend(whole.map(|whole| (module, whole)));
            } else if let Some((_, name)) = path.rsplit_once("::") {
                let whole = whole.unwrap_or_else(|| format!("{module}::{path}"));
                exports.insert(format!("{module}::{name}"), whole);
            }
        }
    }
    let mut edges = BTreeSet::new();
    for (module, path) in &imports {
        let defined = defined_in(path, texts, &exports);
        edges.extend(defined.filter(|to| to != module).map(|to| (*module, to)));
    }
    // An import from a module that imports nothing, or into one that nothing imports, is in no
    // circle.
    loop {
        let importing: BTreeSet<_> = edges.iter().map(|(from, _)| *from).collect();
        let imported: BTreeSet<_> = edges.iter().map(|(_, to)| *to).collect();
        let before = edges.len();
        edges.retain(|(from, to)| imported.contains(from) && importing.contains(to));
        if edges.len() == before {
            let names: Vec<&str> = importing.into_iter().map(String::as_str).collect();
            return (!names.is_empty()).then(|| names.join(", "));
        }
    }
}

/// The module that defines what a whole path names.
fn defined_in<'a>(
    mut path: &'a str,
    texts: &'a BTreeMap<String, String>,
    exports: &'a BTreeMap<String, String>,
) -> Option<&'a String> {
    loop {
        if let Some((module, _)) = texts.get_key_value(path) {
            return Some(module);
        }
        path = match exports.get(path) {
            Some(whole) => whole,
            None => path.rsplit_once("::")?.0,
        };
    }
}

/// The paths that a text imports, re-exports or names, each with whether it re-exports it. Comments
/// and the tests at the end do not count.
fn paths(text: &str) -> Vec<(bool, String)> {
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
fn expand(tree: &str) -> Vec<String> {
    let Some((prefix, inside)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        return vec![path.trim().to_owned()];
    };
    let inside = inside.rsplit_once('}').map_or(inside, |(inside, _)| inside);
    let mut depth = 0;
    let branches = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    let branches = branches.filter(|branch| !branch.trim().is_empty());
    let paths = branches.flat_map(expand);
    paths.map(|path| [prefix.trim(), &path].concat()).collect()
}

/// A path from the crate's root, as it stands in `module`; `None` for one that does not begin with
/// `crate`, `super` or `self`.
fn from_root(module: &str, path: &str) -> Option<String> {
    let (mut base, mut rest) = (module, path.strip_prefix("self::").unwrap_or(path));
    while let Some(after) = rest.strip_prefix("super::") {
        base = base.rsplit_once("::").map_or(base, |(above, _)| above);
        rest = after;
    }
    match rest.len() < path.len() {
        true => Some(format!("{base}::{rest}")),
        false => path.starts_with("crate::").then(|| path.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_through_imports_paths_and_re_exports() {
        let check = |expected, files: [(&str, &str); 3]| {
            let texts = files.map(|(name, text)| (name.to_owned(), text.to_owned()));
            assert_eq!(circle(&texts.into()).as_deref(), expected, "{files:?}");
        };
        let root = ("crate", "mod a;\nmod b;\npub use a::A;\n");
        let a = ("crate::a", "use crate::b::{B, C};\n");
        let b = ("crate::b", "use crate::A;\n");
        check(None, [root, ("crate::a", "pub struct A;"), b]);
        check(Some("crate::a, crate::b"), [root, a, b]);
        let path = ("crate::b", "fn f() { crate::a::g() }");
        check(Some("crate::a, crate::b"), [("crate", ""), a, path]);
        let mut parts = [
            ("crate::x", "mod y;\nmod z;\npub use y::Y;\n"),
            ("crate::x::y", "use super::z::Z;\n"),
            ("crate::x::z", "use super::Y;\n"),
        ];
        check(Some("crate::x::y, crate::x::z"), parts);
        // A part may name what its parent defines, if the parent only presents the part.
        parts[2].1 = "use super::X;\n";
        check(None, parts);
    }
}
