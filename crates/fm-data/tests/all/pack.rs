//! Folders of pictures as datasets, and back.

use std::fs;
use std::path::Path;

use fm_data::{DataError, PackOptions, Source, open, pack, unpack};

use crate::picture::fixtures;

/// Two classes of pictures of odd sizes, from the fixtures.
fn pets(folder: &Path) {
    for (class, files) in [
        (
            "cat",
            [
                "rgb.png",
                "grey16.png",
                "cmyk.jpg",
                "orientation-6.jpg",
                "bits.png",
            ],
        ),
        (
            "dog",
            [
                "rgb.jpg",
                "rgba.png",
                "palette.png",
                "progressive.jpg",
                "grey.jpg",
            ],
        ),
    ] {
        let inner = folder.join(class).join("more");
        fs::create_dir_all(&inner).unwrap();
        for file in files {
            fs::copy(fixtures().join(file), inner.join(file)).unwrap();
        }
        fs::write(folder.join(class).join(".DS_Store"), "hidden").unwrap();
    }
    fs::write(folder.join("readme.txt"), "not a class").unwrap();
}

#[test]
fn a_folder_of_pictures_becomes_a_dataset() {
    let from = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    pets(from.path());
    let options = PackOptions {
        size: (20, 30),
        ..PackOptions::default()
    };
    let packed = pack(from.path(), out.path(), &options).unwrap();
    assert_eq!(packed.train.label_counts(), [4, 4]);
    assert_eq!(packed.test.label_counts(), [1, 1]);
    assert!(packed.skipped.is_empty());

    let data = open(&Source::Folder(out.path().to_owned())).unwrap();
    assert_eq!(data.train.class_names(), ["cat", "dog"]);
    assert_eq!(data.train.images().dim(), (8, 20, 30));
    assert_eq!(data.train.pixels(), packed.train.pixels());
    assert_eq!(data.test.labels(), packed.test.labels());
    let rows = fs::read_to_string(out.path().join("rows.csv")).unwrap();
    assert_eq!(rows.lines().count(), 11);
    assert!(rows.contains("more/cmyk.jpg"), "{rows}");

    // The same bytes again; another seed, another order.
    let again = tempfile::tempdir().unwrap();
    pack(from.path(), again.path(), &options).unwrap();
    for entry in fs::read_dir(out.path()).unwrap() {
        let name = entry.unwrap().file_name();
        let bytes = |folder: &Path| fs::read(folder.join(&name)).unwrap();
        assert!(bytes(out.path()) == bytes(again.path()), "{name:?}");
    }
    let other = PackOptions { seed: 2, ..options };
    pack(from.path(), again.path(), &other).unwrap();
    assert_ne!(
        fs::read_to_string(again.path().join("rows.csv")).unwrap(),
        rows
    );

    // A changed file is not the one described.
    fs::copy(
        out.path().join("train-images-idx3-ubyte.gz"),
        out.path().join("t10k-images-idx3-ubyte.gz"),
    )
    .unwrap();
    let error = open(&Source::Folder(out.path().to_owned())).unwrap_err();
    assert!(matches!(error, DataError::WrongFile { .. }), "{error}");
}

#[test]
fn files_that_are_not_pictures_are_listed_and_skipped_only_when_asked() {
    let from = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    pets(from.path());
    let broken = from.path().join("cat/broken.png");
    let half = fs::read(fixtures().join("rgb.png")).unwrap();
    fs::write(&broken, &half[..half.len() / 2]).unwrap();
    fs::write(from.path().join("dog/notes.txt"), "hello").unwrap();
    let options = PackOptions::default();
    let error = pack(from.path(), out.path(), &options).unwrap_err();
    let text = error.to_string();
    assert!(matches!(error, DataError::Invalid(_)), "{text}");
    for words in [
        "these files cannot be used",
        "broken.png",
        "notes.txt",
        "a text file",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(
        fs::read_dir(out.path()).unwrap().count(),
        0,
        "nothing was written"
    );

    let skip = PackOptions {
        skip_bad: true,
        ..options
    };
    let packed = pack(from.path(), out.path(), &skip).unwrap();
    assert_eq!(packed.skipped.len(), 2);
    assert_eq!(packed.train.rows() + packed.test.rows(), 10);
    assert_eq!(packed.skipped[0].0, broken);
}

/// The pipe would block for ever if it were opened.
#[cfg(unix)]
#[test]
fn a_pipe_among_the_pictures_is_a_bad_file() {
    let from = tempfile::tempdir().unwrap();
    pets(from.path());
    let pipe = from.path().join("cat/pipe.png");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let out = from.path().join("out");
    let error = pack(from.path(), out, &PackOptions::default()).unwrap_err();
    assert!(error.to_string().contains("pipe.png: "), "{error}");
}

/// Each reason is on one line and names its cause.
#[cfg(unix)]
#[test]
fn links_and_damaged_files_are_listed_with_their_reasons() {
    use std::os::unix::fs::symlink;
    let from = tempfile::tempdir().unwrap();
    pets(from.path());
    let cat = from.path().join("cat");
    symlink("..", cat.join("a-folder")).unwrap();
    symlink("b-circle", cat.join("b-circle")).unwrap();
    symlink("nowhere", cat.join("c-dangling")).unwrap();
    let jpeg = fs::read(fixtures().join("rgb.jpg")).unwrap();
    fs::write(cat.join("d-cut.jpg"), &jpeg[..300]).unwrap();
    fs::write(cat.join("e-empty.png"), "").unwrap();
    let options = PackOptions::default();
    let error = pack(from.path(), from.path().join("out"), &options).unwrap_err();
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().skip(1).collect();
    let expected = [
        "a-folder: it is not a regular file",
        "b-circle: cannot read the file: ",
        "c-dangling: cannot read the file: ",
        "d-cut.jpg: the picture cannot be decoded: ",
        "e-empty.png: not a PNG or JPEG picture: this is an empty file",
    ];
    assert_eq!(lines.len(), expected.len(), "{text}");
    for (line, words) in lines.iter().zip(expected) {
        assert!(line.contains(words), "{words}: {text}");
    }
}

#[cfg(unix)]
#[test]
fn names_that_could_steer_a_terminal_are_refused_or_kept_from_it() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    for name in [&b"a\x1b[2Jb"[..], b"a\xff"] {
        let from = tempfile::tempdir().unwrap();
        pets(from.path());
        // A file's name may be anything.
        let file = from.path().join("cat").join(OsStr::from_bytes(name));
        fs::copy(fixtures().join("rgb.png"), file).unwrap();
        let out = from.path().join(".out");
        let packed = pack(from.path(), &out, &PackOptions::default()).unwrap();
        assert_eq!(packed.train.rows() + packed.test.rows(), 11);

        fs::create_dir(from.path().join(OsStr::from_bytes(name))).unwrap();
        let error = pack(from.path(), &out, &PackOptions::default()).unwrap_err();
        let text = error.to_string();
        assert!(text.contains("rename the folder"), "{text}");
        assert!(!text.contains('\x1b'), "{text:?}");
    }
}

/// The smallest folder that can be split, with pictures of one pixel and of one row.
#[test]
fn two_pictures_are_one_training_and_one_test_row() {
    let from = tempfile::tempdir().unwrap();
    for (class, width) in [("dot", 1), ("line", 20_000)] {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, 1);
        encoder.set_color(png::ColorType::Grayscale);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&vec![255; width as usize]).unwrap();
        writer.finish().unwrap();
        fs::create_dir(from.path().join(class)).unwrap();
        fs::write(from.path().join(class).join("one.png"), file).unwrap();
    }
    let out = from.path().join(".out");
    let packed = pack(from.path(), &out, &PackOptions::default()).unwrap();
    assert_eq!((packed.train.rows(), packed.test.rows()), (1, 1));
}

#[test]
fn options_and_folders_out_of_range_are_refused() {
    let from = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let refused = |options: &PackOptions| {
        pack(from.path(), out.path(), options)
            .unwrap_err()
            .to_string()
    };
    let usual = PackOptions::default();
    assert!(refused(&usual).contains("expected 2 to 256 folders"));
    pets(from.path());
    for test in [0.0, 1.0, -1.0, f64::NAN] {
        let options = PackOptions {
            test,
            ..usual.clone()
        };
        assert!(refused(&options).contains("between 0 and 1"));
    }
    for size in [(0, 28), (50_000, 50_000)] {
        let options = PackOptions {
            size,
            ..usual.clone()
        };
        let (height, width) = size;
        let error = refused(&options);
        let words = format!("expected images of 1 to 50000000 pixels, found {height}×{width}");
        assert!(error.ends_with(&words), "{error}");
    }
    fs::create_dir(from.path().join("empty")).unwrap();
    assert!(refused(&usual).contains("empty: no pictures in it"));
}

#[test]
fn unpacked_images_pack_to_the_same_pixels() {
    let sample = open(&Source::Sample).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let out = tempfile::tempdir().unwrap();
    let written = unpack(&sample.test, "test", folder.path(), Some(12)).unwrap();
    assert_eq!(written, 120);
    assert!(folder.path().join("T-shirt-top").is_dir());

    let packed = pack(folder.path(), out.path(), &PackOptions::default()).unwrap();
    assert_eq!(packed.train.rows() + packed.test.rows(), 120);
    let image_of = |data: &fm_data::Dataset, row: usize| data.image(row).unwrap().to_vec();
    let mut originals = std::collections::BTreeSet::new();
    for row in 0..sample.test.rows() {
        originals.insert(image_of(&sample.test, row));
    }
    for part in [&packed.train, &packed.test] {
        for row in 0..part.rows() {
            assert!(originals.contains(&image_of(part, row)));
        }
    }
}
