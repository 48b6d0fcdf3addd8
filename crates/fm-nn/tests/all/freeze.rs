//! Masks: names, elements, files and refusals.

use fm_nn::{Freeze, FreezeMask, PartMask};
use ndarray::{Array2, array};

fn mask(text: &str, layers: usize) -> FreezeMask {
    FreezeMask::parse(text, layers).unwrap()
}

fn pattern(rows: usize, cols: usize, frozen: impl Fn(usize) -> bool) -> PartMask {
    PartMask::elements(Array2::from_shape_fn((rows, cols), |(i, j)| frozen(i * cols + j)).view())
}

#[test]
fn masks_say_what_they_freeze() {
    for (text, words) in [
        ("nothing", "nothing frozen"),
        ("trunk", "layers.0+layers.1 frozen"),
        ("head+layers.0", "layers.0+head frozen"),
        ("layers.1.weight+layers.1.bias", "layers.1 frozen"),
        ("1", "layers.0 frozen"),
    ] {
        assert_eq!(mask(text, 3).to_string(), words);
    }
    let mut some = mask("layers.0.weight", 2);
    some.layers[0].bias = PartMask::elements(array![[true, false]].view());
    some.layers[1].weight = pattern(3, 4, |i| i < 5);
    assert_eq!(
        some.to_string(),
        "layers.0.weight+1 of 2 of layers.0.bias+5 of 12 of head.weight frozen"
    );
    assert_eq!(mask("layers.0+head", 3).lowest_trainable(), Some(1));
    assert_eq!(FreezeMask::first(3, 3).lowest_trainable(), None);
    // A layer that is frozen in part is still trained.
    assert_eq!(mask("layers.0.weight", 2).lowest_trainable(), Some(0));
}

#[test]
fn a_pattern_that_is_all_or_nothing_is_a_whole() {
    assert_eq!(pattern(2, 3, |_| true), PartMask::Frozen);
    assert_eq!(pattern(1, 3, |_| false), PartMask::Trainable);
    assert!(PartMask::Elements(vec![vec![true; 3]; 2]).is_frozen());
    assert!(!PartMask::Elements(vec![vec![true, false]]).is_frozen());
}

#[test]
fn one_syntax_names_layers_and_parts() {
    let mut parts = FreezeMask::none(3);
    parts.layers[1].bias = PartMask::Frozen;
    parts.layers[2].weight = PartMask::Frozen;
    for (text, expected) in [
        ("nothing", FreezeMask::none(3)),
        ("trunk", FreezeMask::trunk(3)),
        ("0", FreezeMask::none(3)),
        ("2", FreezeMask::trunk(3)),
        ("3", FreezeMask::first(3, 3)),
        ("layers.0+layers.1", FreezeMask::trunk(3)),
        ("trunk+head", FreezeMask::first(3, 3)),
        ("head.weight+layers.1.bias", parts),
    ] {
        assert_eq!(mask(text, 3), expected, "{text}");
        let freeze: Freeze = text.parse().unwrap();
        assert_eq!(freeze.to_string(), text);
        let json = serde_json::to_string(&freeze).unwrap();
        assert_eq!(serde_json::from_str::<Freeze>(&json).unwrap(), freeze);
    }
    let number = serde_json::from_str::<Freeze>("2");
    assert_eq!(number.unwrap(), Freeze::First(2));
    assert!(serde_json::from_str::<Freeze>("-1").is_err());
}

#[test]
fn what_cannot_be_frozen_is_told() {
    for wrong in [
        "",
        "Trunk",
        "trunk.weight",
        "weight",
        "layers.00",
        "layers.",
        "head.",
        "-1",
        "+1",
        "layers.0.weights",
    ] {
        let error = wrong.parse::<Freeze>().unwrap_err().to_string();
        assert!(error.contains("cannot be frozen"), "{wrong}: {error}");
        let json = serde_json::to_string(wrong).unwrap();
        assert!(serde_json::from_str::<Freeze>(&json).is_err(), "{wrong}");
    }
    // Two hidden layers: layer 2 is the head.
    for (wrong, name) in [("layers.0+layers.2.bias", "layers.2.bias"), ("4", "4")] {
        let error = FreezeMask::parse(wrong, 3).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{name:?} cannot")), "{error}");
        assert!(error.contains("has 3 layers"), "{error}");
    }
}

#[test]
fn masks_come_back_from_files() {
    let mut some = mask("layers.0.weight", 2);
    some.layers[1].bias = PartMask::elements(array![[true, false]].view());
    let text = serde_json::to_string(&some).unwrap();
    assert_eq!(
        text,
        r#"{"layers":[{"weight":"frozen","bias":"trainable"},{"weight":"trainable","bias":{"elements":[[true,false]]}}]}"#
    );
    assert_eq!(serde_json::from_str::<FreezeMask>(&text).unwrap(), some);
    for wrong in ["[true]", "[[1]]", "null"] {
        let text = text.replace("[[true,false]]", wrong);
        assert!(serde_json::from_str::<FreezeMask>(&text).is_err(), "{text}");
    }
}
