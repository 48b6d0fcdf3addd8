//! Texts that people write: lists of seeds, phases on a line, overrides of a protocol.

use std::fmt::Display;
use std::str::FromStr;

use fm_experiment::protocol::{Freeze, Phase, Values, parse_phase, parse_value};
use fm_experiment::{Protocol, SeedList};
use fm_train::{Adam, AdamW, Optimizer, Sgd};
use libtest_mimic::Trial;
use serde_json::{Value, json};

pub(crate) fn tests() -> Vec<Trial> {
    let tests: [(&str, fn()); 7] = [
        (
            "words_are_strings_and_the_rest_is_toml",
            words_are_strings_and_the_rest_is_toml,
        ),
        (
            "lists_are_written_as_they_are_read",
            lists_are_written_as_they_are_read,
        ),
        (
            "what_is_no_list_is_refused_with_the_reason",
            what_is_no_list_is_refused_with_the_reason,
        ),
        (
            "a_line_has_every_key_of_a_table",
            a_line_has_every_key_of_a_table,
        ),
        (
            "errors_of_a_phase_name_the_key",
            errors_of_a_phase_name_the_key,
        ),
        ("keys_reach_every_value", keys_reach_every_value),
        (
            "errors_of_an_override_name_the_key",
            errors_of_an_override_name_the_key,
        ),
    ];
    let trial = |(name, run): (&str, fn())| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    tests.into_iter().map(trial).collect()
}

fn lists_are_written_as_they_are_read() {
    for (text, shown) in [
        ("30", "1..30"),
        ("7,1,2", "1..2,7"),
        ("5..5", "5"),
        ("0,9", "0,9"),
    ] {
        let list: SeedList = text.parse().unwrap();
        assert_eq!(list.to_string(), shown);
        if list.seeds().len() > 1 {
            assert_eq!(shown.parse::<SeedList>().unwrap(), list);
        }
    }
    assert_eq!(
        "18446744073709551615..18446744073709551615"
            .parse::<SeedList>()
            .unwrap()
            .seeds(),
        [u64::MAX]
    );
}

fn what_is_no_list_is_refused_with_the_reason() {
    for (text, reason) in [
        ("", "\"\" is not a whole number"),
        ("zero", "\"zero\" is not a whole number"),
        ("-1", "\"-1\" is not a whole number"),
        ("0", "0 seeds, expected 1 to"),
        ("1,,2", "\"\" is not a whole number"),
        ("9..3", "the range 9..3 runs backwards"),
        ("1..2,2", "2 is there twice"),
        ("0..18446744073709551615", "more than 100000 seeds"),
        ("1...3", "\".3\" is not a whole number"),
    ] {
        refused::<SeedList>(text, reason);
    }
}

/// The error of a text contains the words.
fn refused<T: FromStr<Err: Display>>(text: &str, words: &str) {
    let Err(error) = text.parse::<T>() else {
        panic!("{text:?} is accepted");
    };
    let message = error.to_string();
    assert!(message.contains(words), "{text:?}: {message}");
}

fn a_line_has_every_key_of_a_table() {
    let phase = |text: &str| parse_phase(text).unwrap();
    let plain = Phase::new(4, Freeze::Nothing, Optimizer::Adam(Adam::new(1e-3)));
    assert_eq!(phase("epochs=4,optimizer=adam"), plain);
    let table = r#"
        epochs = 2
        freeze = "layers.0+head.bias"
        optimizer = { sgd = { lr = 0.01, momentum = 0.9, nesterov = true } }
        schedule = { linear_warmup = { steps = 9, start = 0.0, then = { cosine = {} } } }
        lr_factors = [0.1, 1]
        dropout = { alpha = 0.05 }
        early_stopping = { patience = 3, monitor = "accuracy" }
    "#;
    let line = "epochs=2, freeze=layers.0+head.bias, optimizer.sgd.lr=0.01,optimizer.sgd.momentum=0.9,\
                optimizer.sgd.nesterov=true,schedule.linear_warmup={steps=9,start=0.0,then={cosine={}}},\
                lr_factors=[0.1,1],dropout.alpha=0.05,early_stopping={patience=3,monitor=accuracy}";
    assert_eq!(phase(line), toml::from_str(table).unwrap());
    let decayed = AdamW {
        weight_decay: 0.0,
        ..AdamW::new(1e-2)
    };
    let found = phase("epochs=1,freeze=2,optimizer={adamw={lr=1e-2,weight_decay=0}}");
    assert_eq!(found.optimizer, Optimizer::AdamW(decayed));
    assert_eq!(found.freeze, Freeze::First(2));
    let named: Phase = toml::from_str("epochs = 1\noptimizer = \"sgd\"").unwrap();
    assert_eq!(named.optimizer, Optimizer::Sgd(Sgd::plain(1e-3)));
}

fn errors_of_a_phase_name_the_key() {
    for (text, expected) in [
        ("", "missing field `epochs`"),
        ("epochs=1", "missing field `optimizer`"),
        (
            "epochs=1,epoch=2,optimizer=adam",
            "did you mean \"epochs\"?",
        ),
        ("epochs=many,optimizer=adam", "epochs: invalid type"),
        ("epochs=-1,optimizer=adam", "epochs: "),
        ("epochs=1,optimizer=adm", "did you mean \"adam\"?"),
        ("epochs=1,optimizer.adm.lr=1", "did you mean \"adam\"?"),
        (
            "epochs=1,optimizer.adam.momentum=0.9",
            "unknown field `momentum`",
        ),
        (
            "epochs=1,optimizer.sgd.lr=fast",
            "optimizer.sgd.lr: invalid type",
        ),
        ("epochs=1,schedule=cosin", "did you mean \"cosine\"?"),
        ("epochs=1,epochs=2,optimizer=adam", "duplicate key"),
        ("epochs", "epochs"),
        ("epochs=1,optimizer={sgd", "optimizer"),
    ] {
        let message = parse_phase(text).unwrap_err().to_string();
        assert!(message.matches("did you mean").count() <= 1, "{message}");
        assert!(message.contains(expected), "{text:?}: {message}");
    }
}

fn with(key: &str, value: Value) -> Result<Protocol, String> {
    let protocol = Protocol::built_in("notebook-2e").unwrap();
    let changed = protocol.with(&[(key.to_owned(), value)]);
    changed.map_err(|error| error.to_string())
}

fn keys_reach_every_value() {
    let changed = with("arms.transfer.phases[0].optimizer.sgd.lr", json!(0.5)).unwrap();
    assert_eq!(changed.arms[1].phases[0].optimizer.lr(), 0.5);
    assert_eq!(changed.arms[1].phases[1].optimizer.lr(), 1e-3);
    let changed = with("arms.*.phases[0].epochs", json!(3)).unwrap();
    assert!(changed.arms.iter().all(|arm| arm.phases[0].epochs == 3));
    assert_eq!(
        with("source.clip_norm", json!(1.0))
            .unwrap()
            .source
            .clip_norm,
        Some(1.0)
    );
    assert_eq!(
        with("sweeps.samples.over.\"task.target_rows\"", json!([7]))
            .unwrap()
            .sweeps["samples"]
            .over["task.target_rows"],
        Values::List(vec![json!(7)])
    );
    assert_eq!(
        with("network.hidden[4]", json!(7)).unwrap().network.hidden[4],
        7
    );
}

fn errors_of_an_override_name_the_key() {
    for (key, value, expected) in [
        ("source.epoch", json!(3), "did you mean \"epochs\"?"),
        ("sorce.epochs", json!(3), "did you mean \"source\"?"),
        (
            "arms.transfr.phases[0].epochs",
            json!(3),
            "did you mean \"transfer\"?",
        ),
        (
            "arms.transfer.phases[7].epochs",
            json!(3),
            "there are 2 values, no [7]",
        ),
        (
            "source.optimizer.adam.lr",
            json!(1),
            "there is no \"adam\"; expected one of sgd",
        ),
        ("source", json!(1), "expected a table"),
        ("arms", json!(1), "expected a list"),
        ("arms.transfer.trunk", json!("arm"), "expected a table"),
        (
            "task.target_classes",
            json!([5, 999]),
            "expected a class by its number or name",
        ),
        ("sweeps.\"samples", json!(1), "a quote is not closed"),
        (
            "source.epochs",
            json!("many"),
            "expected a whole number from 0 on",
        ),
        (
            "source.epochs",
            json!(0),
            "source.epochs must be 1 or more, found 0",
        ),
        ("*.rate", json!(0), "no arm has such a key"),
        (
            "network.hidden[x]",
            json!(0),
            "a number is expected in brackets",
        ),
        ("", json!(0), "names with dots"),
    ] {
        let error = with(key, value).unwrap_err();
        assert!(error.contains(expected), "{key}: {error}");
    }
}

fn words_are_strings_and_the_rest_is_toml() {
    for (text, value) in [
        ("", json!("")),
        ("true", json!(true)),
        ("layers.0+layers.1.bias", json!("layers.0+layers.1.bias")),
        (
            "[[init],[order, init]]",
            json!([["init"], ["order", "init"]]),
        ),
        ("'5, 6'", json!("5, 6")),
        ("{cosine={}}", json!({"cosine": {}})),
        ("{a=b, c.d=[e, 1]}", json!({"a": "b", "c": {"d": ["e", 1]}})),
        ("a=b", json!("a=b")),
        // Nothing that TOML and a value can be: the text itself.
        ("[5", json!("[5")),
        ("nan", json!("nan")),
        ("[-inf]", json!(["-inf"])),
        ("1\nother = 2", json!("1\nother = 2")),
    ] {
        assert_eq!(parse_value(text), value, "{text}");
    }
    for (text, values) in [
        ("20,all", vec![json!(20), json!("all")]),
        ("[5,6],[a,b]", vec![json!([5, 6]), json!(["a", "b"])]),
        ("pairs,1", vec![json!("pairs"), json!(1)]),
    ] {
        assert_eq!(text.parse(), Ok(Values::List(values)));
    }
    assert_eq!("pairs".parse(), Ok(Values::Word("pairs".to_owned())));
}
