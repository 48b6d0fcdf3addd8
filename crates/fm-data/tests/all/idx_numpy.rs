//! Files written by NumPy (`fixtures/idx/make.py`) read back equal, by every way of reading.

use std::fs;
use std::path::Path;

use fm_data::idx::{self, IdxArray};
use serde::Deserialize;

#[derive(Deserialize)]
struct Expected {
    file: String,
    r#type: String,
    shape: Vec<usize>,
    values: Vec<String>,
}

#[test]
fn every_type_and_shape_reads_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/idx");
    let text = fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: Vec<Expected> = serde_json::from_str(&text).unwrap();
    assert_eq!(expected.len(), 30, "six types in five shapes");
    for expected in &expected {
        let path = folder.join(&expected.file);
        compare(&idx::open_any(&path).unwrap(), expected);
        compare(
            &idx::any_from_bytes(&fs::read(&path).unwrap()).unwrap(),
            expected,
        );
    }
}

fn compare(found: &IdxArray, expected: &Expected) {
    let name = &expected.file;
    assert_eq!(found.header.element.to_string(), expected.r#type, "{name}");
    assert_eq!(found.header.dims, expected.shape, "{name}");
    let found = found.values();
    assert_eq!(found.len(), expected.values.len(), "{name}");
    for (found, expected) in found.zip(&expected.values) {
        let expected: f64 = expected.parse().unwrap();
        // By bits, so that -0.0 and infinities count; any NaN is as good as another.
        let same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
        assert!(same, "{name}: {found} is not {expected}");
    }
}

#[test]
fn a_typed_read_gives_the_values_themselves() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/idx");
    let array = idx::open::<i16>(folder.join("i16-rank2.idx")).unwrap();
    let expected = ndarray::array![[-32768i16, 32767, 0, 1], [10922, -16384, 100, 32766]];
    assert_eq!(array, expected.into_dyn());
}
