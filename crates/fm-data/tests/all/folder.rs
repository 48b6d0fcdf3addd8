//! A folder that does not hold Fashion-MNIST: each fault is named with the file and what to do.
//!
//! What needs the published files is in the workspace's own tests.

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use fm_data::DataError;
use fm_data::idx::{self, Encoding};
use fm_data::published::fashion_mnist;
use ndarray::{Array1, Array3};

/// A folder with four well-formed files that are no published ones.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (file, rows) in fashion_mnist().files.each().into_iter().zip([6, 6, 2, 2]) {
        let path = folder.path().join(format!("{}.gz", file.name));
        if file.name.contains("images") {
            let images = Array3::from_shape_fn((rows, 28, 28), |(r, y, x)| (r + y * x) as u8);
            idx::save(&images, path, Encoding::Gzip).unwrap();
        } else {
            idx::save(&Array1::<u8>::zeros(rows), path, Encoding::Gzip).unwrap();
        }
    }
    folder
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

fn refused(folder: &Path) -> (DataError, String) {
    let error = fashion_mnist().open(folder).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(&folder.display().to_string()),
        "no path in: {text}"
    );
    (error, text)
}

pub(crate) fn wrong(error: DataError) -> String {
    match error {
        DataError::WrongFile { wrong, .. } => wrong,
        other => panic!("{other:?}"),
    }
}

/// The error with `content` in place of the training images.
fn with_train_images(content: &[u8]) -> (DataError, String) {
    let folder = folder();
    fs::write(folder.path().join("train-images-idx3-ubyte.gz"), content).unwrap();
    let (error, text) = refused(folder.path());
    assert!(text.contains("train-images-idx3-ubyte.gz: "), "{text}");
    (error, text)
}

#[test]
fn no_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (error, _) = refused(&folder.path().join("none"));
    assert!(matches!(error, DataError::Io { .. }), "{error:?}");
    let file = folder.path().join("file");
    fs::write(&file, "x").unwrap();
    assert!(matches!(refused(&file).0, DataError::Io { .. }));
}

#[test]
fn missing_files_are_all_listed() {
    let folder = folder();
    for name in ["train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz"] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    let (error, text) = refused(folder.path());
    let DataError::Missing {
        missing,
        instead: None,
        ..
    } = error
    else {
        panic!("{text}")
    };
    assert_eq!(
        missing,
        ["train-labels-idx1-ubyte", "t10k-images-idx3-ubyte"]
    );
}

#[test]
fn files_one_folder_further_in() {
    let outer = tempfile::tempdir().unwrap();
    let inner = outer.path().join("FashionMNIST").join("raw");
    fs::create_dir_all(&inner).unwrap();
    for entry in fs::read_dir(folder().path()).unwrap() {
        let from = entry.unwrap().path();
        fs::copy(&from, inner.join(from.file_name().unwrap())).unwrap();
    }
    let (error, text) = refused(outer.path());
    let DataError::Missing {
        missing, instead, ..
    } = error
    else {
        panic!("{text}")
    };
    assert_eq!(
        (missing.len(), instead),
        (4, Some(outer.path().join("FashionMNIST/raw")))
    );
}

#[test]
fn an_error_page_saved_as_gz() {
    let page = b"\n<!DOCTYPE html><html><body>403 Forbidden</body></html>";
    let (error, _) = with_train_images(page);
    assert_eq!(wrong(error), "it is an HTML page");

    let (_, text) = with_train_images(b"<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code>");
    assert!(text.contains("XML"), "{text}");
    let (_, text) = with_train_images(b"{\"message\": \"rate limit\"}");
    assert!(text.contains("JSON"), "{text}");
    let (_, text) = with_train_images(b"version https://git-lfs.github.com/spec/v1\noid sha256:1");
    assert!(text.contains("Git LFS pointer"), "{text}");
    let (_, text) = with_train_images(b"404: Not Found");
    assert!(text.contains("a text file"), "{text}");
    let (_, text) = with_train_images(b"PK\x03\x04rest");
    assert!(text.contains("a zip archive"), "{text}");
    // Some servers compress their error pages.
    let (_, text) = with_train_images(&gz(page.trim_ascii_start()));
    assert!(text.contains("HTML"), "{text}");
}

#[test]
fn an_empty_file() {
    let (error, _) = with_train_images(b"");
    assert_eq!(wrong(error), "it is an empty file");
}

#[test]
fn a_download_cut_short() {
    let header = [0, 0, 8, 3, 0, 0, 234, 96, 0, 0, 0, 28, 0, 0, 0, 28];
    let whole = gz(&[&header[..], &(0..=255).collect::<Vec<u8>>()].concat());
    for keep in [5, 30, whole.len() - 1] {
        let (_, text) = with_train_images(&whole[..keep]);
        assert!(
            text.contains(&format!("cut short at byte {keep} of 26421880")),
            "{text}"
        );
    }
    let plain = [&header[..], &[1, 2, 3]].concat();
    let (_, text) = with_train_images(&plain);
    assert!(text.contains("cut short at byte 19 of 47040016"), "{text}");
    let (_, text) = with_train_images(&plain[..7]);
    assert!(text.contains("cut short at byte 7 of 47040016"), "{text}");
}

#[test]
fn arrays_of_another_shape() {
    let (_, text) = refused(folder().path());
    let expected = "it is u8 of [6, 28, 28], expected an IDX file of 47040016 bytes";
    assert!(text.contains(expected), "{text}");

    // A header that announces terabytes is answered before they are looked for.
    let (error, _) = with_train_images(&[0, 0, 8, 3, 0, 64, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0]);
    assert!(wrong(error).starts_with("it is cut short at byte 16 of"));
}

#[test]
fn well_formed_but_unknown_files() {
    // As many black images as there should be.
    let folder = folder();
    fs::remove_file(folder.path().join("train-images-idx3-ubyte.gz")).unwrap();
    let black = Array3::<u8>::zeros((60_000, 28, 28));
    let path = folder.path().join("train-images-idx3-ubyte");
    idx::save(&black, &path, Encoding::Plain).unwrap();
    let (error, text) = refused(folder.path());
    let DataError::WrongFile {
        path: found_at,
        wrong,
        ..
    } = error
    else {
        panic!("{text}")
    };
    let published = fashion_mnist()
        .files
        .train_images
        .plain
        .sha256
        .clone()
        .unwrap();
    // `(printf '\0\0\10\3\0\0\352\140\0\0\0\34\0\0\0\34'; head -c 47040000 /dev/zero) | sha256sum`
    let black = "ba2048faa0242d852ccfba31d5efa227046ebcc173e3a4951fb9c906fb61ebdb";
    assert_eq!(
        wrong,
        format!("its SHA-256 is {black}, expected {published}")
    );
    assert_eq!(found_at, path);
}

#[test]
fn damaged_gzip_is_named_with_its_place() {
    let mut bytes = fs::read(folder().path().join("train-images-idx3-ubyte.gz")).unwrap();
    bytes[10] ^= 0xFF;
    let folder = folder();
    fs::write(folder.path().join("train-images-idx3-ubyte.gz"), &bytes).unwrap();
    let error = fashion_mnist().open(folder.path()).unwrap_err();
    assert!(wrong(error).starts_with("damaged gzip data at or before"));
}

#[test]
fn the_name_of_a_dotted_file_is_the_one_in_the_message() {
    let folder = folder();
    let dashed = folder.path().join("train-images-idx3-ubyte.gz");
    let dotted = folder.path().join("train-images.idx3-ubyte");
    fs::remove_file(dashed).unwrap();
    fs::write(&dotted, b"").unwrap();
    let (error, _) = refused(folder.path());
    let DataError::WrongFile { path, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(path, dotted);
}
