//! Which backend `fm experiment` takes: a fixed rule, and a folder's own where there is one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// `fm experiment` on the sample, the smallest thing that runs, in the folder `out`.
fn experiment(folder: &Path, more: &[&str]) -> Output {
    let run = ["experiment", "--protocol", "small.toml", "--seed", "3"];
    fm(
        folder,
        &run,
        &[&["--data", "sample", "--out", "out"], more].concat(),
    )
}

fn fm(folder: &Path, args: &[&str], more: &[&str]) -> Output {
    let mut fm = Command::new(env!("CARGO_BIN_EXE_fm"));
    fm.args(args).args(more).current_dir(folder);
    fm.output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn portable_unless_told_and_a_folder_keeps_its_backend() {
    let folder = tempfile::tempdir().unwrap();
    let quick = fm(folder.path(), &["protocol", "quick"], &[]);
    let small = String::from_utf8(quick.stdout)
        .unwrap()
        .replace("30000", "7000")
        .replace("[300, 100, 50, 50, 50]", "[16]")
        .replace("epochs = 5", "epochs = 1");
    fs::write(folder.path().join("small.toml"), small).unwrap();

    // Whatever is built in.
    let output = experiment(folder.path(), &[]);
    let message = said(&output);
    assert!(output.status.success(), "{message}");
    assert!(message.contains("Backend: portable"), "{message}");
    assert!(
        message.contains("--backend blas"),
        "how to switch: {message}"
    );
    let plan_path = folder.path().join("out/plan.json");
    let plan = fs::read_to_string(&plan_path).unwrap();
    assert!(plan.contains("\"backend\": \"portable\""), "{plan}");

    // The same folder as if it had been begun with the other.
    let plan = plan.replace("\"backend\": \"portable\"", "\"backend\": \"blas\"");
    fs::write(&plan_path, plan).unwrap();
    let output = experiment(folder.path(), &["--backend", "portable"]);
    assert_eq!(output.status.code(), Some(2));
    let message = said(&output);
    assert!(message.contains("give --backend blas"), "{message}");

    let output = experiment(folder.path(), &[]);
    let message = said(&output);
    if cfg!(any(feature = "openblas", feature = "openblas-static")) {
        assert!(output.status.success(), "{message}");
        assert!(message.contains("Backend: blas"), "{message}");
        assert!(message.contains("begun with it"), "{message}");
    } else {
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(
            message.contains("out was begun with --backend blas"),
            "{message}"
        );
    }
}
