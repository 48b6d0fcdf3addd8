//! The scripts that Slurm runs, as text.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::settings::Settings;
use crate::print::quoted;

/// What both scripts of a submission share.
pub(super) struct Scripts<'a> {
    pub(super) settings: &'a Settings,
    /// Name of the jobs.
    pub(super) name: &'a str,
    /// The program, absolute.
    pub(super) program: &'a Path,
    /// Where the command was given; relative paths start here.
    pub(super) folder: &'a Path,
    /// The store, absolute.
    pub(super) results: &'a Path,
    /// The folder of the data; `None` for the embedded sample.
    pub(super) data: Option<&'a Path>,
    /// Number of shares.
    pub(super) slices: u64,
}

impl Scripts<'_> {
    /// The folder of scripts and logs.
    pub(super) fn slurm(&self) -> PathBuf {
        self.results.join("slurm")
    }

    /// The script of an array: task N trains share N, and shares after the first argument, if there
    /// is one.
    pub(super) fn tasks(&self, args: &[String], path: &Path, arrays: &[Array]) -> String {
        let mut text = self.head("tasks of a job array", path, "%A_%a.log");
        let first = arrays.first().map(|array| array.option(self.settings));
        for option in first.into_iter().chain([
            format!("--cpus-per-task={}", self.settings.cpus_per_task),
            // A minute before the limit, so that running trainings can end.
            "--signal=B:TERM@60".to_owned(),
            "--requeue".to_owned(),
        ]) {
            self.option(&mut text, &option);
        }
        text += "#\n# Submitted as:\n";
        for array in arrays {
            let command = array.command(self.settings, path);
            let _ = writeln!(text, "#   sbatch {}", words(&command));
        }
        self.paths(&mut text);
        let _ = writeln!(text, "slices={}", self.slices);
        let _ = writeln!(text, "most_requeues={}", self.settings.max_requeues);
        text += TASK_CHECKS;
        if self.data.is_some() {
            text += DATA_CHECK;
        }
        for line in &self.settings.setup {
            let _ = writeln!(text, "{line}");
        }
        let args: Vec<String> = args.iter().map(|arg| quoted(arg)).collect();
        let _ = write!(
            text,
            "\n\"$fm\" {} \\\n  --out \"$results\" --slice \"$slice/$slices\" \
             --jobs \"${{SLURM_CPUS_PER_TASK:-1}}\" --no-report &\n",
            args.join(" ")
        );
        text += TASK_END;
        text
    }

    /// The script of the job that writes the report.
    pub(super) fn report(&self, path: &Path) -> String {
        let mut text = self.head("report of a job array", path, "%j-report.log");
        self.paths(&mut text);
        for line in &self.settings.setup {
            let _ = writeln!(text, "{line}");
        }
        text += "\"$fm\" status \"$results\"\nexec \"$fm\" report \"$results\"\n";
        text
    }

    fn head(&self, what: &str, path: &Path, log: &str) -> String {
        let mut text = format!(
            "#!/bin/bash\n# {}: {what}, written by `fm experiment --slurm`.\n",
            path.display()
        );
        // A per cent sign begins a pattern in a log's name.
        let logs = self.slurm().join("logs").display().to_string();
        let log = format!("--output={}/{log}", logs.replace('%', "%%"));
        for option in [
            format!("--job-name={}", self.name),
            format!("--chdir={}", self.folder.display()),
            log,
            "--open-mode=append".to_owned(),
        ] {
            self.option(&mut text, &option);
        }
        for option in self.settings.options() {
            self.option(&mut text, &option);
        }
        text
    }

    fn option(&self, text: &mut String, option: &str) {
        let _ = writeln!(text, "#SBATCH {}", quoted(option));
    }

    fn paths(&self, text: &mut String) {
        let path = |path: &Path| quoted(&path.display().to_string());
        let _ = writeln!(text, "\nfm={}", path(self.program));
        let _ = writeln!(text, "results={}", path(self.results));
        if let Some(data) = self.data {
            let _ = writeln!(text, "data={}", path(data));
        }
    }
}

/// Everything that a task needs is looked for before anything runs.
const TASK_CHECKS: &str = r#"
slice=$((${1:-0} + SLURM_ARRAY_TASK_ID))
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

/// A task that is cut off by its time limit or by another job asks to run again; one that the user
/// cancels does not.
const TASK_END: &str = r#"child=$!
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

/// A job array: some of the shares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Array {
    /// What is added to a task's number for its share.
    pub(super) offset: u64,
    /// Numbers of the tasks, ascending.
    pub(super) tasks: Vec<u64>,
}

impl Array {
    /// `--array=1-3,7%2`
    pub(super) fn option(&self, settings: &Settings) -> String {
        let most = settings.array_max.map(|most| format!("%{most}"));
        format!(
            "--array={}{}",
            ranges(&self.tasks),
            most.unwrap_or_default()
        )
    }

    /// The words after `sbatch`.
    pub(super) fn command(&self, settings: &Settings, script: &Path) -> Vec<String> {
        let mut words = vec![self.option(settings), script.display().to_string()];
        if self.offset > 0 {
            words.push(self.offset.to_string());
        }
        words
    }
}

/// Arrays for these shares, where Slurm refuses the task number `max_array_size`.
pub(super) fn arrays(shares: &[u64], max_array_size: u64) -> Vec<Array> {
    let largest = max_array_size.saturating_sub(1).max(1);
    let mut arrays: Vec<Array> = Vec::new();
    for &share in shares {
        // Tasks are counted from 1.
        let offset = (share - 1) / largest * largest;
        match arrays.last_mut() {
            Some(array) if array.offset == offset => array.tasks.push(share - offset),
            _ => arrays.push(Array {
                offset,
                tasks: vec![share - offset],
            }),
        }
    }
    arrays
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

/// A command's words as a shell takes them.
pub(super) fn words(words: &[String]) -> String {
    let words = words.iter().map(|word| quoted(word));
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_stay_below_the_limit() {
        let all: Vec<u64> = (1..=25).collect();
        let numbers = |arrays: &[Array]| {
            let arrays = arrays.iter();
            let shares =
                arrays.flat_map(|array| array.tasks.iter().map(|task| task + array.offset));
            shares.collect::<Vec<_>>()
        };
        for (limit, expected) in [(1001, 1), (26, 1), (25, 2), (11, 3), (2, 25), (1, 25)] {
            let arrays = arrays(&all, limit);
            assert_eq!(arrays.len(), expected, "{limit}");
            assert_eq!(numbers(&arrays), all, "{limit}");
            let largest = arrays.iter().flat_map(|array| &array.tasks).max();
            assert!(*largest.unwrap() < limit.max(2), "{limit}");
        }
        assert_eq!(ranges(&[1, 2, 3, 5, 7, 8]), "1-3,5,7-8");
        // Shares that have nothing to do are left out.
        let some = arrays(&[2, 9, 14], 11);
        assert_eq!(numbers(&some), [2, 9, 14]);
        assert_eq!(some[1].offset, 10);
    }

    /// The shell reads it, and every path of it is one word.
    #[test]
    fn a_script_is_valid_shell_for_odd_paths() {
        let settings = Settings::default();
        let (results, folder) = (Path::new("/a b/it's 100 %"), Path::new("/w $HOME"));
        let scripts = Scripts {
            settings: &settings,
            name: "fm-x",
            program: Path::new("/opt/\"fm\""),
            folder,
            results,
            data: Some(Path::new("/data;x")),
            slices: 8,
        };
        let arrays = arrays(&[1, 2, 8], 1001);
        let path = scripts.slurm().join("1.sh");
        let args = ["experiment", "--set", "*.lr=0.1"].map(str::to_owned);
        let text = scripts.tasks(&args, &path, &arrays);
        assert!(text.contains("#SBATCH --array=1-2,8\n"), "{text}");
        assert!(
            text.contains("it'\\''s 100 %%/slurm/logs/%A_%a.log'\n"),
            "{text}"
        );
        assert!(text.contains("results='/a b/it'\\''s 100 %'\n"), "{text}");
        assert!(text.contains("experiment --set '*.lr=0.1' \\\n"), "{text}");
        for text in [text, scripts.report(&path)] {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &text).unwrap();
            let mut bash = std::process::Command::new("bash");
            let status = bash.arg("-n").arg(file.path()).status().unwrap();
            assert!(status.success(), "{text}");
        }
    }
}
