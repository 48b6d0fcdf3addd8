//! The flags of the curves: what counts as the same, what is refused beside a folder that is there,
//! and what is printed.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use support::{CURVE_FLAGS, PROTOCOL, bytes, ends_well, fm, fm_on, message, protocol_with_curves};

/// The records of curves, by their places below `curves`.
fn records(folder: &Path) -> BTreeSet<String> {
    let files = bytes(folder).into_keys().filter_map(|name| {
        let of_curve = name.strip_prefix("curves").ok()?;
        let record = of_curve.extension().is_some();
        record.then(|| of_curve.display().to_string().replace('\\', "/"))
    });
    files.collect()
}

/// By names alone: the bytes of a folder are no message.
fn assert_unchanged(folder: &Path, before: &BTreeMap<PathBuf, Vec<u8>>) {
    let now = bytes(folder);
    assert!(now.keys().eq(before.keys()), "{:?}", now.keys());
    for (name, bytes) in before {
        assert!(now[name] == *bytes, "{} changed", name.display());
    }
}

/// Standard output, which a pipe takes: no escape codes there, nor on standard error.
fn printed(folder: &Path, flags: &[&str]) -> String {
    let output = ends_well(fm(folder, &protocol_with_curves()).args(flags));
    let said = message(&output);
    let printed = String::from_utf8(output.stdout).unwrap();
    for text in [&printed, &said] {
        assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text:?}");
    }
    printed
}

#[test]
fn asked_twice_and_under_another_name_a_curve_is_trained_once() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let twice = ["--curve", "samples", "--curve", "samples"];
    let named = ["--pairs", "6-5,sandal-Shirt,5-6", "--vary", "init,init"];
    let first = printed(folder, &[twice, named].concat());
    let of_seeds = |place| [1, 2].map(|seed| format!("{place}/seed-000{seed}.json"));
    let expected = ["samples", "pairs/5-6", "vary/init"].map(of_seeds);
    let expected: BTreeSet<String> = expected.into_iter().flatten().collect();
    assert_eq!(records(folder), expected);

    let before = bytes(folder);
    let once = ["--curve", "samples", "--pairs", "5-6", "--vary", "init"];
    assert_eq!(printed(folder, &once), first);
    assert_unchanged(folder, &before);
}

#[test]
fn tables_of_too_few_seeds_say_so_and_have_no_intervals() {
    let folder = tempfile::tempdir().unwrap();
    let printed = printed(folder.path(), &CURVE_FLAGS);
    // The smallest p of n seeds is 2/2ⁿ; Holm's correction asks for 0.05 divided by the number.
    for (title, comparisons, takes) in [
        ("By target rows, 2 seeds, ", "3 comparisons", 7),
        ("By layers reused, 2 seeds, ", "8 comparisons", 9),
        ("By target classes, ", "2 comparisons", 7),
    ] {
        let table = printed
            .split(title)
            .nth(1)
            .unwrap_or_else(|| panic!("{title}: {printed}"));
        let table = table.split("\n\nBy ").next().unwrap();
        let says =
            format!("2 seeds cannot show any difference over {comparisons}, it takes {takes}.");
        assert!(table.contains(&says), "{says}: {table}");
        assert!(table.contains(&format!("p for {comparisons}")), "{table}");
        assert!(table.contains(" – "), "{table}");
        assert!(
            !table.contains(" to +") && !table.contains(" to −"),
            "{table}"
        );
    }
    let spread = printed
        .split("Where the spread over seeds comes from:")
        .nth(1);
    assert!(spread.unwrap().contains("transfer − scratch"), "{printed}");
}

#[test]
fn one_pair_and_one_seed_are_told_in_the_singular() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = fm_on("1", folder.path(), &protocol_with_curves());
    command.args(["--pairs", "5-6", "--curve", "samples"]);
    let output = ends_well(&mut command);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("By target rows, 1 seed, "), "{printed}");
    let says = "1 seed cannot show any difference over 1 comparison, it takes 6.";
    assert!(printed.contains(says), "{printed}");
    for wrong in ["1 seeds", "1 comparisons"] {
        assert!(!printed.contains(wrong), "{printed}");
    }
}

#[test]
fn a_curve_does_not_go_into_the_folder_of_another_plan() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    ends_well(&mut fm(folder, PROTOCOL));
    let before = bytes(folder);
    let refused = |protocol: &str, flags: &[&str], words: &[&str]| {
        let output = fm(folder, protocol).args(flags).output().unwrap();
        let said = message(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(output.stdout.is_empty(), "printed a result");
        assert_eq!(said.matches("fm: ").count(), 1, "{said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in {said:?}");
        }
        assert_unchanged(folder, &before);
    };
    let other = [
        "results holds another plan",
        "protocol.curves",
        "choose another --out",
    ];
    refused(&protocol_with_curves(), &["--curve", "samples"], &other);
    refused(
        PROTOCOL,
        &["--curve", "samples"],
        &["no table [curves.samples]"],
    );
}

/// Points of more rows than there are are left out; where none is left, that is said at once.
#[test]
fn a_samples_curve_without_a_point_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let protocol = protocol_with_curves().replace("[10, 40, \"all\"]", "[5000]");
    let curve = ["--curve", "samples"];
    let output = fm(folder, &protocol).args(curve).output().unwrap();
    let said = message(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("fm: ").count(), 1, "{said}");
    assert!(said.contains("begins at 5000 rows"), "{said}");
    assert!(!folder.join("results").exists());
}
