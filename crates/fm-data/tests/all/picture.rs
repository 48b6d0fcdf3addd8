//! PNG and JPEG files against what Pillow and NumPy make of them (`fixtures/pictures/make.py`).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fm_data::picture::{decode, fit};
use ndarray::Array2;
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    pictures: BTreeMap<String, Pixels>,
    resized: BTreeMap<String, Vec<u8>>,
}

#[derive(Deserialize)]
struct Pixels {
    shape: (usize, usize),
    pixels: Vec<u8>,
    tolerance: u8,
}

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/pictures")
}

fn expected() -> Expected {
    let text = fs::read_to_string(fixtures().join("expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn open(name: &str) -> Array2<u8> {
    decode(&fs::read(fixtures().join(name)).unwrap()).unwrap()
}

#[test]
fn every_kind_decodes_as_pillow_decodes_it() {
    let expected = expected().pictures;
    assert_eq!(expected.len(), 20);
    for (name, expected) in expected {
        let picture = open(&name);
        assert_eq!(picture.dim(), expected.shape, "{name}");
        let pixels = picture.iter().zip(&expected.pixels);
        let most = pixels.map(|(a, b)| a.abs_diff(*b)).max();
        assert!(most <= Some(expected.tolerance), "{name}: {most:?} levels");
    }
}

#[test]
fn scaling_equals_pillow() {
    let picture = open("grey.png");
    for (size, expected) in expected().resized {
        let (h, w) = size.split_once('x').unwrap();
        let scaled = fit(&picture, (h.parse().unwrap(), w.parse().unwrap())).unwrap();
        let pixels = scaled.iter().zip(&expected);
        // Pillow rounds after each direction: one level at most.
        assert!(
            pixels.map(|(a, b)| a.abs_diff(*b)).max() <= Some(1),
            "{size}"
        );
    }
}

/// A frame of one pixel around a middle.
fn framed(height: usize, width: usize, frame: u8, middle: u8) -> Array2<u8> {
    Array2::from_shape_fn((height, width), |(y, x)| {
        let border = y == 0 || x == 0 || y + 1 == height || x + 1 == width;
        if border { frame } else { middle }
    })
}

#[test]
fn proportions_are_kept_and_the_rest_is_black() {
    let picture = framed(28, 28, 3, 200);
    assert_eq!(fit(&picture, (28, 28)).unwrap(), picture, "the same size");

    let wide = framed(28, 56, 0, 200);
    let fitted = fit(&wide, (28, 28)).unwrap();
    let row = |y: usize| fitted.row(y).to_vec();
    assert_eq!(row(6), [0; 28], "above the picture");
    assert_eq!(row(21), [0; 28], "below the picture");
    assert_eq!(row(14)[14], 200, "the middle");
    let tall = fit(&framed(90, 30, 9, 9), (20, 40)).unwrap();
    assert_eq!(tall.dim(), (20, 40));
    let filled = tall.iter().filter(|&&pixel| pixel == 9).count();
    assert_eq!(filled, 20 * 7, "30 × 20 / 90 is 7 columns, rounded");
}

#[test]
fn sizes_without_pixels_are_refused() {
    let picture = framed(4, 4, 1, 2);
    for size in [(0, 28), (28, 0), (usize::MAX, 2)] {
        let error = fit(&picture, size).unwrap_err();
        assert!(error.to_string().contains("cannot be scaled to"), "{error}");
    }
    assert!(fit(&Array2::zeros((0, 5)), (28, 28)).is_err());
}

#[test]
fn what_is_not_a_picture_is_named() {
    let error = decode(b"GIF89a").unwrap_err();
    assert_eq!(
        error.to_string(),
        "not a PNG or JPEG picture: this is a GIF picture"
    );
    let json = fs::read(fixtures().join("expected.json")).unwrap();
    let error = decode(&json).unwrap_err().to_string();
    let what = "not a PNG or JPEG picture: this is JSON text";
    assert!(error.starts_with(what), "{error}");
    for name in ["rgb.png", "rgb.jpg", "progressive.jpg"] {
        let bytes = fs::read(fixtures().join(name)).unwrap();
        for keep in [10, bytes.len() / 2] {
            assert!(decode(&bytes[..keep]).is_err(), "{name} cut at {keep}");
        }
    }
}

/// 16,000 × 16,000 pixels of 16 bits in 2 MB of zeros took 2.76 GB.
#[test]
fn pictures_that_are_too_large_are_refused_by_their_header() {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, 16_000, 16_000);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Sixteen);
    let mut writer = encoder.write_header().unwrap();
    // Rows of data are not needed: the header decides.
    let _ = writer.write_chunk(png::chunk::IDAT, &vec![0; 2_000_000]);
    drop(writer);
    let error = decode(&file).unwrap_err();
    let words = "the picture has 16000×16000 pixels: expected at most";
    assert!(error.to_string().starts_with(words), "{error}");
    // A small file with a large header.
    let huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\0\0\0\0";
    assert!(decode(huge).is_err());
    let mut jpeg = fs::read(fixtures().join("grey.jpg")).unwrap();
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x1b, 0x58, 0x1b, 0x58]);
    let error = decode(&jpeg).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the picture has 7000×7000 pixels"),
        "{error}"
    );
}
