//! Datasets from every kind of source.

use std::fs;
use std::path::Path;

use crate::folder::wrong;
use fm_data::idx::{self, Encoding};
use fm_data::published::{self, Description};
use fm_data::{DataError, Origin, Source, TaskSplit, open, sha256};
use ndarray::{Array1, Array2, Array3};

/// Image row r has the pixel values (r + 3·y + 7·x) mod 256.
fn images(rows: usize, height: usize, width: usize) -> Array3<u8> {
    Array3::from_shape_fn((rows, height, width), |(r, y, x)| (r + 3 * y + 7 * x) as u8)
}

fn save(folder: &Path, name: &str, array: ndarray::ArrayD<u8>) {
    idx::save(&array, folder.join(format!("{name}.gz")), Encoding::Gzip).unwrap();
}

#[test]
fn every_published_description_is_complete() {
    let names: Vec<&str> = published::all()
        .iter()
        .map(|dataset| &*dataset.name)
        .collect();
    assert_eq!(
        names,
        [
            "fashion-mnist",
            "mnist",
            "kmnist",
            "emnist-letters",
            "emnist-balanced",
            "emnist-digits",
            "emnist-mnist",
            "emnist-bymerge",
            "emnist-byclass",
            "qmnist"
        ]
    );
    let classes: Vec<usize> = published::all()
        .iter()
        .map(|d| d.class_names.len())
        .collect();
    assert_eq!(classes, [10, 10, 10, 26, 47, 10, 10, 47, 62, 10]);
    for dataset in published::all() {
        let text = dataset.to_toml();
        assert_eq!(
            Description::parse(&text).as_ref(),
            Ok(dataset),
            "{}",
            dataset.name
        );
        for mirror in &dataset.mirrors {
            assert!(mirror.ends_with('/'), "{mirror}");
        }
        for file in dataset.files.each() {
            // What can be downloaded is pinned.
            assert!(
                dataset.mirrors.is_empty() || file.gz.sha256.is_some() || file.gz.md5.is_some(),
                "{}",
                file.name
            );
            for hex in [&file.gz.sha256, &file.plain.sha256].into_iter().flatten() {
                assert_eq!(hex.len(), 64);
            }
            assert!(file.gz.md5.as_ref().is_none_or(|hex| hex.len() == 32));
        }
    }
    let unknown = published::named("mnst").unwrap_err().to_string();
    assert!(unknown.contains("emnist-letters"), "{unknown}");
    assert_eq!(published::named("KMNIST").unwrap().title(), "KMNIST");
}

#[test]
fn the_sample_has_the_rows_of_the_published_files() {
    let data = open(&Source::Sample).unwrap();
    assert_eq!((data.train.rows(), data.test.rows()), (10_000, 10_000));
    assert!(data.origin.is_sample());
    assert_eq!(data.identity.name, "fashion-mnist-sample");
    let published = &published::fashion_mnist().files;
    let checksums: Vec<_> = data
        .identity
        .files
        .iter()
        .map(|file| Some(&file.sha256))
        .collect();
    assert_eq!(
        checksums[2..],
        [&published.test_images, &published.test_labels].map(|file| file.plain.sha256.as_ref())
    );
    for (data, file) in [(&data.train, 0), (&data.test, 2)] {
        let cube = data.images().to_owned();
        let bytes = idx::to_bytes(&cube, Encoding::Plain).unwrap();
        assert_eq!(Some(&sha256(&bytes)), checksums[file]);
    }
    // Counts by NumPy, of training rows 5000 to 9999 and the test rows.
    let (_, train) = data.train.hold_out(5000).unwrap();
    let split = TaskSplit::new(&[5, 6], 10).unwrap();
    assert_eq!(
        split
            .target(&train)
            .unwrap()
            .first(200)
            .unwrap()
            .label_counts(),
        [101, 99]
    );
    assert_eq!(
        split.target(&data.test).unwrap().label_counts(),
        [1000, 1000]
    );
}

/// KMNIST's checksums of unzipped files are not published, so files of its shape open unverified.
#[test]
fn files_of_kmnists_shape_open_under_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let kmnist = published::named("kmnist").unwrap();
    for (file, rows) in kmnist
        .files
        .each()
        .into_iter()
        .zip([60_000, 60_000, 10_000, 10_000])
    {
        let array = match file.name.contains("images") {
            true => images(rows, 28, 28).into_dyn(),
            false => Array1::from_shape_fn(rows, |row| (row % 10) as u8).into_dyn(),
        };
        save(folder.path(), &file.name, array);
    }
    let data = kmnist.open(folder.path()).unwrap();
    assert_eq!(data.identity.name, "kmnist");
    assert_eq!(data.train.class_names()[2], "su");
    assert_eq!(data.origin, Origin::Folder(folder.path().to_owned()));
    // By default these names are Fashion-MNIST's, whose checksums are known.
    let error = open(&Source::Folder(folder.path().to_owned())).unwrap_err();
    assert!(wrong(error).starts_with("its SHA-256 is"));
}

/// EMNIST: transposed images, letters labelled from 1.
#[test]
fn files_of_emnists_shape_are_turned_and_counted_from_zero() {
    let folder = tempfile::tempdir().unwrap();
    let letters = published::named("emnist-letters").unwrap();
    for (file, rows) in letters.files.each().into_iter().zip([52, 52, 26, 26]) {
        let array = match file.name.contains("images") {
            true => images(rows, 28, 28).into_dyn(),
            false => Array1::from_shape_fn(rows, |row| (row % 26 + 1) as u8).into_dyn(),
        };
        save(folder.path(), &file.name, array);
    }
    // Recognised by its file names.
    let data = open(&Source::Folder(folder.path().to_owned())).unwrap();
    assert_eq!(data.identity.name, "emnist-letters");
    assert_eq!(data.train.labels()[..3], [0, 1, 2]);
    assert_eq!(data.train.class_names()[25], "Z");
    assert_eq!(data.train.images()[[5, 20, 3]], (5 + 3 * 3 + 7 * 20) as u8);

    let zeros = Array1::<u8>::zeros(52).into_dyn();
    save(folder.path(), &letters.files.train_labels.name, zeros);
    let error = open(&Source::Folder(folder.path().to_owned())).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("label of row 0 is 0, expected 1 to 256"),
        "{error}"
    );
}

/// QMNIST: labels of i32, `[rows, 8]`, of which the first column is the class.
#[test]
fn files_of_qmnists_shape_take_the_first_column() {
    let folder = tempfile::tempdir().unwrap();
    let qmnist = published::named("qmnist").unwrap();
    for file in [&qmnist.files.train_images, &qmnist.files.test_images] {
        save(folder.path(), &file.name, images(60_000, 28, 28).into_dyn());
    }
    for file in [&qmnist.files.train_labels, &qmnist.files.test_labels] {
        let labels = Array2::from_shape_fn((60_000, 8), |(row, column)| {
            if column == 0 {
                (row % 10) as i32
            } else {
                1000 + row as i32
            }
        });
        idx::save(
            &labels,
            folder.path().join(format!("{}.gz", file.name)),
            Encoding::Gzip,
        )
        .unwrap();
    }
    let data = open(&Source::Folder(folder.path().to_owned())).unwrap();
    assert_eq!(data.identity.name, "qmnist");
    assert_eq!(data.test.labels()[..4], [0, 1, 2, 3]);
}

#[test]
fn descriptions_are_refused_with_their_line_or_name() {
    let good = published::named("mnist").unwrap().to_toml();
    for (from, to, words) in [
        ("name = \"mnist\"", "name = \"a/b\"", "is not the name"),
        (
            "name = \"mnist\"",
            "name = \"\\u001b[2J\"",
            "is not the name",
        ),
        (
            "train-images-idx3-ubyte",
            "../secret",
            "\"../secret\" is not the name of a file",
        ),
        ("class_names", "classnames", "line 3"),
    ] {
        let text = good.replace(from, to);
        assert_ne!(text, good, "{from}");
        let reason = Description::parse(&text).unwrap_err();
        assert!(reason.contains(words), "{words}: {reason}");
        assert!(!reason.contains('\x1b'), "{reason:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("dataset.toml"), "name = 3").unwrap();
    let error = open(&Source::Folder(folder.path().to_owned())).unwrap_err();
    assert!(matches!(error, DataError::Invalid(_)), "{error}");
}

/// A pipe would block for ever if it were opened.
#[cfg(unix)]
#[test]
fn a_pipe_under_a_files_name_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    for file in published::fashion_mnist().files.each() {
        let path = folder.path().join(format!("{}.gz", file.name));
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
    }
    let error = published::fashion_mnist().open(folder.path()).unwrap_err();
    assert_eq!(wrong(error), "it is not a regular file");
}
