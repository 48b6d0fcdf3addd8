//! Protocols: the ones compiled in, and what is refused with which line.

use fm_experiment::protocol::{BUILT_IN, Protocol};

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
            "unknown field `batch_sise`",
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
            "invalid value",
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

#[test]
fn a_missing_key_is_named() {
    assert!(refusal("epochs = 20\n", "\n").contains("missing field `epochs`"));
}
