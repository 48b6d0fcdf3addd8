//! The data report against what NumPy finds in the published files.

use std::path::Path;

use fm_data::Dataset;
use fm_data::published::fashion_mnist;
use fm_data::report::{DataReport, NEAR_RMS};
use fm_tests::{Outcome, needs_data, test};
use libtest_mimic::Trial;
use ndarray::Array2;

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        needs_data(
            "data_report::the_report_equals_numpy",
            the_report_equals_numpy,
        ),
        test("equal_images_are_found_across_parts", equal_images),
    ]
}

/// Mean pixel of each class, by NumPy: `x[y == label].mean()`.
const TRAIN_MEANS: [f64; 10] = [
    83.000611, 56.776974, 96.083988, 66.079909, 98.043781, 34.895744, 84.51284, 42.727329,
    90.126285, 76.789836,
];
const TEST_MEANS: [f64; 10] = [
    83.623657, 56.981408, 95.352675, 66.395017, 99.745092, 34.757332, 84.858413, 43.019793,
    90.138944, 76.593335,
];
const TRAIN_ROWS: [usize; 10] = [5543, 5444, 5496, 5499, 5512, 5507, 5507, 5488, 5510, 5494];

fn the_report_equals_numpy(folder: &Path) -> Outcome {
    let data = fashion_mnist().open(folder)?;
    let (valid, train) = data.train.hold_out(5000)?;
    let parts = [
        ("train", &train),
        ("validation", &valid),
        ("test", &data.test),
    ];
    let report = DataReport::new(&parts, NEAR_RMS);

    for (part, means) in [(0, TRAIN_MEANS), (2, TEST_MEANS)] {
        for (class, mean) in report.parts[part].classes.iter().zip(means) {
            // NumPy's means were printed with six decimals.
            let found = class.mean_pixel.ok_or("no mean")?;
            assert!((found - mean).abs() < 1e-6, "{} {found} {mean}", class.name);
        }
    }
    let rows = |part: usize| report.parts[part].classes.iter().map(|class| class.rows);
    assert!(rows(0).eq(TRAIN_ROWS));
    assert!(rows(2).eq([1000; 10]));

    // No two of the 70,000 images are equal. The duplicates that people write of were in the
    // first edition and have been replaced.
    let counts: Vec<_> = report
        .pairs
        .iter()
        .map(|count| {
            (
                count.part.as_str(),
                count.other.as_str(),
                count.equal,
                count.near,
            )
        })
        .collect();
    // By NumPy: all pairs whose squared differences sum to at most 4² × 784.
    assert_eq!(
        counts,
        [
            ("train", "train", 0, 19),
            ("validation", "validation", 0, 0),
            ("test", "test", 0, 1),
            ("train", "validation", 0, 5),
            ("train", "test", 0, 6),
            ("validation", "test", 0, 0),
        ]
    );
    // Pairs across parts first.
    assert_eq!(
        report.alike[0].to_string(),
        "train 13360 (T-shirt/top) ~ test 4998 (T-shirt/top), rms 0.74"
    );
    let mut within = report.alike.iter();
    let within = within.find(|pair| pair.one.part == pair.other.part);
    assert_eq!(
        within.ok_or("no pair within a part")?.to_string(),
        "train 20554 (Sandal) ~ train 36357 (Sandal), rms 0.67"
    );

    let json = serde_json::to_string(&report)?;
    assert_eq!(serde_json::from_str::<DataReport>(&json)?, report);
    let text = report.to_string();
    assert!(text.contains("train and test"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 80),
        "{text}"
    );
    Ok(())
}

fn equal_images() -> Outcome {
    // Rows 0, 2 and 4 are equal, 1 and 3 are, 5 is near to those.
    let pixels: [[u8; 4]; 6] = [
        [9; 4],
        [70, 80, 90, 100],
        [9; 4],
        [70, 80, 90, 100],
        [9; 4],
        [70, 80, 90, 102],
    ];
    let pixels = Array2::from(pixels.to_vec());
    let data = Dataset::new(
        "made up",
        pixels,
        vec![0, 1, 0, 1, 1, 0],
        &["a", "b"],
        (2, 2),
    )?;
    let (valid, train) = data.hold_out(2)?;
    let report = DataReport::new(&[("train", &train), ("validation", &valid)], NEAR_RMS);

    let pairs: Vec<String> = report.alike.iter().map(ToString::to_string).collect();
    // Two grey levels in one pixel of four: the square root of 4 / 4.
    assert_eq!(
        pairs,
        [
            "train 2 (a) = validation 0 (a)",
            "train 3 (b) = validation 1 (b)",
            "train 4 (b) = validation 0 (a)",
            "train 5 (a) ~ validation 1 (b), rms 1.00",
            "train 2 (a) = train 4 (b)",
            "train 3 (b) ~ train 5 (a), rms 1.00",
        ]
    );
    let counts: Vec<_> = report
        .pairs
        .iter()
        .map(|count| {
            (
                count.part.as_str(),
                count.other.as_str(),
                count.equal,
                count.near,
                count.labels_differ,
            )
        })
        .collect();
    assert_eq!(
        counts,
        [
            ("train", "train", 1, 1, 2),
            ("validation", "validation", 0, 0, 0),
            ("train", "validation", 3, 1, 2),
        ]
    );
    let equal = DataReport::new(&[("all", &data)], 0.0);
    assert!(equal.alike.iter().all(|pair| pair.rms == 0.0));
    assert_eq!(equal.pairs[0].near, 0);

    let classless = Dataset::new("one", Array2::zeros((1, 4)), vec![1], &["a", "b"], (2, 2))?;
    let report = DataReport::new(&[("train", &classless)], NEAR_RMS);
    assert_eq!(report.parts[0].classes[0].mean_pixel, None);
    Ok(())
}
