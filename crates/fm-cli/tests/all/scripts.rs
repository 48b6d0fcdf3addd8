//! What `fm experiment --slurm` writes, submits and shows, with programs that answer as Slurm's do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use libtest_mimic::Trial;

use crate::support::{experiment, fm, printed, refused, trials};

pub(crate) fn tests() -> Vec<Trial> {
    trials![
        settings_of_a_site_that_are_wrong_are_refused,
        the_command_line_goes_over_the_settings_of_a_site,
        scripts_are_valid_shell_for_odd_paths,
        a_submission_is_an_array_and_a_job_after_it,
        tasks_train_the_source_networks_of_the_command,
    ]
}

/// The scripts of `fm experiment --slurm --dry-run` for one seed, without Slurm.
fn scripts(folder: &Path, seeds: &str, more: &[&str]) -> String {
    let slurm = ["--slurm", "--dry-run"];
    let mut command = experiment(folder, seeds, &[&slurm, more].concat());
    printed(
        command
            .env("XDG_CONFIG_HOME", folder)
            .env("SLURM_CONF", "none"),
    )
}

fn settings_of_a_site_that_are_wrong_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["experiment", "--data", "sample", "--slurm"];
    for (settings, words) in [
        (
            "partitoin = 'short'",
            ["fm-slurm.toml is invalid", "partitoin"],
        ),
        (
            "sbatch = [\"--qos=a\\nrm -r /\"]",
            ["--qos=a", "control character"],
        ),
        ("task_minutes = 0", ["fm-slurm.toml is invalid", "nonzero"]),
    ] {
        fs::write(folder.path().join("fm-slurm.toml"), settings).unwrap();
        refused(folder.path(), &args, &words);
    }
}

fn the_command_line_goes_over_the_settings_of_a_site() {
    let folder = tempfile::tempdir().unwrap();
    let site = folder.path().join("fm-transfer");
    fs::create_dir(&site).unwrap();
    let settings = "
        partition = 'short'
        account = 'physics'
        array_max = 100
        cpus_per_task = 4
        max_array_size = 5
        max_requeues = 7
        sbatch = ['--qos=low']
        setup = ['module load gcc']
    ";
    fs::write(site.join("fm-slurm.toml"), settings).unwrap();
    let more = "--partition long --time=2:00:00 --sbatch --nice=10 --sweep samples";
    let more: Vec<&str> = more.split(' ').collect();
    // 2,000 jobs of 10 s are 8.3 tasks of 10 minutes on 4 cores.
    let text = scripts(folder.path(), "2000", &more);
    let (tasks, report) = text.split_once("\n\n#!/bin/bash\n").unwrap();
    let options = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .filter_map(|line| line.strip_prefix("#SBATCH "));
        lines.map(str::to_owned).skip(4).collect()
    };
    let both = [
        "--partition=long",
        "--account=physics",
        "--time=2:00:00",
        "--qos=low",
        "--nice=10",
    ];
    let array = [
        "--array=1-4%100",
        "--cpus-per-task=4",
        "--signal=B:TERM@60",
        "--requeue",
    ];
    assert_eq!(options(tasks), [&both[..], &array].concat());
    assert_eq!(options(report), both);
    for line in ["slices=4\n", "most_requeues=7\n", "\nmodule load gcc\n"] {
        assert!(tasks.contains(line), "{line:?}: {tasks}");
    }
    // The question, and not how it was submitted.
    let at = folder.path().canonicalize().unwrap();
    let protocol = at.join("results/slurm/1.toml");
    let command = format!(
        "\n\"$fm\" experiment --protocol {} --seeds 1..2000 --backend portable --sweep samples \
         --set source.epochs=80 --data sample \\\n  --out \"$results\" --slice \"$slice/$slices\"",
        protocol.display()
    );
    assert!(tasks.contains(&command), "{command}: {tasks}");
}

/// The shell reads them, and every path is one word.
fn scripts_are_valid_shell_for_odd_paths() {
    let folder = tempfile::tempdir().unwrap();
    let odd = folder.path().join("a b/it's 100 % $HOME;x");
    fs::create_dir_all(&odd).unwrap();
    let text = scripts(&odd, "1", &["--set", "*.lr=0.01"]);
    let at = odd.canonicalize().unwrap().display().to_string();
    let at = at.replace('\'', "'\\''");
    let logs = at.replace('%', "%%");
    let output = format!("#SBATCH '--output={logs}/results/slurm/logs/%A_%a.log'\n");
    assert!(text.contains(&output), "{output}: {text}");
    let results = format!("\nresults='{at}/results'\n");
    assert!(text.contains(&results), "{results}: {text}");
    for (number, script) in text.split("#!/bin/bash\n").skip(1).enumerate() {
        let path = folder.path().join(format!("{number}.sh"));
        fs::write(&path, script).unwrap();
        let status = Command::new("bash").arg("-n").arg(path).status();
        assert!(status.unwrap().success(), "{script}");
    }
    assert!(!odd.join("results").exists());
}

fn a_submission_is_an_array_and_a_job_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let programs = at.join("programs");
    fs::create_dir(&programs).unwrap();
    let queue = "7|RUNNING|None\n7|PENDING|Resources\n7|PENDING|Resources\n8|PENDING|Dependency";
    for (name, text) in [
        ("sbatch", "echo \"$@\" >>submitted; echo '12;cluster'"),
        ("scontrol", "echo 'MaxArraySize            = 3'"),
        ("squeue", &format!("echo \"$@\" >asked; echo '{queue}'")),
    ] {
        let path = programs.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    // 60 jobs of 10 s are 10 tasks of a minute, but Slurm takes 2.
    fs::write(at.join("fm-slurm.toml"), "task_minutes = 1").unwrap();
    let mut submit = experiment(at, "60", &["--slurm"]);
    let said = printed(submit.env("PATH", &path));
    assert!(said.contains("Submitted job array 12; job 12 "), "{said}");
    let slurm = at.canonicalize().unwrap().join("results/slurm");
    let script = fs::read_to_string(slurm.join("1.sh")).unwrap();
    assert!(script.contains("#SBATCH --array=1-2\n"), "{script}");
    let shown = slurm.display();
    assert_eq!(
        fs::read_to_string(at.join("submitted")).unwrap(),
        format!(
            "--parsable {shown}/1.sh\n--parsable --dependency=afterany:12 \
             --kill-on-invalid-dep=yes {shown}/1-report.sh\n"
        )
    );
    assert!(slurm.join("1.toml").is_file() && slurm.join("logs").is_dir());

    let mut status = fm(at, &["status", "results"]);
    let said = printed(status.env("PATH", &path));
    let lines = "\n2 in Slurm's queue:\n  7: 2 pending (Resources), 1 running\n  \
                 8: 1 pending (Dependency)\n";
    assert!(said.contains(lines), "{said}");
    let asked = fs::read_to_string(at.join("asked")).unwrap();
    assert!(asked.contains("--name=results@/"), "{asked}");
}

fn tasks_train_the_source_networks_of_the_command() {
    let folder = tempfile::tempdir().unwrap();
    // So that Slurm is not asked.
    fs::write(folder.path().join("fm-slurm.toml"), "max_array_size = 9").unwrap();
    let scripts = scripts(folder.path(), "1", &["--dataset", "fashion-mnist"]);
    // On the sample a protocol's epochs are multiplied once, not again in the tasks.
    assert!(scripts.contains(" --set source.epochs="), "{scripts}");
}
