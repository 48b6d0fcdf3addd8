//! Two runs side by side.

use std::collections::BTreeMap;

use fm_benches::Spread;

use crate::report::{Report, row, seconds, table};

/// Prints old and new medians and their ratio, for everything that both have.
pub(crate) fn print(old: &Report, new: &Report) {
    if old.cpu.name != new.cpu.name || old.cpu.caches_kib != new.cpu.caches_kib {
        eprintln!(
            "warning: the runs are of different CPUs, {} and {}; ratios compare the CPUs too",
            old.cpu, new.cpu
        );
    }
    let before: BTreeMap<_, _> = old
        .entries
        .iter()
        .map(|entry| ((&entry.group, &entry.name), entry.secs))
        .collect();
    table(
        "New run compared with the old one",
        ["old", "new", "new / old", ""],
    );
    let mut both = 0;
    for entry in &new.entries {
        let Some(old) = before.get(&(&entry.group, &entry.name)) else {
            continue;
        };
        both += 1;
        let (ratio, verdict) = ratio(*old, entry.secs);
        row(
            &format!("{}, {}", entry.group, entry.name),
            [
                seconds(old.median),
                seconds(entry.secs.median),
                format!("{:.3} ({:.3}–{:.3})", ratio.median, ratio.low, ratio.high),
                verdict.to_owned(),
            ],
        );
    }
    println!(
        "\nMedians of the rounds, and the ratio of the medians. In brackets: the new lower quartile \
         by the old upper one, and the reverse. A ratio whose brackets contain 1 is within the \
         spread. The runs did not take turns: what changed on the machine between them is not in \
         the spread."
    );
    let only = [old.entries.len() - both, new.entries.len() - both];
    if only != [0, 0] {
        println!(
            "Only in the old run: {} figures; only in the new: {}.",
            only[0], only[1]
        );
    }
}

/// New by old with its spread, and what it says.
fn ratio(old: Spread, new: Spread) -> (Spread, &'static str) {
    let ratio = Spread {
        median: new.median / old.median,
        low: new.low / old.high,
        high: new.high / old.low,
    };
    let verdict = match ratio {
        Spread { high, .. } if high < 1.0 => "faster",
        Spread { low, .. } if low > 1.0 => "slower",
        _ => "within the spread",
    };
    (ratio, verdict)
}
