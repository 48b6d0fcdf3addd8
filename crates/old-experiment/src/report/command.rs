//! The command that makes a folder's results again.

use super::load::Material;
use crate::curves::{Curve, CurvesSummary, PairSummary, all_pairs};
use crate::protocol::Protocol;
use crate::seeds::SeedList;

/// The command that makes the same results, and whether it needs the protocol as a file.
pub(super) fn command(material: &Material) -> (String, bool) {
    let identity = &material.plan.identity;
    let protocol = &identity.protocol;
    let built_in = Protocol::built_in(&protocol.name);
    // Optional arms of the one built in that are on here.
    let on = built_in.as_ref().map_or_else(Vec::new, |built_in| {
        let on = protocol.arms.iter().map(|arm| arm.name.clone());
        on.filter(|name| built_in.optional_arm(name).is_some())
            .collect()
    });
    let built_in = built_in.and_then(|built_in| built_in.with_arms(&on).ok());
    let own_file = built_in.as_ref() != Some(protocol);
    let name = if own_file {
        "protocol.toml"
    } else {
        &protocol.name
    };
    let mut words = format!("fm experiment --protocol {name}");
    if !own_file && !on.is_empty() {
        words.push_str(&format!(" --with-arm {}", on.join(",")));
    }
    match identity.seeds.as_slice() {
        [seed] => words.push_str(&format!(" --seed {seed}")),
        seeds => {
            let list: Vec<String> = seeds.iter().map(u64::to_string).collect();
            let list = list.join(",");
            let short = list.parse::<SeedList>().map(|seeds| seeds.to_string());
            words.push_str(&format!(" --seeds {}", short.unwrap_or(list)));
        }
    }
    words.push_str(&format!(" --backend {}", identity.backend));
    words.push_str(&curve_words(&material.summary.curves));
    (words, own_file)
}

/// The flags of the curves that there are.
fn curve_words(curves: &CurvesSummary) -> String {
    let mut words = String::new();
    for (curve, there) in [
        (Curve::Samples, curves.samples.is_some()),
        (Curve::Depth, curves.depth.is_some()),
    ] {
        if there {
            words.push_str(&format!(" --curve {curve}"));
        }
    }
    match &curves.pairs {
        Some(pairs) if pairs.pairs.len() == all_pairs().len() => words.push_str(" --curve pairs"),
        Some(pairs) => {
            let pair = |pair: &PairSummary| format!("{}-{}", pair.classes[0], pair.classes[1]);
            let list: Vec<String> = pairs.pairs.iter().map(pair).collect();
            words.push_str(&format!(" --pairs {}", list.join(",")));
        }
        None => {}
    }
    if let Some(table) = curves.vary.as_ref().and_then(|vary| vary.tables.first()) {
        let lines = table.table.sources.iter().chain(&table.table.all);
        let list: Vec<&str> = lines.map(|line| line.source.as_str()).collect();
        words.push_str(&format!(" --vary {}", list.join(",")));
    }
    words
}

/// Words as a shell takes them.
pub(super) fn command_line(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
        if !word.is_empty() && word.chars().all(plain) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_quoted_as_a_shell_needs_it() {
        let words = ["fm", "a b", "it's", ""].map(str::to_owned);
        assert_eq!(command_line(&words), "fm 'a b' 'it'\\''s' ''");
    }
}
