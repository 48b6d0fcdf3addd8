//! How to make the same results again.

use fm_experiment::protocol::{Protocol, SweepSpec, Values};
use fm_experiment::{NamedSweep, Results, SeedList};

use super::tables::value_text;
use super::warnings::SAMPLE;
use crate::document::{Section, Shown, Text};
use crate::number::ranges;
use crate::table::{Column, Table};

/// Options of the program that say which data are used, each with a value.
const DATA_OPTIONS: [&str; 2] = ["--data", "--dataset"];

/// The section: a command, what the results were made with, and the protocol.
pub(crate) fn section(results: &Results) -> Section {
    let (command, own_file) = command(results);
    let words = match own_file {
        true => {
            "Save the protocol below as protocol.toml. Then this command gives the same results:"
        }
        false => "This command gives the same results:",
    };
    Section::new("How to reproduce the results", Shown::Details)
        .with(Text::note(words))
        .with(Text::Code {
            language: "sh",
            text: command,
        })
        .with(facts(results))
        .with(Text::note("The protocol:"))
        .with(Text::Code {
            language: "toml",
            text: results.protocol().to_toml(),
        })
}

/// The command that gives the same results, and whether it needs the protocol as a file.
fn command(results: &Results) -> (String, bool) {
    let request = &results.request;
    let protocol = &request.protocol;
    let built_in = Protocol::built_in(&protocol.name);
    // Optional arms of the built-in protocol that are on here.
    let on: Vec<String> = match &built_in {
        None => Vec::new(),
        Some(built_in) => {
            let names = protocol.arms.iter().map(|arm| arm.name.clone());
            names
                .filter(|name| built_in.optional_arm(name).is_some())
                .collect()
        }
    };
    let built_in = built_in.and_then(|built_in| built_in.with_arms(&on).ok());
    let own_file = built_in.as_ref() != Some(protocol);
    let mut words = ["fm", "experiment", "--protocol"]
        .map(str::to_owned)
        .to_vec();
    words.push(match own_file {
        true => "protocol.toml".to_owned(),
        false => protocol.name.clone(),
    });
    if !own_file && !on.is_empty() {
        words.extend(["--with-arm".to_owned(), on.join(",")]);
    }
    let seeds = request.seeds.iter().map(u64::to_string).collect::<Vec<_>>();
    let list = match seeds.as_slice() {
        // A single number would be a count.
        [one] => format!("{one}..{one}"),
        several => several.join(","),
    };
    let short = list.parse::<SeedList>().map(|seeds| seeds.to_string());
    words.extend(match seeds.as_slice() {
        [one] => ["--seed".to_owned(), one.clone()],
        _ => ["--seeds".to_owned(), short.unwrap_or(list)],
    });
    words.extend(["--backend".to_owned(), request.backend.to_string()]);
    for NamedSweep { name, sweep } in &request.sweeps {
        if protocol.sweeps.get(name) == Some(sweep) {
            words.extend(["--sweep".to_owned(), name.clone()]);
            continue;
        }
        if let Some(option) = some_values(name, sweep) {
            words.extend(option);
            continue;
        }
        for (key, values) in &sweep.over {
            let values = match values {
                Values::Word(word) => word.clone(),
                Values::List(values) => values.iter().map(value_text).collect::<Vec<_>>().join(","),
            };
            words.extend(["--sweep".to_owned(), format!("{key}={values}")]);
        }
    }
    // The sample may have been used because the whole dataset was not there.
    match results.store().dataset().name == SAMPLE {
        true => words.extend(["--data", "sample"].map(str::to_owned)),
        false => words.extend(data_options(&results.made_with.command)),
    }
    (command_line(&words), own_file)
}

/// The options that say which data are used, as they were given.
fn data_options(command: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut words = command.iter();
    while let Some(word) = words.next() {
        let is = |option: &&&str| word == **option || word.starts_with(&format!("{option}="));
        if let Some(option) = DATA_OPTIONS.iter().find(is) {
            found.push(word.clone());
            if word == option {
                found.extend(words.next().cloned());
            }
        }
    }
    found
}

/// The option for some values of the sweeps `pairs` and `vary`.
fn some_values(name: &str, sweep: &SweepSpec) -> Option<[String; 2]> {
    let values = |key| match sweep.over.get(key) {
        Some(Values::List(values)) => Some(values),
        _ => None,
    };
    let texts: Option<Vec<String>> = match name {
        "pairs" => values("task.target_classes")?
            .iter()
            .map(|pair| Some(format!("{}-{}", pair.get(0)?, pair.get(1)?)))
            .collect(),
        "vary" => values("seed.moves")?
            .iter()
            .map(|moves| match moves.as_array()?.as_slice() {
                [one] if one == "target_rows" => Some("subset".to_owned()),
                [one] => Some(one.as_str()?.to_owned()),
                _ => Some("all".to_owned()),
            })
            .collect(),
        _ => None,
    };
    Some([format!("--{name}"), texts?.join(",")])
}

/// Words as a shell takes them.
fn command_line(words: &[String]) -> String {
    let quoted = words.iter().map(|word| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%".contains(c);
        match !word.is_empty() && word.chars().all(plain) {
            true => word.clone(),
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
    for file in &dataset.checksums {
        fact(&format!("SHA-256 of {}", file.name), file.sha256.clone());
    }
    fact("backend", results.request.backend.to_string());
    fact("kernel", made_with.kernel.clone());
    fact("CPU", made_with.cpu.clone());
    fact("version", made_with.version.clone());
    fact("last asked with", command_line(&made_with.command));
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn command_lines_are_quoted_as_a_shell_needs_it() {
        let found = command_line(&words(&["fm", "a b", "it's", ""]));
        assert_eq!(found, "fm 'a b' 'it'\\''s' ''");
    }

    #[test]
    fn the_options_of_the_data_are_kept_as_they_were_given() {
        let given = words(&[
            "fm",
            "experiment",
            "--seeds",
            "3",
            "--data",
            "my data",
            "--dataset=x",
        ]);
        assert_eq!(data_options(&given), ["--data", "my data", "--dataset=x"]);
        assert!(data_options(&words(&["fm", "--database", "x"])).is_empty());
        assert_eq!(data_options(&words(&["fm", "--data"])), ["--data"]);
    }
}
