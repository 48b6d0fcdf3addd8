//! A Slurm cluster on the loopback interface, with Slurm's own programs.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::support::{fm, message, printed};

/// Its ports are fixed, so that there is one at a time.
static ONE: Mutex<()> = Mutex::new(());

/// Nodes of one core each, n1 to n4.
pub(crate) const NODES: usize = 4;

/// A running cluster, ended when it is dropped.
pub(crate) struct Cluster {
    folder: tempfile::TempDir,
    _one: MutexGuard<'static, ()>,
}

impl Cluster {
    /// Starts a cluster; the reason if that is not possible here.
    pub(crate) fn start() -> Result<Self, String> {
        if std::env::var("FM_CLUSTER").is_ok_and(|value| value == "none") {
            return Err("FM_CLUSTER=none".to_owned());
        }
        for program in [
            "slurmctld",
            "slurmd",
            "sbatch",
            "squeue",
            "scontrol",
            "munged",
        ] {
            let found = Command::new("sh")
                .args(["-c", &format!("command -v {program}")])
                .output();
            if !found.is_ok_and(|found| found.status.success()) {
                return Err(format!("{program} is not installed"));
            }
        }
        let user = Command::new("id").arg("-u").output();
        if !user.is_ok_and(|user| user.stdout == b"0\n") {
            return Err("the daemons need root".to_owned());
        }
        let one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster/start.sh");
        let log = fs::File::create(folder.path().join("start.log")).unwrap();
        let status = Command::new(script)
            .arg(folder.path())
            .arg(NODES.to_string())
            .stdin(Stdio::null())
            // The daemons keep what they inherit.
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .status()
            .unwrap();
        let cluster = Self { folder, _one: one };
        let log = || fs::read_to_string(cluster.folder.path().join("start.log")).unwrap();
        assert!(status.success(), "the cluster does not start: {}", log());
        Ok(cluster)
    }

    fn conf(&self) -> PathBuf {
        self.folder.path().join("slurm.conf")
    }

    /// A command on the cluster.
    pub(crate) fn on(&self, command: &mut Command) -> Command {
        let mut on = Command::new(command.get_program());
        on.args(command.get_args()).env("SLURM_CONF", self.conf());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => on.env(name, value),
                None => on.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            on.current_dir(folder);
        }
        on.stdout(Stdio::piped()).stderr(Stdio::piped());
        on
    }

    /// What a program of Slurm printed.
    pub(crate) fn ask(&self, program: &str, args: &[&str]) -> String {
        let mut command = Command::new(program);
        printed(&mut self.on(command.args(args)))
    }

    /// `fm status results --format json`
    pub(crate) fn status(&self, folder: &Path) -> serde_json::Value {
        let mut command = fm(folder, &["status", "results", "--format", "json"]);
        serde_json::from_str(&printed(&mut self.on(&mut command))).unwrap()
    }

    /// Tasks that run, as `12_3` and the node's name.
    pub(crate) fn running(&self) -> Vec<(String, String)> {
        let args = [
            "--noheader",
            "--array",
            "--states=RUNNING",
            "--format=%i %N",
        ];
        let printed = self.ask("squeue", &args);
        let tasks = printed.lines().filter_map(|line| line.split_once(' '));
        tasks
            .map(|(task, node)| (task.to_owned(), node.to_owned()))
            .collect()
    }

    /// Waits for a running task; fails if there is none in time.
    pub(crate) fn a_running_task(&self, other_than: &[String]) -> (String, String) {
        let mut found = None;
        self.until("a running task", 60, || {
            let running = self.running().into_iter();
            let mut others = running.filter(|(task, _)| !other_than.contains(task));
            found = others.next_back();
            found.is_some()
        });
        found.unwrap()
    }

    /// Gives a running task to a program of Slurm, another one if it has ended by then.
    pub(crate) fn ask_of_a_task(
        &self,
        other_than: &[String],
        program: &str,
        args: &[&str],
    ) -> String {
        loop {
            let (task, _) = self.a_running_task(other_than);
            let mut command = Command::new(program);
            let asked = self.on(command.args(args).arg(&task)).output().unwrap();
            if asked.status.success() {
                return task;
            }
        }
    }

    /// Waits until no job is in the queue.
    pub(crate) fn until_idle(&self, secs: u64) {
        self.until("an empty queue", secs, || {
            self.ask("squeue", &["--noheader"]).trim().is_empty()
        });
    }

    /// Waits until a condition holds.
    pub(crate) fn until(&self, what: &str, secs: u64, mut holds: impl FnMut() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(
                start.elapsed() < Duration::from_secs(secs),
                "no {what} in {secs} s; the queue has:\n{}",
                self.ask("squeue", &["--array"])
            );
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// The number of the batch script of a task.
    pub(crate) fn script_of(&self, task: &str) -> Option<u32> {
        let (array, index) = task.split_once('_')?;
        let has = |environ: &str| {
            environ
                .split('\0')
                .any(|v| v == format!("SLURM_ARRAY_JOB_ID={array}"))
                && environ
                    .split('\0')
                    .any(|v| v == format!("SLURM_ARRAY_TASK_ID={index}"))
        };
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let mut numbers: Vec<u32> = processes
            .filter(|entry| {
                let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
                has(&String::from_utf8_lossy(&environ))
            })
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .collect();
        numbers.sort_unstable();
        numbers.first().copied()
    }

    /// Ends the controller and starts it again.
    pub(crate) fn restart_controller(&self) {
        let pid = self.pid("slurmctld");
        kill("TERM", pid);
        self.gone(pid);
        self.daemon("slurmctld", Command::new("slurmctld").arg("-D"));
        self.until("answer of the controller", 30, || {
            let mut ping = Command::new("scontrol");
            let output = self.on(ping.arg("ping")).output().unwrap();
            String::from_utf8_lossy(&output.stdout).contains("is UP")
        });
    }

    /// Kills a node: its daemon and everything that runs on it, at once.
    pub(crate) fn kill_node(&self, node: &str) {
        // The node's daemon, the daemons of its tasks, and their scripts and programs, which have
        // the node's name in their environment or among their arguments.
        let mine = |path: &Path| {
            let read = |name| fs::read(path.join(name)).unwrap_or_default();
            let environ = read("environ");
            let environ = String::from_utf8_lossy(&environ);
            let here = format!("SLURM_CONF={}", self.conf().display());
            let on_node = format!("SLURMD_NODENAME={node}");
            environ.split('\0').any(|v| v == here) && environ.split('\0').any(|v| v == on_node)
        };
        let daemon = self.pid(node);
        kill("KILL", daemon);
        for entry in fs::read_dir("/proc").unwrap().filter_map(Result::ok) {
            let number = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<u32>().ok());
            let Some(number) = number else { continue };
            let step = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            let parent = step
                .rsplit(')')
                .next()
                .and_then(|rest| rest.split_whitespace().nth(1));
            let is_step = parent == Some(daemon.to_string().as_str());
            if is_step || mine(&entry.path()) {
                kill("KILL", number);
            }
        }
    }

    /// Starts the daemon of a node again; in a mount namespace of its own after `mount`, a command
    /// of the shell, if there is one.
    pub(crate) fn start_node(&self, node: &str, mount: Option<&str>) {
        let mut command = match mount {
            None => Command::new("slurmd"),
            Some(mount) => {
                let mut command = Command::new("unshare");
                let line = format!("{mount} && exec slurmd \"$@\"");
                command.args(["--mount", "sh", "-c", &line, "slurmd"]);
                command
            }
        };
        self.daemon(node, command.args(["-D", "-N", node]));
    }

    /// Waits until every node takes jobs.
    pub(crate) fn until_nodes_are_up(&self) {
        self.until("four nodes", 60, || {
            let args = [
                "--noheader",
                "--Node",
                "--states=idle,alloc,mix",
                "--format=%N",
            ];
            self.ask("sinfo", &args).lines().count() == NODES
        });
    }

    pub(crate) fn stop_node(&self, node: &str) {
        let pid = self.pid(node);
        kill("TERM", pid);
        self.gone(pid);
    }

    fn daemon(&self, name: &str, command: &mut Command) {
        let path = self.folder.path().join(format!("logs/{name}.out"));
        let log = fs::File::options()
            .append(true)
            .create(true)
            .open(path)
            .unwrap();
        let child = self
            .on(command)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        let path = self.folder.path().join("pids").join(name);
        fs::write(path, child.id().to_string()).unwrap();
        // A child that was not waited for stays as a zombie.
        std::thread::spawn(move || {
            let mut child = child;
            let _ = child.wait();
        });
    }

    fn pid(&self, name: &str) -> u32 {
        let path = self.folder.path().join("pids").join(name);
        fs::read_to_string(path).unwrap().trim().parse().unwrap()
    }

    fn gone(&self, pid: u32) {
        self.until("end of a daemon", 30, || {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            stat.is_empty() || stat.contains(") Z ")
        });
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The first failure is the one to report.
        let mut scancel = Command::new("scancel");
        let _ = self.on(scancel.args(["--user=root"])).output();
        let pids = self.folder.path().join("pids");
        for entry in fs::read_dir(pids)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
        {
            let pid = fs::read_to_string(entry.path()).unwrap_or_default();
            if let Ok(pid) = pid.trim().parse() {
                kill("TERM", pid);
            }
        }
        // The controller saves its state; until then its port is in use.
        let start = Instant::now();
        while fs::metadata(format!("/proc/{}", self.pid("slurmctld"))).is_ok()
            && start.elapsed() < Duration::from_secs(10)
        {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Sends a signal to a process, which may be gone.
pub(crate) fn kill(signal: &str, pid: u32) {
    let output = Command::new("kill")
        .args(["-s", signal, &pid.to_string()])
        .output();
    drop(output.map(|output| message(&output)));
}
