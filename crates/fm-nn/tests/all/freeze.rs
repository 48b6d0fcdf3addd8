//! Tests of masks: words, algebra, files and refusals.

use fm_nn::{Freeze, FreezeMask, NetworkError};
use ndarray::Array2;

fn pattern(rows: usize, cols: usize, frozen: impl Fn(usize) -> bool) -> Array2<bool> {
    Array2::from_shape_fn((rows, cols), |(i, j)| frozen(i * cols + j))
}

#[test]
fn masks_say_what_they_freeze() {
    let some = FreezeMask::weight_elements(1, pattern(3, 4, |i| i < 5), 3);
    let cases = [
        (FreezeMask::none(3), "nothing of 3 layers frozen"),
        (FreezeMask::trunk(2), "layer 0 of 2 frozen"),
        (
            FreezeMask::from_flags(vec![true, false, true]),
            "layers 0, 2 of 3 frozen",
        ),
        (some, "no whole layer of 3 frozen; layer 1: 5 of 12 weights"),
        (
            FreezeMask::first(1, 3) | FreezeMask::weight(2, 3),
            "layer 0 of 3 frozen; layer 2: weights",
        ),
        (
            FreezeMask::weight(0, 2) | FreezeMask::bias_elements(0, &[true, false], 2),
            "no whole layer of 2 frozen; layer 0: weights and 1 of 2 biases",
        ),
    ];
    for (mask, words) in cases {
        assert_eq!(mask.to_string(), words);
    }
    let odd = FreezeMask::from_flags(vec![true, false, true]);
    assert_eq!(odd.lowest_trainable(), Some(1));
    assert_eq!(FreezeMask::first(3, 3).lowest_trainable(), None);
    // A layer that is frozen in part is still trained.
    assert_eq!(FreezeMask::weight(0, 2).lowest_trainable(), Some(0));
}

#[test]
fn the_union_of_masks_is_a_semilattice() {
    let n = 3;
    let masks = [
        FreezeMask::none(n),
        FreezeMask::trunk(n),
        FreezeMask::weight(1, n),
        FreezeMask::bias(2, n) | FreezeMask::first(1, n),
        FreezeMask::weight_elements(1, pattern(3, 4, |i| i % 2 == 0), n),
        FreezeMask::weight_elements(1, pattern(3, 4, |i| i % 3 == 0), n),
        FreezeMask::bias_elements(1, &[true, false, false, true], n),
    ];
    let (none, all) = (FreezeMask::none(n), FreezeMask::first(n, n));
    for a in &masks {
        assert_eq!(a.clone() | none.clone(), *a, "{a}");
        assert_eq!(a.clone() | all.clone(), all, "{a}");
        assert_eq!(a.clone() | a.clone(), *a, "{a}");
        for b in &masks {
            let or = a.clone() | b.clone();
            assert_eq!(or, b.clone() | a.clone());
            for c in &masks {
                let right = a.clone() | (b.clone() | c.clone());
                assert_eq!(or.clone() | c.clone(), right, "{a}; {b}; {c}");
            }
        }
    }
}

#[test]
fn a_pattern_that_is_all_or_nothing_is_a_whole() {
    let all = FreezeMask::weight_elements(0, pattern(2, 3, |_| true), 2);
    assert_eq!(all, FreezeMask::weight(0, 2));
    let nothing = FreezeMask::bias_elements(0, &[false; 3], 2);
    assert_eq!(nothing, FreezeMask::none(2));
}

#[test]
fn a_unit_is_a_column_of_weights_and_a_bias() {
    let mask = FreezeMask::units(1, 2, &[false, true, false], 2);
    assert_eq!(
        mask.to_string(),
        "no whole layer of 2 frozen; layer 1: 2 of 6 weights and 1 of 3 biases"
    );
    let columns = mask.layer(1).weight().elements().unwrap();
    assert_eq!(columns, pattern(2, 3, |i| i % 3 == 1));
    let all = FreezeMask::units(1, 2, &[true; 3], 2);
    assert_eq!(all, FreezeMask::from_flags(vec![false, true]));
}

#[test]
fn one_syntax_names_layers_and_parts() {
    let odd = FreezeMask::from_flags(vec![true, false, true]);
    let parts = FreezeMask::bias(1, 3) | FreezeMask::weight(2, 3);
    for (text, mask) in [
        ("nothing", FreezeMask::none(3)),
        ("trunk", FreezeMask::trunk(3)),
        ("0", FreezeMask::none(3)),
        ("2", FreezeMask::trunk(3)),
        ("3", FreezeMask::first(3, 3)),
        ("layers.0+head", odd),
        ("trunk+head", FreezeMask::first(3, 3)),
        ("head.weight+layers.1.bias", parts),
    ] {
        assert_eq!(FreezeMask::parse(text, 3), Ok(mask), "{text}");
        let freeze: Freeze = text.parse().unwrap();
        assert_eq!(freeze.to_string(), text);
        let json = serde_json::to_string(&freeze).unwrap();
        assert_eq!(serde_json::from_str::<Freeze>(&json).unwrap(), freeze);
    }
    assert_eq!(
        serde_json::from_str::<Freeze>("2").unwrap(),
        Freeze::First(2)
    );
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
        let error = wrong.parse::<Freeze>().unwrap_err();
        assert!(matches!(error, NetworkError::Freeze { .. }), "{wrong}");
        let json = serde_json::to_string(wrong).unwrap();
        assert!(serde_json::from_str::<Freeze>(&json).is_err(), "{wrong}");
    }
    // Two hidden layers: layer 2 is the head.
    for (wrong, name) in [("layers.0+layers.2.bias", "layers.2.bias"), ("4", "4")] {
        let error = FreezeMask::parse(wrong, 3).unwrap_err();
        assert!(
            error.to_string().starts_with(&format!("{name:?} cannot")),
            "{error}"
        );
    }
    assert!(FreezeMask::parse("head", 0).is_err());
}

#[test]
fn masks_come_back_from_files() {
    for mask in [
        FreezeMask::trunk(4),
        FreezeMask::weight(0, 2) | FreezeMask::bias(1, 2),
        FreezeMask::weight_elements(0, pattern(3, 5, |i| i % 4 == 1), 2),
        FreezeMask::bias_elements(1, &[true, false, true, false, true, false, true, true], 3),
    ] {
        let text = serde_json::to_string(&mask).unwrap();
        assert_eq!(
            serde_json::from_str::<FreezeMask>(&text).unwrap(),
            mask,
            "{text}"
        );
    }
    let text = serde_json::to_string(&FreezeMask::bias_elements(0, &[true, false], 1));
    assert_eq!(
        text.unwrap(),
        r#"{"layers":[{"weight":"trainable","bias":{"elements":[[true,false]]}}]}"#
    );
}

#[test]
fn wrong_files_are_refused() {
    let read = |elements: &str| {
        let text =
            format!(r#"{{"layers":[{{"weight":{{"elements":{elements}}},"bias":"frozen"}}]}}"#);
        serde_json::from_str::<FreezeMask>(&text)
    };
    assert!(read("[[true,false]]").is_ok());
    for wrong in ["[[true,false],[true]]", "[true]", "[[1]]", "null"] {
        assert!(read(wrong).is_err(), "{wrong}");
    }
    // All or nothing is a whole here too.
    let whole = read("[[true,true]]").unwrap();
    assert_eq!(whole, FreezeMask::first(1, 1));
}

#[test]
fn masks_for_different_networks_are_not_put_together() {
    let refused = |a: &FreezeMask, b: &FreezeMask| a.union(b).unwrap_err().to_string();
    assert_eq!(
        refused(&FreezeMask::none(2), &FreezeMask::none(3)),
        "layers of the freeze mask: expected 2, found 3"
    );
    let odd = |rows| FreezeMask::weight_elements(0, pattern(rows, 2, |i| i == 0), 1);
    assert_eq!(
        refused(&odd(2), &odd(3)),
        "freeze mask of layer 0's weights: expected 2 by 2, found 3 by 2"
    );
}
