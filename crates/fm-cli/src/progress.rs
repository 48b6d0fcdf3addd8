//! Progress bars: on a terminal only.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fm_data::fetch::Event;
use fm_data::printable;
use fm_experiment::{Cell, Job, Key, Observer, Outcome};
use fm_report::counted;
use indicatif::{ProgressBar, ProgressStyle};

use crate::interrupt;
use crate::print::{errln, percent};

/// A job with more cells is told by their number.
const MOST_SCORES: usize = 8;

/// One bar for jobs, and a line above it for each that ends. Shows nothing if standard error is not
/// a terminal.
pub(crate) struct JobBar {
    bar: ProgressBar,
    cells: usize,
    /// How each cell that has ended ended.
    ended: Mutex<BTreeMap<Key, String>>,
}

impl JobBar {
    pub(crate) fn new(jobs: &[Job]) -> Self {
        let bar = ProgressBar::new(jobs.iter().map(Job::work).sum());
        bar.set_style(style("{msg} {wide_bar} {percent:>3} %  {eta} left"));
        let cells = jobs.iter().map(|job| job.cells.len()).sum();
        bar.set_message(format!("cell 0 of {cells}"));
        bar.enable_steady_tick(Duration::from_millis(500));
        let ended = Mutex::default();
        Self { bar, cells, ended }
    }

    /// Removes the bar; "3 of 12 missing cells".
    pub(crate) fn finish(&self) -> String {
        self.bar.finish_and_clear();
        let cells = counted(self.cells, "missing cell");
        format!("{} of {cells}", self.ended().len())
    }

    fn ended(&self) -> MutexGuard<'_, BTreeMap<Key, String>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for JobBar {
    fn advance(&self, work: u64) {
        self.bar.inc(work);
    }

    fn extend(&self, work: u64) {
        self.bar.inc_length(work);
    }

    fn cell_done(&self, cell: &Cell, outcome: &Outcome) {
        let scores = outcome.scores().map(|scores| percent(scores.accuracy));
        let scores = scores.unwrap_or_else(|| "diverged".to_owned());
        let mut ended = self.ended();
        ended.insert(cell.key, scores);
        let message = format!("cell {} of {}", ended.len(), self.cells);
        self.bar.set_message(message);
    }

    fn job_done(&self, job: &Job, wall_secs: f64) {
        let ended = self.ended();
        let scores = match job.cells.as_slice() {
            cells if cells.len() > MOST_SCORES => counted(cells.len(), "cell"),
            cells => {
                let scores = cells.iter().map(|cell| {
                    let scores = ended.get(&cell.key).map_or("", String::as_str);
                    format!("{} {scores}", cell.model)
                });
                scores.collect::<Vec<_>>().join("  ")
            }
        };
        let seed = job.cells.first().map_or(0, |cell| cell.seed);
        let line = format!("seed {seed:>4}  {scores}  ({wall_secs:.1} s)");
        self.bar.println(line);
    }

    fn cancelled(&self) -> bool {
        interrupt::asked()
    }
}

pub(crate) fn style(template: &str) -> ProgressStyle {
    // The templates are constants: a plain bar is shown should one ever be wrong.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// A bar for the file being fetched, and a line for what goes wrong.
pub(crate) struct FetchBar {
    bar: ProgressBar,
}

impl FetchBar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0);
        let template = "{msg} {wide_bar} {bytes:>10} of {total_bytes}  {eta} left";
        bar.set_style(style(template));
        Self { bar }
    }

    pub(crate) fn event(&self, event: Event<'_>) {
        match event {
            Event::Started { file, from, total } => {
                self.bar.set_length(total.unwrap_or(0));
                self.bar.set_position(from);
                self.bar.set_message(file.to_owned());
                self.bar.reset_eta();
            }
            Event::Bytes(done) => self.bar.set_position(done),
            // On a terminal above the bar, elsewhere as it is: what went wrong is worth reading
            // later.
            Event::Note(line) => self.bar.suspend(|| errln!("{}", printable(&line))),
            _ => {}
        }
    }
}

impl Drop for FetchBar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
