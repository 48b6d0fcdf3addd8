//! The scripts that Slurm runs, as text.

use fm_report::command_line;

use crate::args::slurm::Settings;

/// What both scripts of a submission share. Paths are absolute.
pub(super) struct Scripts<'a> {
    pub(super) settings: &'a Settings,
    /// Name of the jobs.
    pub(super) name: String,
    pub(super) program: String,
    /// Where the command was given.
    pub(super) folder: String,
    pub(super) logs: String,
    pub(super) results: String,
    /// The folder of the data; `None` for the embedded sample.
    pub(super) data: Option<String>,
    /// Number of shares.
    pub(super) slices: u64,
    /// Those that have missing jobs, ascending.
    pub(super) shares: &'a [u64],
}

impl Scripts<'_> {
    /// The script of the array at `path`: task N trains share N with `fm` and these words.
    pub(super) fn tasks(&self, path: &str, words: &[String]) -> String {
        let Settings {
            array_max,
            cpus_per_task,
            max_requeues,
            setup,
            ..
        } = self.settings;
        let at_once = array_max.map(|most| format!("%{most}")).unwrap_or_default();
        let options = [
            format!("--array={}{at_once}", ranges(self.shares)),
            format!("--cpus-per-task={}", cpus_per_task.map_or(1, u64::from)),
            // A minute before the limit, so that running trainings can end.
            "--signal=B:TERM@60".to_owned(),
            "--requeue".to_owned(),
        ];
        let data = self.data.as_ref().map_or("", |_| DATA_CHECK);
        [
            &self.head("Tasks of a job array", path, "%A_%a.log", &options),
            &format!("slices={}\n", self.slices),
            &format!("most_requeues={}\n", max_requeues.unwrap_or(20)),
            TASK_CHECKS,
            data,
            &lines(setup),
            &format!("\n\"$fm\" {} \\\n", command_line(words)),
            TASK_START,
        ]
        .concat()
    }

    /// The script of the job that writes the report.
    pub(super) fn report(&self, path: &str) -> String {
        [
            &self.head("Report of a job array", path, "%j-report.log", &[]),
            &lines(&self.settings.setup),
            "\"$fm\" status \"$results\"\nexec \"$fm\" report \"$results\"\n",
        ]
        .concat()
    }

    fn head(&self, what: &str, path: &str, log: &str, more: &[String]) -> String {
        // A per cent sign begins a pattern in a log's name.
        let logs = self.logs.replace('%', "%%");
        let own = [
            format!("--job-name={}", self.name),
            format!("--chdir={}", self.folder),
            format!("--output={logs}/{log}"),
            "--open-mode=append".to_owned(),
        ];
        let mut text = format!(
            "#!/bin/bash\n# {what}, written by `fm experiment --slurm`.\n# To submit it again: sbatch {}\n",
            command_line(&[path])
        );
        for option in own
            .into_iter()
            .chain(self.settings.options())
            .chain(more.to_vec())
        {
            text += &format!("#SBATCH {}\n", command_line(&[option]));
        }
        text.push('\n');
        let data = self.data.as_ref().map(|data| ("data", data));
        let paths = [("fm", &self.program), ("results", &self.results)];
        for (name, path) in paths.into_iter().chain(data) {
            text += &format!("{name}={}\n", command_line(&[path]));
        }
        text
    }
}

fn lines(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// `1-3,7`
fn ranges(numbers: &[u64]) -> String {
    let runs = numbers.chunk_by(|a, b| a + 1 == *b);
    let runs = runs.map(|run| match run {
        [one] => one.to_string(),
        run => format!("{}-{}", run[0], run[run.len() - 1]),
    });
    runs.collect::<Vec<_>>().join(",")
}

/// Everything that a task needs is looked for before anything runs.
const TASK_CHECKS: &str = r#"
slice=$SLURM_ARRAY_TASK_ID
task=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
node=${SLURMD_NODENAME:-$(hostname -s)}

# Says in the log and to `fm status` why this share is not finished.
fail() {
  echo "fm: $node: $1" >&2
  local text=${1//\\/\\\\}
  if [ -e "$results/store.json" ]; then
    mkdir -p "$results/processes"
    printf '{"host":"%s","pid":%d,"slice":"%d/%d","task":"%s","log":"%s","seen_at":%d,"failed":"%s"}\n' \
      "$node" $$ "$slice" "$slices" "$task" "slurm/logs/$task.log" "$(date +%s)" \
      "${text//\"/\\\"}" >"$results/processes/failed-$slice-of-$slices.json"
  fi
  exit 2
}

[ -e "$results/store.json" ] || fail "the results folder $results is not on this node"
[ -x "$fm" ] || fail "the program $fm is not on this node"
"#;

const DATA_CHECK: &str = "[ -d \"$data\" ] || fail \"the data folder $data is not on this node\"\n";

/// The rest of the command, and what follows it. A task that is cut off by its time limit or by
/// another job asks to run again; one that the user cancels does not.
const TASK_START: &str = r#"  --out "$results" --slice "$slice/$slices" --jobs "${SLURM_CPUS_PER_TASK:-1}" --no-report &
child=$!
cut_off=
trap 'cut_off=1; kill -TERM "$child" 2>/dev/null' TERM
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null || break
done

if [ "$code" = 143 ] || { [ "$cut_off" ] && [ "$code" != 0 ]; }; then
  # Slurm gives a task that was cancelled another state at once.
  [ "$(squeue --noheader --jobs="$task" --states=RUNNING --format=%T 2>/dev/null)" ] || exit 143
  [ "${SLURM_RESTART_COUNT:-0}" -lt "$most_requeues" ] ||
    fail "this task was cut off $((most_requeues + 1)) times; give it more time"
  echo "fm: $node: this task was cut off; it is requeued and goes on with what is missing" >&2
  scontrol requeue "$task"
  exit 75
fi
# The program itself says why it failed, unless it was killed.
[ "$code" -le 2 ] || fail "fm ended with exit code $code"
exit "$code"
"#;
