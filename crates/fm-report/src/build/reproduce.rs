//! How to make the same results again.

use fm_experiment::protocol::{Protocol, Values};
use fm_experiment::{NamedSweep, Request, Results, SeedList};

use super::names::value_text;
use super::warnings::SAMPLE;
use crate::document::{Section, Shown, Text};
use crate::number::ranges;
use crate::table::{Column, Table};

/// The section: a command, what the results were made with, and the protocol.
pub(crate) fn section(results: &Results) -> Section {
    // The sample may have been used because the whole dataset was not there.
    let data = match results.store().dataset().name == SAMPLE {
        true => ["--data", "sample"].map(str::to_owned).to_vec(),
        false => results.made_with.data.clone(),
    };
    let (command, own_file) = experiment_command(&results.request, "protocol.toml", &data);
    let words = match own_file {
        true => {
            "Save the protocol below as protocol.toml. Then this command gives the same results:"
        }
        false => "This command gives the same results:",
    };
    Section::new("How to reproduce the results", Shown::Details)
        .with(Text::note(words))
        .with(Text::Code("sh", command_line(&command)))
        .with(facts(results))
        .with(Text::note("The protocol:"))
        .with(Text::Code("toml", results.protocol().to_toml()))
}

/// The words of the command that asks for the same, with these words for its data. A protocol that
/// is not a built-in one is in `file`; whether it is needed.
pub fn experiment_command(request: &Request, file: &str, data: &[String]) -> (Vec<String>, bool) {
    let protocol = &request.protocol;
    let built_in = Protocol::built_in(&protocol.name);
    // Optional arms of the built-in protocol that are on here.
    let names = protocol.arms.iter().map(|arm| arm.name.clone());
    let is_optional = |name: &String| built_in.as_ref()?.optional_arm(name).map(|_| ());
    let on: Vec<String> = names.filter(|name| is_optional(name).is_some()).collect();
    let built_in = built_in.and_then(|built_in| built_in.with_arms(&on).ok());
    let own_file = built_in.as_ref() != Some(protocol);
    let mut words = ["fm", "experiment"].map(str::to_owned).to_vec();
    let mut option = |name: &str, value: &str| words.extend([name, value].map(str::to_owned));
    option("--protocol", if own_file { file } else { &protocol.name });
    if !own_file && !on.is_empty() {
        option("--with-arm", &on.join(","));
    }
    let seeds: Vec<String> = request.seeds.iter().map(u64::to_string).collect();
    let list = seeds.join(",");
    match (seeds.as_slice(), list.parse::<SeedList>()) {
        // A single number would be a count.
        ([one], _) => option("--seed", one),
        (_, Ok(short)) => option("--seeds", &short.to_string()),
        (_, Err(_)) => option("--seeds", &list),
    }
    option("--backend", &request.backend.to_string());
    for NamedSweep { name, sweep } in &request.sweeps {
        let named = protocol.sweeps.get(name);
        if named == Some(sweep) {
            option("--sweep", name);
            continue;
        }
        for (key, values) in &sweep.over {
            let key = named.map_or(key, |_| name);
            let values = match values {
                Values::Word(word) => word.clone(),
                Values::List(values) => joined(values, value_text),
            };
            option("--sweep", &format!("{key}={values}"));
        }
    }
    if data.starts_with(&["--data", "sample"].map(str::to_owned)) {
        // Otherwise `fit_to_data` multiplies the protocol's.
        option(
            "--set",
            &format!("source.epochs={}", protocol.source.epochs),
        );
    }
    words.extend_from_slice(data);
    (words, own_file)
}

fn joined<T>(values: &[T], text: impl Fn(&T) -> String) -> String {
    values.iter().map(text).collect::<Vec<_>>().join(",")
}

/// Words as a shell takes them.
pub fn command_line<S: AsRef<str>>(words: &[S]) -> String {
    let quoted = words.iter().map(|word| {
        let word = word.as_ref();
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
        match !word.is_empty() && word.chars().all(plain) {
            true => word.to_owned(),
            false => format!("'{}'", word.replace('\'', "'\\''")),
        }
    });
    quoted.collect::<Vec<_>>().join(" ")
}

/// What decides the results, and where they were made.
fn facts(results: &Results) -> Table {
    let columns = [Column::text("fact", ""), Column::text("value", "value")];
    let mut table = Table::new("facts", "What the results were made with", columns);
    let mut fact = |name: &str, value: String| table.push([name.into(), value.into()]);
    let made_with = &results.made_with;
    let dataset = results.store().dataset();
    fact("protocol", results.protocol().name.clone());
    fact("seeds", ranges(&results.request.seeds));
    fact("data", dataset.name.clone());
    for file in &dataset.files {
        fact(&format!("SHA-256 of {}", file.name), file.sha256.clone());
    }
    fact("backend", results.request.backend.to_string());
    fact("kernel", made_with.kernel.clone());
    fact("CPU", made_with.cpu.clone());
    fact("version", made_with.version.clone());
    table
}
