//! Experiments on a Slurm cluster: the records of one machine, whatever happens to the tasks.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use libtest_mimic::{Completion, Trial};

use crate::cluster::{Cluster, kill};
use crate::support::{assert_same, count, experiment, fm, message, mount, printed};

pub(crate) fn tests() -> Vec<Trial> {
    let on_a_cluster = |name: &str, test: fn(&Cluster)| {
        Trial::ignorable_test(name, move || {
            Ok(match Cluster::start() {
                Err(reason) => Completion::ignored_with(reason),
                Ok(cluster) => {
                    test(&cluster);
                    Completion::Completed
                }
            })
        })
    };
    vec![
        on_a_cluster("a_cluster_with_faults_gives_what_one_process_gives", faults),
        on_a_cluster("a_cluster_names_tasks_that_cannot_succeed", named_failures),
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

fn faults(cluster: &Cluster) {
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
    // A task gets the signal that announces its time limit.
    let (task, _) = cluster.a_running_task(&harmed);
    cluster.ask("scancel", &["--batch", "--signal=TERM", &task]);
    harmed.push(task.clone());
    let log = results.join(format!("slurm/logs/{task}.log"));
    cluster.until("requeue", 30, || {
        let log = fs::read_to_string(&log).unwrap_or_default();
        log.contains("it is requeued") || !cluster.running().iter().any(|(t, _)| *t == task)
    });
    cluster.restart_controller();
    // A task is requeued by an operator.
    let (task, _) = cluster.a_running_task(&harmed);
    cluster.ask("scontrol", &["requeue", &task]);
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

fn named_failures(cluster: &Cluster) {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    printed(&mut fm(
        folder,
        &[
            "data",
            "unpack",
            "--data",
            "sample",
            "--out",
            "pictures",
            "--per-class",
            "80",
        ],
    ));
    printed(&mut fm(
        folder,
        &["data", "pack", "pictures", "--out", "data"],
    ));
    let data = folder.join("data");
    // On n4 the folder of the data is empty.
    let empty = format!("mount -t tmpfs none {}", data.display());
    let probe = tempfile::tempdir().unwrap();
    if mount(&["-t", "tmpfs", "none"], probe.path()).is_ok() {
        let _ = Command::new("umount").arg(probe.path()).output();
        cluster.stop_node("n4");
        cluster.start_node("n4", Some(&empty));
        cluster.until_nodes_are_up();
    }
    fs::write(folder.join("fm-slurm.toml"), "task_minutes = 1\n").unwrap();
    let sweep = "arms.scratch.phases[0].optimizer.sgd.lr=1e-2,1e30";
    let mut command = experiment(folder, "1..24", &["--sweep", sweep, "--slurm"]);
    let args: Vec<_> = command.get_args().map(ToOwned::to_owned).collect();
    let at = args.iter().position(|arg| arg == "sample").unwrap();
    command = fm(folder, &[]);
    command.args(&args[..at]).arg(&data).args(&args[at + 1..]);
    printed(&mut cluster.on(&mut command));
    thread::sleep(Duration::from_millis(100));
    cluster.until_idle(120);
    let status = printed(&mut cluster.on(&mut fm(folder, &["status", "results"])));
    println!("{status}");
    let report = fs::read_to_string(folder.join("results/report.md")).unwrap();
    assert!(report.contains("diverged"), "{report}");
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
