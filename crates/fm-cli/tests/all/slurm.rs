//! Experiments on a Slurm cluster: the records of one machine, whatever happens to the tasks.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Completion, Trial};

use crate::cluster::{Cluster, kill};
use crate::support::{
    Mounted, PROTOCOL, assert_same, count, experiment, fm, message, mount, printed,
};

pub(crate) fn tests() -> Vec<Trial> {
    let on_a_cluster = |name: &str, test: fn(&Cluster) -> Completion| {
        Trial::ignorable_test(name, move || {
            Ok(match Cluster::start() {
                Err(reason) => Completion::ignored_with(reason),
                Ok(cluster) => test(&cluster),
            })
        })
    };
    vec![
        on_a_cluster("a_cluster_with_faults_gives_what_one_process_gives", faults),
        on_a_cluster("a_cluster_names_tasks_that_cannot_succeed", named_failures),
        on_a_cluster("a_cluster_runs_the_commands_of_its_document", documented),
        Trial::ignorable_test("gnu_parallel_gives_what_one_process_gives", gnu_parallel),
    ]
}

/// 40 source networks, each with two arms at two learning rates, one of which is the protocol's.
const SEEDS: &str = "1..40";
const SWEEP: [&str; 2] = ["--sweep", "arms.*.phases[0].optimizer.sgd.lr=1e-2,2e-3"];
const CELLS: usize = 200;

fn submit(cluster: &Cluster, folder: &Path, more: &[&str]) -> String {
    let args = [&SWEEP[..], &["--slurm"], more].concat();
    let mut command = experiment(folder, SEEDS, &args);
    printed(&mut cluster.on(&mut command))
}

fn faults(cluster: &Cluster) -> Completion {
    let (alone, together) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    printed(&mut experiment(alone.path(), SEEDS, &SWEEP));
    let alone = alone.path().join("results");
    assert_eq!(count(&alone), CELLS);

    let folder = together.path();
    let results = folder.join("results");
    // The third task may write only small files, until `lifted` exists.
    let lifted = folder.join("lifted");
    let quota = format!(
        "task_minutes = 1\nsetup = [\"\"\"[ -e '{}' ] || [ \"$SLURM_ARRAY_TASK_ID\" != 3 ] || \
         {{ trap '' XFSZ; ulimit -f 32; }}\"\"\"]\n",
        lifted.display()
    );
    fs::write(folder.join("fm-slurm.toml"), quota).unwrap();
    submit(cluster, folder, &[]);
    let script = results.join("slurm/1.sh");
    assert!(script.exists());
    let done = AtomicBool::new(false);
    let reads = AtomicUsize::new(0);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                status_is_right(cluster, folder, &results);
                reads.fetch_add(1, Ordering::Relaxed);
                thread::sleep(Duration::from_millis(100));
            }
        });
        let harmed = scope.spawn(|| harm(cluster, &results, &script));
        let harmed = harmed.join();
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
        harmed.unwrap();
    });
    assert!(reads.into_inner() > 10, "too few readings");

    // What failed is named, and the job of the report has run.
    let status = cluster.status(folder);
    let failed = |word: &str| {
        let processes = status["processes"].as_array().unwrap().iter();
        let failed = processes.filter_map(|process| process["failed"].as_str());
        failed.filter(|failed| failed.contains(word)).count()
    };
    assert!(failed("File too large") > 0, "{status:#}");
    assert!(results.join("report.html").exists());
    let before = count(&results);
    assert!(before < CELLS, "the quota lost nothing");

    // Submitting again submits what is missing.
    fs::write(&lifted, "").unwrap();
    let printed = submit(cluster, folder, &["--wait"]);
    assert!(printed.contains("Report: "), "{printed}");
    cluster.until_idle(60);
    assert_same(&results, &alone, "a cluster with faults");
    assert_eq!(count(&results), CELLS);
    let status = cluster.status(folder);
    assert_eq!(status["jobs_left"], 0);
    assert_eq!(
        status["processes"].as_array().unwrap().len(),
        0,
        "{status:#}"
    );
    Completion::Completed
}

/// Everything that may happen to tasks, while they run; then until the queue is empty.
fn harm(cluster: &Cluster, results: &Path, script: &Path) {
    cluster.until("records", 60, || count(results) > 5);
    // The same array is submitted again, by hand.
    let script = script.to_str().unwrap();
    cluster.ask("sbatch", &["--array=1-2", script]);
    let mut harmed = Vec::new();
    // A node is lost.
    let (task, node) = cluster.a_running_task(&harmed);
    cluster.kill_node(&node);
    harmed.push(task);
    // A task's script and program are killed.
    let (task, _) = cluster.a_running_task(&harmed);
    for _ in 0..2 {
        if let Some(pid) = cluster.script_of(&task) {
            kill("KILL", pid);
        }
    }
    harmed.push(task);
    // A task is requeued by an operator.
    harmed.push(cluster.ask_of_a_task(&harmed, "scontrol", &["requeue"]));
    // A task gets the signal that announces its time limit.
    let term = ["--batch", "--signal=TERM"];
    let task = cluster.ask_of_a_task(&harmed, "scancel", &term);
    let log = results.join(format!("slurm/logs/{task}.log"));
    cluster.until("requeue", 30, || {
        let log = fs::read_to_string(&log).unwrap_or_default();
        log.contains("it is requeued") || !cluster.running().iter().any(|(t, _)| *t == task)
    });
    cluster.restart_controller();
    cluster.until("lost node", 60, || {
        cluster
            .ask(
                "sinfo",
                &["--noheader", "--Node", "--states=down", "--format=%N"],
            )
            .contains(&node)
    });
    cluster.start_node(&node, None);
    cluster.until_idle(120);
}

/// Between two counts of the records is what `fm status` says.
fn status_is_right(cluster: &Cluster, folder: &Path, results: &Path) {
    let before = count(results);
    // The controller may be away, and then there is no queue to show.
    let status = cluster.status(folder);
    let after = count(results);
    let missing = status["cells_left"].as_u64().unwrap() as usize;
    let range = CELLS - after..=CELLS - before;
    assert!(range.contains(&missing), "{range:?}: {status:#}");
}

/// One learning rate makes `scratch` diverge.
const DIVERGING: &str = "arms.scratch.phases[0].optimizer.sgd.lr=1e-2,1e30";

fn named_failures(cluster: &Cluster) -> Completion {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let unpack = ["data", "unpack", "--data", "sample", "--out", "pictures"];
    printed(fm(folder, &unpack).args(["--per-class", "80"]));
    printed(&mut fm(
        folder,
        &["data", "pack", "pictures", "--out", "data"],
    ));
    fs::write(folder.join("tiny.toml"), PROTOCOL).unwrap();
    fs::write(folder.join("fm-slurm.toml"), "task_minutes = 1\n").unwrap();
    let run = |out: &str, more: &[&str]| {
        let asked = ["experiment", "--protocol", "tiny.toml", "--seeds", "1..24"];
        let mut command = fm(folder, &asked);
        command.args(["--data", "data", "--out", out, "--sweep", DIVERGING]);
        cluster.on(command.args(more))
    };
    printed(&mut run("alone", &[]));

    // On n4 the folder of the data is empty, and n4 is never the only node that is free.
    let (data, probe) = (folder.join("data"), tempfile::tempdir().unwrap());
    if let Err(reason) = mount(&["-t", "tmpfs", "none"], probe.path()) {
        return Completion::ignored_with(format!("cannot mount: {reason}"));
    }
    drop(Mounted(probe.path()));
    cluster.stop_node("n4");
    let hide = format!("mount -t tmpfs none '{}'", data.display());
    cluster.start_node("n4", Some(&hide));
    cluster.until_nodes_are_up();
    printed(&mut run("results", &["--slurm"]));
    cluster.until_idle(120);
    let status = cluster.status(folder);
    let processes = status["processes"].as_array().unwrap();
    assert!(!processes.is_empty(), "{status:#}");
    for process in processes {
        assert_eq!(process["state"], "failed", "{status:#}");
        assert_eq!(process["host"], "n4", "{status:#}");
        let why = process["failed"].as_str().unwrap();
        assert!(why.contains("/data: no train-images"), "{why}");
        let log = folder
            .join("results")
            .join(process["log"].as_str().unwrap());
        assert!(fs::read_to_string(log).unwrap().contains(why));
    }
    // Every other share is done, and the report names what failed.
    let report = fs::read_to_string(folder.join("results/report.md")).unwrap();
    for said in ["diverged", "on n4", "/data: no train-images"] {
        assert!(report.contains(said), "{said}: {report}");
    }

    cluster.stop_node("n4");
    cluster.start_node("n4", None);
    cluster.until_nodes_are_up();
    // Tasks that the user cancels do not ask to run again.
    printed(&mut run("results", &["--slurm"]));
    cluster.a_running_task(&[]);
    cluster.ask("scancel", &["--user=root"]);
    cluster.until_idle(30);
    printed(&mut run("results", &["--slurm", "--wait"]));
    cluster.until_idle(30);
    let results = folder.join("results");
    assert_same(&results, &folder.join("alone"), "a node without data");
    let status = cluster.status(folder);
    assert_eq!(status["cells_left"], 0, "{status:#}");
    assert_eq!(status["series"][1]["failed"], 24, "{status:#}");
    let diverged = status["diverged"][0].as_str().unwrap();
    assert!(
        diverged.starts_with("scratch, seed 1, arms.scratch"),
        "{diverged}"
    );
    Completion::Completed
}

/// The commands of docs/cluster.md, word for word, which are those of the notebook's protocol.
fn documented(cluster: &Cluster) -> Completion {
    if !std::env::var("FM_CLUSTER").is_ok_and(|value| value == "all") {
        return Completion::ignored_with("takes minutes: set FM_CLUSTER=all, in a release build");
    }
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/cluster.md");
    let document = fs::read_to_string(document).unwrap();
    let block = document.split("```sh\n").nth(1).unwrap();
    let commands = block.split("```").next().unwrap().lines();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let program = Path::new(env!("CARGO_BIN_EXE_fm")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    // The first installs the program.
    for line in commands.skip(1) {
        let mut command = Command::new("sh");
        command
            .args(["-c", line])
            .current_dir(folder)
            .env("PATH", &path);
        printed(&mut cluster.on(&mut command));
    }
    cluster.until_idle(60);
    let alone = ["experiment", "--data", "sample", "--out", "alone"];
    printed(&mut fm(folder, &alone));
    let results = folder.join("results/cluster");
    assert!(results.join("report.html").exists());
    assert_same(&results, &folder.join("alone"), "the document's commands");
    Completion::Completed
}

fn gnu_parallel() -> Result<Completion, libtest_mimic::Failed> {
    let probe = Command::new("parallel").arg("--version").output();
    if !probe.is_ok_and(|probe| probe.status.success()) {
        return Ok(Completion::ignored_with("GNU parallel is not installed"));
    }
    let (alone, together) = (tempfile::tempdir()?, tempfile::tempdir()?);
    printed(&mut experiment(alone.path(), "1..8", &[]));
    let share = experiment(together.path(), "1..8", &["--jobs", "1", "--slice", "{}/5"]);
    let mut parallel = Command::new("parallel");
    parallel
        .args(["--will-cite", "--jobs", "3"])
        .arg(share.get_program());
    parallel
        .args(share.get_args())
        .args([":::", "1", "2", "3", "4", "5"]);
    let output = parallel.current_dir(together.path()).output()?;
    assert!(output.status.success(), "{}", message(&output));
    let results = |folder: &Path| folder.join("results");
    assert_same(
        &results(together.path()),
        &results(alone.path()),
        "GNU parallel",
    );
    Ok(Completion::Completed)
}
