//! What a `Dataset` refuses, and that its parts say where their rows came from.

use fm_data::Dataset;
use fm_data::idx::{self, Encoding};
use ndarray::{Array1, Array2, Array3, ArrayD, IxDyn};

const CLASSES: [&str; 3] = ["hat", "scarf", "glove"];

/// Row r has the pixels 10r, 10r + 1, … and the label r mod 3.
fn rows(n: usize) -> Dataset {
    let pixels = Array2::from_shape_fn((n, 6), |(row, pixel)| (10 * row + pixel) as u8);
    let labels = (0..n).map(|row| (row % 3) as u8).collect();
    Dataset::new("garments", pixels, labels, &CLASSES, (2, 3)).unwrap()
}

fn refused(pixels: Array2<u8>, labels: &[u8], classes: &[&str], size: (usize, usize)) -> String {
    Dataset::new("garments", pixels, labels.to_vec(), classes, size)
        .unwrap_err()
        .to_string()
}

#[test]
fn what_belongs_together() {
    let data = rows(7);
    assert_eq!(
        (data.rows(), data.n_classes(), data.image_size()),
        (7, 3, (2, 3))
    );
    assert_eq!(data.label_counts(), [3, 2, 2]);
    assert_eq!(data.image(2), Some(&[20, 21, 22, 23, 24, 25][..]));
    assert_eq!(data.image(7), None);
    assert_eq!(data.pixels().row(2).to_vec(), data.image(2).unwrap());
    assert_eq!(data.row_numbers(), [0, 1, 2, 3, 4, 5, 6]);
    assert_eq!(data.images()[[2, 1, 0]], 23);
}

#[test]
fn column_major_pixels_are_put_in_order() {
    let turned = Array2::from_shape_fn((6, 4), |(pixel, row)| (10 * row + pixel) as u8);
    let data = Dataset::new(
        "turned",
        turned.reversed_axes(),
        vec![0; 4],
        &CLASSES,
        (2, 3),
    )
    .unwrap();
    assert_eq!(data.image(3), Some(&[30, 31, 32, 33, 34, 35][..]));
}

#[test]
fn what_does_not_belong_together() {
    let pixels = Array2::zeros((2, 6));
    assert_eq!(
        refused(pixels.clone(), &[0, 1, 2], &CLASSES, (2, 3)),
        "garments: 2 images but 3 labels; the two files do not belong together"
    );
    assert_eq!(
        refused(pixels.clone(), &[0, 3], &CLASSES, (2, 3)),
        "garments: label of row 1 is 3, but there are 3 classes, numbered from 0"
    );
    assert_eq!(
        refused(pixels.clone(), &[0, 0], &CLASSES, (3, 3)),
        "garments: 6 pixels a row do not make images of 3×3"
    );
    refused(pixels.clone(), &[0, 0], &CLASSES, (usize::MAX, 2));
    assert_eq!(
        refused(pixels.clone(), &[0, 0], &[], (2, 3)),
        "garments: expected 1 to 256 classes, found 0"
    );
    refused(pixels, &[0, 0], &[""; 257], (2, 3));
    assert_eq!(
        refused(Array2::zeros((0, 6)), &[], &CLASSES, (2, 3)),
        "garments: expected 1 to 4294967295 rows, found 0"
    );
    refused(Array2::zeros((2, 0)), &[0, 0], &CLASSES, (0, 3));
}

#[test]
fn a_pair_of_files_of_ones_own() {
    let folder = tempfile::tempdir().unwrap();
    let (images, labels) = (
        folder.path().join("images"),
        folder.path().join("labels.gz"),
    );
    let shape = (5, 3, 2);
    let cube = Array3::from_shape_fn(shape, |(row, y, x)| (row * 6 + y * 2 + x) as u8);
    idx::save(&cube, &images, Encoding::Plain).unwrap();
    idx::save(
        &Array1::from(vec![0u8, 1, 2, 1, 0]),
        &labels,
        Encoding::Gzip,
    )
    .unwrap();
    let data = Dataset::open_idx_pair(&images, &labels, &CLASSES).unwrap();
    assert_eq!((data.rows(), data.image_size()), (5, (3, 2)));
    assert_eq!(data.labels(), [0, 1, 2, 1, 0]);
    assert_eq!(data.image(4), Some(&[24, 25, 26, 27, 28, 29][..]));

    // The two files exchanged, and labels of another file.
    let error = Dataset::open_idx_pair(&labels, &images, &CLASSES).unwrap_err();
    let text = error.to_string();
    assert!(
        text.ends_with("images need u8 of [rows, height, width], found u8 of [5]"),
        "{text}"
    );
    let error = Dataset::open_idx_pair(&images, &images, &CLASSES).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("labels need u8 of [rows], or i32 of [rows, columns], found u8 of [5, 3, 2]"),
        "{error}"
    );
    idx::save(&Array1::from(vec![0u8; 4]), &labels, Encoding::Gzip).unwrap();
    let error = Dataset::open_idx_pair(&images, &labels, &CLASSES).unwrap_err();
    assert!(
        error.to_string().contains("5 images but 4 labels"),
        "{error}"
    );
    assert!(
        error.to_string().contains(&images.display().to_string()),
        "{error}"
    );
    let floats = ArrayD::<f32>::zeros(IxDyn(&[5, 3, 2]));
    idx::save(&floats, &images, Encoding::Plain).unwrap();
    let error = Dataset::open_idx_pair(&images, &labels, &CLASSES).unwrap_err();
    assert!(
        error.to_string().ends_with("found f32 of [5, 3, 2]"),
        "{error}"
    );
}

#[test]
fn class_names_that_could_steer_a_terminal_are_refused() {
    for name in ["\x1b[2Jhat", "a\nb", ""] {
        let text = refused(Array2::zeros((1, 6)), &[0], &["scarf", name], (2, 3));
        assert!(text.contains("class 1 has the name"), "{text}");
        assert!(!text.contains('\x1b'), "{text:?}");
    }
}
