//! The rule of `Source::Auto`: the files where they are, else downloaded, else the sample.

use std::net::TcpListener;

use fm_data::idx::{self, Encoding};
use fm_data::published::{self, Description, FileSpec, Files, Pin};
use fm_data::{DataError, Origin, Source, open, sha256};
use ndarray::{Array1, Array3};

use super::server::{Reply, Server};

/// An address that nobody listens on.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// A dataset of two classes, and its files as a server has them.
fn pets() -> (Description, Vec<(String, Vec<u8>)>) {
    let mut bodies = Vec::new();
    let mut file = |name: &str, gz: Vec<u8>| {
        let spec = FileSpec {
            name: name.to_owned(),
            gz: Pin {
                bytes: Some(gz.len() as u64),
                sha256: Some(sha256(&gz)),
                md5: None,
            },
            plain: Pin::default(),
        };
        bodies.push((format!("/{name}.gz"), gz));
        spec
    };
    let images = |rows| {
        let cube = Array3::from_shape_fn((rows, 3, 4), |(r, y, x)| (r * 20 + y * 4 + x) as u8);
        idx::to_bytes(&cube, Encoding::Gzip).unwrap()
    };
    let labels = |rows| {
        let labels = Array1::from_shape_fn(rows, |row| (row % 2) as u8);
        idx::to_bytes(&labels, Encoding::Gzip).unwrap()
    };
    let description = Description {
        name: "pets".to_owned(),
        class_names: vec!["cat".to_owned(), "dog".to_owned()],
        image_size: (3, 4),
        files: Files {
            train_images: file("train-images", images(6)),
            train_labels: file("train-labels", labels(6)),
            test_images: file("test-images", images(4)),
            test_labels: file("test-labels", labels(4)),
        },
        ..Description::default()
    };
    (description, bodies)
}

#[test]
fn missing_files_are_downloaded_once_and_then_read() {
    let (mut dataset, bodies) = pets();
    let server = Server::start(move |_, request| {
        match bodies.iter().find(|(path, _)| *path == request.path) {
            Some((_, body)) => Reply::proper(body, request),
            None => Reply::status("404 Not Found"),
        }
    });
    dataset.mirrors = vec![server.url()];
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("pets");
    let source = Source::Auto {
        dataset: Box::new(dataset),
        dir: dir.clone(),
    };
    let first = open(&source).unwrap();
    assert_eq!(first.origin, Origin::Folder(dir));
    assert_eq!(first.test.labels(), [0, 1, 0, 1]);
    let second = open(&source).unwrap();
    assert_eq!(second.identity, first.identity);
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn without_files_and_network_fashion_mnist_is_the_sample_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut dataset = published::fashion_mnist().clone();
    dataset.mirrors = vec![closed()];
    let dir = folder.path().join("none");
    let source = |dataset: &Description| Source::Auto {
        dataset: Box::new(dataset.clone()),
        dir: dir.clone(),
    };
    let data = open(&source(&dataset)).unwrap();
    assert!(data.origin.is_sample());
    assert_eq!(data.train.rows(), 10_000);
    let text = data.origin.to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    for words in [
        &*dataset.mirrors[0],
        "no answer",
        "the embedded sample",
        "none",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!dir.exists(), "no empty folder is left");

    // There is no sample of another dataset.
    dataset.name = "kmnist".to_owned();
    let error = open(&source(&dataset)).unwrap_err();
    assert!(matches!(error, DataError::Download { .. }), "{error}");
}
