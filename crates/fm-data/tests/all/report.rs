//! Reports of data with very many alike images.

use fm_data::Dataset;
use fm_data::report::{DataReport, MOST_ALIKE};
use ndarray::Array2;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// 3,000 images that are all nearly equal are 4.5 million pairs: counted, and the closest listed.
#[test]
fn nearly_equal_images_are_counted_and_only_the_closest_kept() {
    let n = 3000;
    // Image r is black but for one pixel of 1 + r mod 200, at place r / 200.
    let pixels = Array2::from_shape_fn((n, 16), |(row, pixel)| {
        if pixel == row / 200 {
            1 + (row % 200) as u8
        } else {
            0
        }
    });
    let data = Dataset::new("alike", pixels, vec![0; n], &["all"], (4, 4)).unwrap();
    let report = DataReport::new(&[("all", &data)], 255.0);
    assert_eq!(report.pairs[0].near, n * (n - 1) / 2);
    assert_eq!(report.alike.len(), MOST_ALIKE);
    // The smallest distance between two of them is one level in one of 16 pixels.
    assert!(report.alike.iter().all(|pair| pair.rms == 0.25));
}

#[test]
fn equal_images_are_counted_by_part_and_label() {
    let labels: Vec<u8> = (0..500).map(|row| u8::from(row % 5 == 0)).collect();
    let data = Dataset::new(
        "black",
        Array2::zeros((500, 4)),
        labels,
        &["a", "b"],
        (2, 2),
    )
    .unwrap();
    let (valid, train) = data.hold_out(100).unwrap();
    let report = DataReport::new(&[("train", &train), ("validation", &valid)], 0.0);
    let counts: Vec<_> = report
        .pairs
        .iter()
        .map(|count| (count.equal, count.labels_differ))
        .collect();
    // 320 and 80 of the labels in one part, 80 and 20 in the other.
    let expected = [
        (400 * 399 / 2, 320 * 80),
        (100 * 99 / 2, 80 * 20),
        (400 * 100, 320 * 20 + 80 * 80),
    ];
    assert_eq!(counts, expected);
    // Those across the parts are listed first.
    let listed = report.alike.iter();
    assert!(listed.clone().all(|pair| pair.one.part != pair.other.part));
    assert_eq!(listed.len(), MOST_ALIKE);
}

#[test]
fn without_a_number_as_limit_only_equal_images_are_counted() {
    let pixels = Array2::from_shape_fn((3, 1), |(row, _)| u8::from(row == 2));
    let data = Dataset::new("made up", pixels, vec![0; 3], &["all"], (1, 1)).unwrap();
    for limit in [f64::NAN, -1.0] {
        let report = DataReport::new(&[("all", &data)], limit);
        assert_eq!(report.near_rms, 0.0);
        assert_eq!((report.pairs[0].equal, report.pairs[0].near), (1, 0));
    }
}

/// The same pairs as looking at every pair, for sizes that fill the runs of the search or do not.
#[test]
fn every_nearly_equal_pair_is_found() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for (height, width) in [(1, 1), (3, 5), (4, 4), (5, 7)] {
        // Images near a few centres, so that there are pairs on both sides of the limit.
        let n = 120;
        let pixels = Array2::from_shape_fn((n, height * width), |(row, pixel)| {
            (row % 7 * 30 + pixel + (rng.next_u32() % 12) as usize) as u8
        });
        let data = Dataset::new("made up", pixels, vec![0; n], &["all"], (height, width)).unwrap();
        let max_rms = 4.5;
        let mut expected = Vec::new();
        for one in 0..n {
            for other in one + 1..n {
                let pair = data
                    .image(one)
                    .unwrap()
                    .iter()
                    .zip(data.image(other).unwrap());
                let squares = pair.map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
                let rms = (squares.sum::<f64>() / (height * width) as f64).sqrt();
                if rms > 0.0 && rms <= max_rms {
                    expected.push((rms, one as u32, other as u32));
                }
            }
        }
        assert!(expected.len() > 50 && expected.len() < n * (n - 1) / 2);
        expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let report = DataReport::new(&[("all", &data)], max_rms);
        assert_eq!(report.pairs[0].near, expected.len(), "{height}×{width}");
        let found = report.alike.iter().filter(|pair| pair.rms > 0.0);
        let found: Vec<_> = found
            .map(|pair| (pair.rms, pair.one.row_number, pair.other.row_number))
            .collect();
        assert_eq!(found, expected[..found.len()], "{height}×{width}");
        let listed = expected.len() + report.pairs[0].equal;
        assert_eq!(report.alike.len(), listed.min(MOST_ALIKE));
    }
}
