//! Rules of manifests: which crate may use which, and that versions are set in one place.

/// The crates, and which of them each may use: no arrow points back.
const EDGES: [(&str, &str); 12] = [
    ("fm-matmul", ""),
    ("fm-stats", ""),
    ("fm-sample", ""),
    ("fm-data", "fm-sample"),
    ("fm-nn", "fm-matmul"),
    ("fm-train", "fm-nn"),
    ("fm-experiment", "fm-data fm-nn fm-train fm-stats"),
    ("fm-report", "fm-experiment fm-data fm-nn fm-train fm-stats"),
    ("fm-cli", "fm-report fm-experiment fm-data fm-train fm-nn"),
    ("fm-benches", "fm-data fm-matmul fm-nn fm-train"),
    (
        "fm-tests",
        "fm-data fm-matmul fm-nn fm-train fm-experiment fm-report",
    ),
    ("xtask", ""),
];

/// The violations of a member's manifest.
pub(super) fn problems(text: &str) -> Vec<String> {
    let mut broken = Vec::new();
    // A workspace of its own, as cargo-fuzz wants one, needs another toolchain and is no member.
    if text.lines().any(|line| line == "[workspace]") {
        return broken;
    }
    let mut fields = text.lines().filter_map(|line| line.split_once('='));
    let name = fields.find(|(key, _)| key.trim() == "name");
    let name = name.map_or("", |(_, name)| name.trim().trim_matches('"'));
    let edges = EDGES.iter().find(|(from, _)| *from == name);
    let Some((_, allowed)) = edges else {
        return vec![format!(
            "the crate {name:?} is not in the table EDGES of xtask"
        )];
    };
    for (dependency, version) in dependencies(text) {
        let inside = EDGES.iter().any(|(from, _)| *from == dependency);
        if inside && !allowed.split(' ').any(|to| to == dependency) {
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
    fn dependencies_point_one_way() {
        for (name, rest, broken) in [
            ("fm-train", "[dependencies]\nfm-nn.workspace = true\n", 0),
            ("fm-nn", "[dependencies]\nfm-data.workspace = true\n", 1),
            (
                "fm-nn",
                "[dev-dependencies]\nfm-data = { workspace = true }\n",
                1,
            ),
            ("fm-nn", "[dependencies.fm-train]\nworkspace = true\n", 1),
            ("xtask", "[dependencies]\nanyhow = \"1\"\n", 1),
            ("fm-new", "", 1),
            ("fm-new", "[workspace]\n", 0),
        ] {
            let lints = "[lints]\nworkspace = true";
            let text = format!("[package]\nname = \"{name}\"\n\n{lints}\n\n{rest}");
            assert_eq!(problems(&text).len(), broken, "{text}");
        }
        assert_eq!(problems("[package]\nname = \"xtask\"\n").len(), 1);
    }
}
