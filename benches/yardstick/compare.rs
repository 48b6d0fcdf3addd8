//! Two runs side by side.

use fm_benches::Spread;

use crate::report::{Report, row, seconds, table};

/// Prints old and new medians and their ratio, for everything that both have.
pub(crate) fn print(old: &Report, new: &Report) {
    if old.cpu != new.cpu {
        eprintln!(
            "warning: the runs are of different CPUs, {} and {}; ratios compare the CPUs too",
            old.cpu, new.cpu
        );
    }
    let columns = ["old", "new", "new / old", ""].map(str::to_owned);
    table("New run compared with the old one", columns);
    for entry in &new.entries {
        let mut before = old.entries.iter();
        let before = before.find(|old| (&old.group, &old.name) == (&entry.group, &entry.name));
        let Some(old) = before.map(|entry| entry.secs) else {
            continue;
        };
        let ratio = Spread {
            median: entry.secs.median / old.median,
            low: entry.secs.low / old.high,
            high: entry.secs.high / old.low,
        };
        let verdict = match ratio {
            Spread { high, .. } if high < 1.0 => "faster",
            Spread { low, .. } if low > 1.0 => "slower",
            _ => "within the spread",
        };
        let (old, new) = (seconds(old.median), seconds(entry.secs.median));
        let cells = [old, new, format!("{ratio:.3}"), verdict.to_owned()];
        row(&format!("{}, {}", entry.group, entry.name), cells);
    }
    println!(
        "\nMedians of the rounds, and the ratio of the medians. In brackets: the new lower quartile \
         by the old upper one, and the reverse. A ratio whose brackets contain 1 is within the \
         spread. The runs did not take turns: what changed on the machine between them is not in \
         the spread."
    );
}
