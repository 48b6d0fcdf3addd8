//! Whatever can be wrong with an IDX file has its own error, with offset, expected and found; and
//! it is the same however the bytes come.

use std::io::{self, Read, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use fm_data::idx::{self, Encoding, IdxError, IdxErrorKind as Kind};
use ndarray::{ArrayD, IxDyn, array};

/// 2×3 bytes, 1 to 6.
pub(crate) const PLAIN: [u8; 18] = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A reader that hands out one byte at a time, with an interruption before each.
pub(crate) struct Drip<'a>(pub(crate) &'a [u8], pub(crate) bool);

impl Read for Drip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.1 = !self.1;
        if self.1 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let n = self.0.len().min(out.len()).min(1);
        self.0.read(&mut out[..n])
    }
}

/// The error of every way to read these bytes: from memory, from a file, from a reader.
pub(crate) fn errors(bytes: &[u8]) -> [IdxError; 3] {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.idx");
    std::fs::write(&path, bytes).unwrap();
    let from_file = idx::open::<u8>(&path).unwrap_err();
    assert_eq!(from_file.path.as_deref(), Some(path.as_path()));
    assert!(
        from_file
            .to_string()
            .starts_with(&path.display().to_string()),
        "{from_file}"
    );
    let any = idx::any_from_bytes(bytes);
    let typed = idx::from_bytes::<u8>(bytes).unwrap_err();
    if !typed.to_string().starts_with("element type") {
        assert_eq!(any.unwrap_err().to_string(), typed.to_string());
    }
    [
        typed,
        from_file,
        idx::read::<u8>(Drip(bytes, false)).unwrap_err(),
    ]
}

/// Asserts the same message from memory, file and reader.
pub(crate) fn refused(bytes: &[u8], message: &str) -> Kind {
    let [memory, file, reader] = errors(bytes);
    assert_eq!(memory.to_string(), message);
    assert_eq!(file.kind.to_string(), message);
    assert_eq!(reader.to_string(), message);
    memory.kind
}

fn changed(at: usize, to: u8) -> Vec<u8> {
    let mut bytes = PLAIN.to_vec();
    bytes[at] = to;
    bytes
}

#[test]
fn the_unchanged_bytes_are_right() {
    let expected = array![[1u8, 2, 3], [4, 5, 6]].into_dyn();
    assert_eq!(idx::from_bytes::<u8>(&PLAIN).unwrap(), expected);
    assert_eq!(idx::read::<u8>(Drip(&PLAIN, false)).unwrap(), expected);
    assert_eq!(idx::from_bytes::<u8>(&gz(&PLAIN)).unwrap(), expected);
    assert_eq!(idx::read::<u8>(Drip(&gz(&PLAIN), false)).unwrap(), expected);
}

#[test]
fn headers() {
    let message = "not IDX data: bytes 0 and 1 must be 00 00; \
                   this is unknown data that begins with 00 01 08 02 00 00 00 02";
    assert!(matches!(
        refused(&changed(1, 1), message),
        Kind::NotIdx { .. }
    ));
    let message = "not IDX data: bytes 0 and 1 must be 00 00; \
                   this is an HTML page";
    refused(b"<!DOCTYPE html><html></html>", message);
    refused(&gz(b"<!DOCTYPE html><html></html>"), message);

    let message = "code of the element type at byte 2: expected 08, 09, 0b, 0c, 0d or 0e, found 0a";
    refused(&changed(2, 10), message);
    refused(&changed(3, 0), "rank at byte 3: expected 1 to 8, found 0");
    refused(&changed(3, 9), "rank at byte 3: expected 1 to 8, found 9");
    let message = "dimension 1 at byte 8: expected 1 to 4294967295, found 0";
    let kind = refused(&changed(11, 0), message);
    assert!(matches!(kind, Kind::Header(_)));

    let short = |header, end| {
        format!("too short: the header announces {header} bytes, the data ends at byte {end}")
    };
    refused(&PLAIN[..3], &short(4, 3));
    refused(&[], &short(4, 0));
    refused(&PLAIN[..11], &short(12, 11));
    refused(&gz(&PLAIN[..11]), &short(12, 11));
}

#[test]
fn a_product_of_dimensions_that_overflows() {
    let mut bytes = vec![0, 0, 0x0E, 8];
    bytes.extend([0xFF; 32]);
    let all = ["4294967295"; 8].join(", ");
    let message = format!("f64 of [{all}] is more than this machine can address");
    assert!(matches!(refused(&bytes, &message), Kind::TooLarge(_)));
    // 2^32 × 2^31 elements of one byte are 2^63: just above what a pointer may span.
    let bytes = [0, 0, 8, 2, 0xFF, 0xFF, 0xFF, 0xFF, 0x80, 0, 0, 1];
    assert!(matches!(errors(&bytes)[0].kind, Kind::TooLarge(_)));
}

#[test]
fn another_type_than_asked_for() {
    let bytes = idx::to_bytes(&array![1.5f32, 2.5], Encoding::Plain).unwrap();
    refused(&bytes, "element type at byte 2: expected u8, found f32");
}

#[test]
fn plain_data_of_the_wrong_length() {
    let message = "too short: the header announces 18 bytes, the data ends at byte 17";
    let kind = refused(&PLAIN[..17], message);
    assert!(matches!(
        kind,
        Kind::TooShort {
            expected: 18,
            found: 17
        }
    ));
    refused(
        &PLAIN[..12],
        "too short: the header announces 18 bytes, the data ends at byte 12",
    );

    let message = "too long: the header announces 18 bytes, the data goes on after them";
    let kind = refused(&[&PLAIN[..], &[7]].concat(), message);
    assert!(matches!(kind, Kind::TooLong { expected: 18 }));
}

#[test]
fn a_reader_that_fails() {
    struct Fails(usize);
    impl Read for Fails {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            if self.0 == PLAIN.len() - 1 {
                return Err(io::Error::other("the cable was pulled"));
            }
            out[0] = PLAIN[self.0];
            self.0 += 1;
            Ok(1)
        }
    }
    let error = idx::read::<u8>(Fails(0)).unwrap_err();
    let message = "cannot read past byte 17: the cable was pulled";
    assert_eq!(error.to_string(), message);
}

#[test]
fn files_that_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let error = idx::open::<u8>(folder.path().join("none")).unwrap_err();
    let words = "none: cannot open the file: ";
    assert!(error.to_string().contains(words), "{error}");
    let error = idx::open::<u8>(folder.path()).unwrap_err();
    assert!(matches!(error.kind, Kind::Io { .. }), "{error}");
}

#[test]
fn arrays_that_cannot_be_written() {
    let refused = |shape: &[usize]| {
        let array = ArrayD::<u8>::zeros(IxDyn(shape));
        let error = idx::to_bytes(&array, Encoding::Plain).unwrap_err();
        error.to_string()
    };
    assert!(refused(&[]).starts_with("rank at byte 3"));
    assert!(refused(&[1; 9]).ends_with("found 9"));
    assert!(refused(&[2, 0, 3]).starts_with("dimension 1 at byte 8"));
    // Four billion elements that share one byte of memory.
    let one = ArrayD::<u8>::zeros(IxDyn(&[1]));
    let long = one.broadcast(IxDyn(&[1 << 32])).unwrap();
    let error = idx::to_bytes(&long, Encoding::Plain).unwrap_err();
    assert!(error.to_string().ends_with("found 4294967296"), "{error}");
}

#[test]
fn a_failed_save_leaves_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array.idx");
    idx::save(&array![1u8, 2], &path, Encoding::Gzip).unwrap();
    let error = idx::save(&ArrayD::<u8>::zeros(IxDyn(&[0])), &path, Encoding::Plain).unwrap_err();
    assert_eq!(error.path.as_deref(), Some(path.as_path()));
    assert_eq!(idx::open::<u8>(&path).unwrap(), array![1u8, 2].into_dyn());
    let error = idx::save(&array![1u8], folder.path(), Encoding::Plain).unwrap_err();
    assert!(matches!(error.kind, Kind::Io { .. }), "{error}");
}
