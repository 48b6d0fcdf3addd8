//! Protocols: the ones compiled in, and what is refused with which line.

use fm_data::Dataset;
use fm_data::synthetic::{self, Options};
use fm_experiment::Tasks;
use fm_experiment::protocol::{BUILT_IN, Protocol, ValidationAt};

#[test]
fn the_protocols_compiled_in_are_read_and_named_as_their_files() {
    for (name, text) in BUILT_IN {
        let protocol = Protocol::parse(text, name).unwrap();
        assert_eq!(protocol.name, name);
        // What a plan records is read back as the same protocol.
        let json = serde_json::to_string(&protocol).unwrap();
        assert_eq!(serde_json::from_str::<Protocol>(&json).unwrap(), protocol);
    }
}

/// The default protocol with one piece of text replaced, and the message that it is refused with.
fn refusal(from: &str, to: &str) -> String {
    let (name, text) = BUILT_IN[0];
    assert!(text.contains(from), "{from:?} is not in {name}");
    Protocol::parse(&text.replacen(from, to, 1), "mine.toml")
        .unwrap_err()
        .to_string()
}

#[test]
fn what_cannot_be_is_refused_with_line_and_reason() {
    let line_of = |needle: &str| {
        1 + BUILT_IN[0]
            .1
            .lines()
            .position(|line| line.starts_with(needle))
            .unwrap()
    };
    let cases = [
        (
            "batch_size = 32",
            "batch_sise = 32",
            "batch_size = ",
            "; perhaps `batch_size`",
        ),
        (
            "batch_size = 32",
            "batch_size = 0",
            "batch_size = ",
            "must be 1 or more, found 0",
        ),
        (
            "batch_size = 32",
            "batch_size = -1",
            "batch_size = ",
            "invalid value: integer `-1`",
        ),
        (
            "[5, 6]",
            "[5, 10]",
            "target_classes",
            "must be a class from 0 to 9, found 10",
        ),
        (
            "[5, 6]",
            "[5, 5]",
            "target_classes",
            "must be a class of its own, found a second 5",
        ),
        (
            "[5, 6]",
            "[5]",
            "target_classes",
            "must be 2 to 8 classes, found 1 of them",
        ),
        (
            "\"selu\"",
            "\"sélu\"",
            "activation",
            "unknown variant `sélu`",
        ),
        (
            "lr = 1e-3",
            "lr = 0",
            "optimizer",
            "source.optimizer.sgd.lr must be a number above 0",
        ),
        (
            "lr = 1e-3",
            "lr = nan",
            "optimizer",
            "must be a number above 0 in single precision, found NaN",
        ),
        (
            "name = \"scratch\"",
            "name = \"a/b\"",
            "name = \"scratch\"",
            "arms[0].name must be",
        ),
        (
            "\"trunk\", opt",
            "\"trunks\", opt",
            "    { epochs = 4",
            "\"trunks\" cannot be frozen; write nothing, trunk",
        ),
        (
            "\"trunk\", opt",
            "6, opt",
            "    { epochs = 4",
            "at most 5, the hidden layers, found 6",
        ),
        (
            "name = \"transfer\"",
            "name = \"scratch\"",
            "name = \"transfer\"",
            "a name of its own",
        ),
        (
            "[300, 100, 50, 50, 50]",
            "[300, 4000000000]",
            "hidden",
            "1 to 65536 units in each layer, found 4000000000",
        ),
        (
            "[300, 100, 50, 50, 50]",
            "[65536, 65536]",
            "hidden",
            "at most 67108864 weights between two layers, found 4294967296",
        ),
        (
            "validation_rows = 5000",
            "validation_rows = 0",
            "validation_rows",
            "1 or more, found 0",
        ),
    ];
    for (from, to, line, reason) in cases {
        let message = refusal(from, to);
        let start = format!("protocol mine.toml, line {}: ", line_of(line));
        assert!(
            message.starts_with(&start),
            "{to}: {message:?}, expected {start:?}"
        );
        assert!(
            message.contains(reason),
            "{to}: {message:?}, expected {reason:?}"
        );
    }
}

/// The default protocol whose source training says `more`.
fn with_more(more: &str) -> Result<Protocol, String> {
    let text = BUILT_IN[0]
        .1
        .replacen("epochs = 20\n", &format!("epochs = 20\n{more}\n"), 1);
    Protocol::parse(&text, "mine.toml").map_err(|error| error.to_string())
}

#[test]
fn what_the_default_protocol_says_can_be_said_is_read() {
    let text = BUILT_IN[0].1;
    let said = text.lines().filter_map(|line| line.strip_prefix("#   "));
    // What follows two spaces explains; two classes where the source task has eight.
    let keys: Vec<String> = said
        .map(|line| line.split("  ").next().unwrap_or_default().to_owned())
        .map(|key| key.replace("[1, 2]", "[1, 2, 1, 1, 1, 1, 1, 1]"))
        .collect();
    assert_eq!(keys.len(), 8, "{keys:?}");
    for key in &keys {
        let protocol = with_more(key).unwrap();
        // Said, it is in the record; not said, nothing is: older folders stay what they are.
        let json = serde_json::to_value(&protocol.source).unwrap();
        assert_eq!(json.as_object().unwrap().len(), 4, "{json}");
        let again: Protocol =
            serde_json::from_value(serde_json::to_value(&protocol).unwrap()).unwrap();
        assert_eq!(again, protocol);
    }
    let all = with_more(&keys.join("\n")).unwrap();
    let json = serde_json::to_value(&all.source).unwrap();
    assert_eq!(json.as_object().unwrap().len(), 3 + 8, "{json}");
}

#[test]
fn a_phase_that_cannot_be_is_refused_with_line_and_reason() {
    let line = 2 + BUILT_IN[0]
        .1
        .lines()
        .position(|line| line == "epochs = 20")
        .unwrap();
    let cases = [
        ("schedule = \"cosin\"", "unknown variant `cosin`"),
        (
            "schedule = { cosine = { end = 2 } }",
            "source.schedule must be a schedule whose end is from 0 to 1, found 2",
        ),
        (
            "lr_factors = [1, 1]",
            "source.lr_factors must be 6 numbers, one for each layer and the head, found 2 of them",
        ),
        ("lr_factors = [1, 1, 1, 0, 1, 1]", "numbers above 0"),
        ("clip_norm = 0", "source.clip_norm must be a number above 0"),
        (
            "dropout = { alpha = 1 }",
            "source.dropout must be from 0 to below 1, found 1",
        ),
        ("dropout = { alfa = 0.1 }", "unknown variant `alfa`"),
        ("label_smoothing = 1", "from 0 to below 1, found 1"),
        (
            "class_weights = [1, 2]",
            "must be 8 numbers, one for each class of the task, found 2 of them",
        ),
        (
            "early_stopping = { patience = 0 }",
            "source.early_stopping.patience must be 1 or more, found 0",
        ),
        (
            "reduce_on_plateau = { factor = 1 }",
            "source.reduce_on_plateau.factor must be above 0, below 1, found 1",
        ),
        ("reduce_on_plateu = {}", "unknown field `reduce_on_plateu`"),
    ];
    for (more, reason) in cases {
        let message = with_more(more).unwrap_err();
        let start = format!("protocol mine.toml, line {line}: ");
        assert!(message.starts_with(&start), "{more}: {message}");
        assert!(message.contains(reason), "{more}: {message}");
    }
}

#[test]
fn validation_rows_are_the_first_or_the_last() {
    let data = synthetic::generate(&Options {
        train_rows: 400,
        test_rows: 50,
        seed: 1,
    })
    .unwrap();
    let rows = |at| {
        let mut protocol = Protocol::built_in("third-edition").unwrap();
        protocol.data.validation_rows = 150;
        protocol.data.validation_at = at;
        protocol.task.target_rows = 20;
        let tasks = Tasks::split(&protocol, &data.train, &data.test).unwrap();
        let numbers = |part: &Dataset| part.row_numbers().to_vec();
        let mut valid = numbers(&tasks.source.valid);
        valid.extend(numbers(&tasks.target.valid));
        valid.sort_unstable();
        (valid, numbers(&tasks.target.train))
    };
    let (valid, target) = rows(ValidationAt::Start);
    assert!(valid.into_iter().eq(0..150));
    assert!(target.iter().all(|&row| row >= 150));
    let (valid, target) = rows(ValidationAt::End);
    assert!(valid.into_iter().eq(250..400));
    // The first rows of the two classes.
    let labels = data.train.labels();
    let expected = (0..).filter(|&row| matches!(labels[row as usize], 0 | 2));
    assert!(target.into_iter().eq(expected.take(20)));
}

#[test]
fn curves_that_cannot_be_are_refused_with_their_key() {
    let cases = [
        (
            "rows = [20, 50, ",
            "rows = [50, 20, ",
            "curves.samples.rows[1] must be more than the one before",
        ),
        (
            "rows = [20, ",
            "rows = [0, ",
            "curves.samples.rows[0] must be 1 or more, found 0",
        ),
        (
            "rows = [20, ",
            "rows = [\"some\", ",
            "expected a number of rows, or \"all\"",
        ),
        (
            "arm = \"scratch\"",
            "arm = \"transfer\"",
            "curves.depth.arm must be the name of an arm with a fresh trunk and nothing frozen",
        ),
        (
            "arms = [\"scratch\", \"transfer\"]",
            "arms = [\"scratch\"]",
            "curves.samples.arms must be two or more names of arms, found 1 of them",
        ),
        (
            "arms = [\"scratch\", \"transfer\"]",
            "arms = [\"scratch\", \"shuffled-source\"]",
            "curves.samples.arms[1] must be the name of an arm on a fresh trunk or the source's",
        ),
        (
            "seeds = 12",
            "seeds = 0",
            "curves.pairs.seeds must be 1 or more, found 0",
        ),
    ];
    for (from, to, reason) in cases {
        let message = refusal(from, to);
        assert!(message.contains(reason), "{to}: {message:?}");
    }
}

#[test]
fn a_missing_key_is_named() {
    assert!(refusal("epochs = 20\n", "\n").contains("missing field `epochs`"));
}
