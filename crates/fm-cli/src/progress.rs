//! Progress bars: on a terminal only.

use std::sync::Mutex;

use fm_data::fetch::{Event, Progress};
use fm_experiment::curves::CurvePart;
use fm_experiment::report::percent;
use fm_experiment::{PlanObserver, RunRecord};
use indicatif::{ProgressBar, ProgressStyle};

use crate::interrupt;
use crate::table::hanging_note;

/// One bar for a whole plan, and a line per seed as it ends. Shows nothing where standard error
/// is no terminal.
pub(crate) struct PlanBar {
    bar: ProgressBar,
    seeds: usize,
    done: Mutex<usize>,
}

impl PlanBar {
    /// A bar for `seeds` runs of `work` each, of which `done` are there already.
    pub(crate) fn new(seeds: usize, done: usize, work: u64) -> Self {
        let bar = ProgressBar::new((seeds - done) as u64 * work);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} %  {eta} left");
        // The template is a constant: a plain bar is shown should it ever be wrong.
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(format!("seed {done} of {seeds}"));
        bar.enable_steady_tick(std::time::Duration::from_millis(500));
        Self {
            bar,
            seeds,
            done: Mutex::new(done),
        }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Runs that are finished.
    pub(crate) fn done(&self) -> usize {
        let done = self.done.lock();
        *done.unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl PlanObserver for PlanBar {
    fn advance(&self, work: u64) {
        self.bar.inc(work);
    }

    fn seed_done(&self, record: &RunRecord, wall_secs: f64) {
        let mut done = self
            .done
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *done += 1;
        self.bar
            .set_message(format!("seed {done} of {}", self.seeds));
        let mut line = format!(
            "seed {:>4}  source {}",
            record.seed,
            percent(record.source.test.accuracy)
        );
        for arm in &record.arms {
            line.push_str(&format!("  {} {}", arm.name, percent(arm.test.accuracy)));
        }
        line.push_str(&format!("  ({wall_secs:.1} s)"));
        self.bar.println(hanging_note(&line, 11));
    }

    fn cancelled(&self) -> bool {
        interrupt::asked()
    }
}

/// One bar for the parts of curves, and a line for each as it ends.
pub(crate) struct CurveBar {
    bar: ProgressBar,
    parts: usize,
    done: Mutex<usize>,
}

impl CurveBar {
    /// A bar for `parts` that take `work` together.
    pub(crate) fn new(parts: usize, work: u64) -> Self {
        let bar = ProgressBar::new(work);
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent:>3} %  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        bar.set_message(format!("curves: part 0 of {parts}"));
        bar.enable_steady_tick(std::time::Duration::from_millis(500));
        let done = Mutex::new(0);
        Self { bar, parts, done }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Parts that are finished.
    pub(crate) fn done(&self) -> usize {
        let done = self.done.lock();
        *done.unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl PlanObserver for CurveBar {
    fn advance(&self, work: u64) {
        self.bar.inc(work);
    }

    fn curve_done(&self, part: CurvePart, wall_secs: f64) {
        let mut done = self
            .done
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *done += 1;
        self.bar
            .set_message(format!("curves: part {done} of {}", self.parts));
        self.bar.println(format!("{part}  ({wall_secs:.1} s)"));
    }

    fn cancelled(&self) -> bool {
        interrupt::asked()
    }
}

/// A bar for the file being fetched, and a line for what goes wrong.
pub(crate) struct FetchBar {
    bar: ProgressBar,
}

impl FetchBar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::new(0);
        let template = "{msg} {wide_bar} {bytes:>10} of {total_bytes}  {eta} left";
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self { bar }
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// On a terminal above the bar, elsewhere as it is: what went wrong is worth reading later.
    fn line(&self, line: String) {
        self.bar.suspend(|| eprintln!("{line}"));
    }
}

impl Progress for FetchBar {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::OtherFetch { folder } => {
                self.line(format!(
                    "waiting for another fetch into {}",
                    folder.display()
                ));
            }
            Event::SetAside { wrong, to } => {
                self.line(format!("{wrong}; it is now {}", to.display()));
            }
            Event::Started {
                file,
                resumed_from,
                total,
                ..
            } => {
                self.bar.set_length(total.unwrap_or(0));
                self.bar.set_position(resumed_from);
                self.bar.set_message(file.to_owned());
                self.bar.reset_eta();
            }
            Event::Bytes { done } => self.bar.set_position(done),
            Event::Failed {
                file,
                source,
                reason,
            } => {
                self.line(format!("{file} from {source}: {reason}"));
            }
            Event::Waiting { wait } => {
                self.bar
                    .set_message(format!("trying again in {:.1} s", wait.as_secs_f64()));
            }
            _ => {}
        }
    }
}
