//! `--wait`: watching a submission, which does not need to be watched.

use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use fm_experiment::{Progress, Store};
use indicatif::ProgressBar;

use super::queued;
use crate::interrupt;
use crate::print::note;
use crate::progress::style;

/// Time between two looks.
const LOOK: Duration = Duration::from_secs(2);

/// Waits until no job of the store at `out` is in the queue; whether it was not interrupted.
pub(crate) fn wait(out: &Path) -> Result<bool> {
    interrupt::watch()?;
    let store = Store::read(out)?;
    let missing = Progress::read(out)?.missing;
    let before = store.keys()?.len();
    let bar = ProgressBar::new(missing as u64);
    bar.set_style(style("{pos} of {len} cells {wide_bar} {msg}  {eta} left"));
    while !interrupt::asked() {
        bar.set_position((store.keys()?.len() - before) as u64);
        // The controller may be away for a while; the tasks are not.
        match queued(out) {
            Ok(jobs) if jobs.is_empty() => {
                bar.finish_and_clear();
                return Ok(true);
            }
            Ok(jobs) => bar.set_message(jobs.join("; ")),
            Err(error) => bar.set_message(format!("{error:#}")),
        }
        thread::sleep(LOOK);
    }
    bar.finish_and_clear();
    note("No longer waiting. The tasks go on; `fm status` shows them and `scancel` ends them.");
    Ok(false)
}
