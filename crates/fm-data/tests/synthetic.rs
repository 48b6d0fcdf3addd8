//! What holds for the drawn stand-in: the same bytes everywhere, from few words, and no row twice.

use std::collections::BTreeSet;

use fm_data::synthetic::{self, Options, Part, SyntheticError};
use ndarray::s;

/// SHA-256 of the pixels and labels of 1,200 training and 300 test rows at seed 0: what every
/// machine has to draw. Another hash is another drawing, and wants another `VERSION`.
///
/// Builds without optimisation, with it, and for a CPU with fused multiply-add gave these.
const GOLDEN: [(&str, &str); 4] = [
    (
        "synthetic garments 1, seed 0, train, pixels",
        "e8cf08f5d3a2f43388e82df55b3d208c65221372f6a2e757bea84f5acaf0beb1",
    ),
    (
        "synthetic garments 1, seed 0, train, labels",
        "ddac643ecb9d2b59a53b80023e71509bbfeddaf429344c6d53f6bd286beeaf69",
    ),
    (
        "synthetic garments 1, seed 0, test, pixels",
        "7baeb96589eef6de33c347376c81a1d3d0f8fe59983b6c289ea19196e7f651c4",
    ),
    (
        "synthetic garments 1, seed 0, test, labels",
        "a01f36e4c5517afa67a7942bd3b48873c719b4e0d563093d86c8d9bc1b9484fe",
    ),
];

#[test]
fn the_bytes_are_the_same_on_every_machine() {
    let drawn = synthetic::generate(&Options {
        train_rows: 1200,
        test_rows: 300,
        seed: 0,
    })
    .unwrap();
    let checksums = drawn.checksums();
    let found: Vec<_> = checksums
        .iter()
        .map(|file| (file.name.as_str(), file.sha256.as_str()))
        .collect();
    assert_eq!(found, GOLDEN);
}

#[test]
fn fewer_rows_are_the_first_of_more() {
    let (many, many_labels) = synthetic::images(3, Part::Train, 437).unwrap();
    // Where the work is cut between two threads moves with the number of rows.
    for rows in [1, 9, 10, 11, 20, 99, 437] {
        let (few, labels) = synthetic::images(3, Part::Train, rows).unwrap();
        assert_eq!(few, many.slice(s![..rows, ..]), "{rows} rows");
        assert_eq!(labels, many_labels[..rows], "{rows} rows");
    }
}

#[test]
fn every_ten_rows_hold_each_class_once() {
    let (_, labels) = synthetic::images(0, Part::Test, 500).unwrap();
    let mut orders = BTreeSet::new();
    for block in labels.chunks(10) {
        let mut sorted = block.to_vec();
        sorted.sort_unstable();
        assert!(sorted.iter().copied().eq(0..10), "{block:?}");
        orders.insert(block);
    }
    // 50 of 3.6 million orders: that two are equal has odds of 1 in 3,000.
    assert_eq!(orders.len(), 50);
}

#[test]
fn no_image_comes_twice() {
    let sets = [
        (0, Part::Train, 4000),
        (0, Part::Test, 2000),
        (1, Part::Train, 1000),
        (u64::MAX, Part::Test, 1000),
    ];
    let mut seen = BTreeSet::new();
    for (seed, part, rows) in sets {
        let (pixels, _) = synthetic::images(seed, part, rows).unwrap();
        for image in pixels.rows() {
            assert!(seen.insert(image.to_vec()), "seed {seed}, {part:?}");
        }
    }
}

/// A garment stands on black and is not black itself, as in the original.
#[test]
fn each_image_shows_something_on_black() {
    let (pixels, labels) = synthetic::images(7, Part::Train, 2000).unwrap();
    for (image, label) in pixels.rows().into_iter().zip(labels) {
        let lit = image.iter().filter(|&&pixel| pixel > 40).count();
        let black = image.iter().filter(|&&pixel| pixel == 0).count();
        assert!(lit >= 12, "class {label}: {lit} pixels lit");
        assert!(black >= 40, "class {label}: {black} pixels black");
    }
}

#[test]
fn rows_that_cannot_be_are_refused() {
    for rows in [usize::MAX, usize::MAX / 784] {
        let error = synthetic::images(0, Part::Train, rows).unwrap_err();
        assert!(matches!(error, SyntheticError::Memory { .. }), "{error}");
    }
    let none = Options {
        test_rows: 0,
        train_rows: 10,
        ..Options::default()
    };
    let error = synthetic::generate(&none).unwrap_err();
    assert!(matches!(error, SyntheticError::Data(_)), "{error}");
}
