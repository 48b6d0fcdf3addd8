//! The data report against what NumPy finds in the published files.

use std::path::Path;

use fm_data::report::{self, DataReport};
use fm_data::{Dataset, FashionMnist};
use fm_tests::{Outcome, needs_data, test};
use libtest_mimic::Trial;
use ndarray::Array2;

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        needs_data(
            "data_report::the_report_equals_numpy",
            the_report_equals_numpy,
        ),
        needs_data(
            "data_report::the_contact_sheet_shows_the_first_images",
            sheet,
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
    let data = FashionMnist::open(folder)?;
    let (valid, train) = data.train.hold_out(5000)?;
    let report = DataReport::new(&[
        ("train", &train),
        ("validation", &valid),
        ("test", &data.test),
    ]);

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
    assert!(report.equal_images.is_empty());
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
    let closest = report.near_images[0].to_string();
    assert_eq!(
        closest,
        "train 20554 (Sandal) ~ train 36357 (Sandal), rms 0.67"
    );
    let across = report
        .near_images
        .iter()
        .find(|pair| pair.other.part == "test");
    let across = across.ok_or("no pair across train and test")?.to_string();
    assert_eq!(
        across,
        "train 13360 (T-shirt/top) ~ test 4998 (T-shirt/top), rms 0.74"
    );

    let json = serde_json::to_string(&report)?;
    assert_eq!(serde_json::from_str::<DataReport>(&json)?, report);
    let text = report.to_string();
    assert!(text.contains("train and test"), "{text}");
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    Ok(())
}

fn sheet(folder: &Path) -> Outcome {
    let data = FashionMnist::open(folder)?;
    /// Images of 28 pixels at twice their size, and 4 pixels between them.
    const STEP: usize = 28 * 2 + 4;
    let file = report::contact_sheet(&data.train)?;
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info()?;
    let side = 10 * STEP + 4;
    assert_eq!(
        (reader.info().width as usize, reader.info().height as usize),
        (side, side)
    );
    let mut grey = vec![0; side * side];
    reader.next_frame(&mut grey)?;

    // Row 0 of the file is an ankle boot: the first image of the last class.
    let (top, left) = (4 + 9 * STEP, 4);
    for (i, &pixel) in data.train.image(0).ok_or("no row 0")?.iter().enumerate() {
        for (y, x) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (y, x) = (top + i / 28 * 2 + y, left + i % 28 * 2 + x);
            assert_eq!(grey[y * side + x], pixel);
        }
    }
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
    let report = DataReport::new(&[("train", &train), ("validation", &valid)]);

    let groups: Vec<String> = report
        .equal_images
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(
        groups,
        [
            "train 2 (a) = train 4 (b) = validation 0 (a)",
            "train 3 (b) = validation 1 (b)"
        ]
    );
    let counts: Vec<_> = report
        .pairs
        .iter()
        .map(|count| {
            let differ = (count.equal_labels_differ, count.near_labels_differ);
            (
                count.part.as_str(),
                count.other.as_str(),
                count.equal,
                count.near,
                differ,
            )
        })
        .collect();
    assert_eq!(
        counts,
        [
            ("train", "train", 1, 1, (1, 1)),
            ("validation", "validation", 0, 0, (0, 0)),
            ("train", "validation", 3, 1, (1, 1)),
        ]
    );
    // Two grey levels in one pixel of four: the square root of 4 / 4.
    assert_eq!(
        report.near_images[0].to_string(),
        "train 3 (b) ~ train 5 (a), rms 1.00"
    );
    assert!(
        DataReport::with_near_rms(&[("all", &data)], 0.0)
            .near_images
            .is_empty()
    );

    let classless = Dataset::new("one", Array2::zeros((1, 4)), vec![1], &["a", "b"], (2, 2))?;
    let report = DataReport::new(&[("train", &classless)]);
    assert_eq!(report.parts[0].classes[0].mean_pixel, None);
    // One image of 4,000 × 10,000 pixels makes a sheet of 160 MB for each class.
    let large = Array2::zeros((1, 40_000_000));
    let large = Dataset::new("large", large, vec![0], &["a", "b"], (4000, 10_000))?;
    let error = report::contact_sheet(&large).err().ok_or("accepted")?;
    assert!(error.to_string().contains("256 MiB"), "{error}");
    Ok(())
}
