//! Reports of data with very many alike images.

use fm_data::Dataset;
use fm_data::report::{DataReport, MOST_NEAR_PAIRS};
use ndarray::Array2;

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
    let report = DataReport::with_near_rms(&[("all", &data)], 255.0);
    assert_eq!(report.pairs[0].near, n * (n - 1) / 2);
    assert_eq!(report.near_images.len(), MOST_NEAR_PAIRS);
    // The smallest distance between two of them is one level in one of 16 pixels.
    assert!(report.near_images.iter().all(|pair| pair.rms == 0.25));
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
    let report = DataReport::new(&[("train", &train), ("validation", &valid)]);
    let counts: Vec<_> = report
        .pairs
        .iter()
        .map(|count| (count.equal, count.equal_labels_differ))
        .collect();
    // 320 and 80 of the labels in one part, 80 and 20 in the other.
    let expected = [
        (400 * 399 / 2, 320 * 80),
        (100 * 99 / 2, 80 * 20),
        (400 * 100, 320 * 20 + 80 * 80),
    ];
    assert_eq!(counts, expected);
}
