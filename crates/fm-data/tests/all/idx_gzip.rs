//! Gzip data: damaged, cut short, in several members, and beyond the limits.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use fm_data::idx::{self, Encoding, IdxErrorKind as Kind};
use ndarray::{ArrayD, IxDyn};

use crate::idx_errors::{Drip, PLAIN, errors, gz, refused};

#[test]
fn gzip_data_that_inflates_to_the_wrong_length() {
    let message = "too short: the header announces 18 bytes, the data ends at byte 17";
    refused(&gz(&PLAIN[..17]), message);
    let message = "too long: the header announces 18 bytes, the data goes on after them";
    refused(&gz(&[&PLAIN[..], &[7]].concat()), message);
}

#[test]
fn gzip_data_cut_short_anywhere() {
    let whole = gz(&PLAIN);
    for end in 2..whole.len() {
        for error in errors(&whole[..end]) {
            let Kind::GzipCutShort { offset, inflated } = error.kind else {
                panic!("cut at {end}: {error}")
            };
            assert_eq!(offset, end as u64);
            assert!(inflated <= 18);
        }
    }
    let end = whole.len() - 3;
    let message =
        format!("gzip data cut short: it ends at compressed byte {end}, with 18 bytes inflated");
    refused(&whole[..end], &message);
}

#[test]
fn damaged_gzip_data() {
    let whole = gz(&PLAIN);
    let n = whole.len();
    let broken = |at: usize, reason: &str| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xFF;
        let [memory, ..] = errors(&bytes);
        let Kind::GzipDamaged { reason: found, .. } = &memory.kind else {
            panic!("{memory}")
        };
        assert_eq!(found.to_string(), reason);
    };
    broken(2, "invalid gzip header");
    broken(3, "invalid gzip header");
    broken(10, "corrupt deflate stream");
    for at in [n - 5, n - 1] {
        broken(at, "corrupt gzip stream does not have a matching checksum");
    }
}

#[test]
fn gzip_headers_with_every_optional_field() {
    let encoder = flate2::GzBuilder::new()
        .extra(&b"AB\x02\x00xy"[..])
        .filename("train.idx")
        .comment("a comment")
        .mtime(123);
    let mut encoder = encoder.write(Vec::new(), Compression::best());
    encoder.write_all(&PLAIN).unwrap();
    let mut bytes = encoder.finish().unwrap();
    assert_eq!(
        idx::from_bytes::<u8>(&bytes).unwrap(),
        idx::from_bytes::<u8>(&PLAIN).unwrap()
    );

    // A header checksum after the header's 10 + 8 + 10 + 10 bytes: half a CRC-32.
    bytes[3] |= 2;
    let mut crc = flate2::Crc::new();
    crc.update(&bytes[..38]);
    let crc = crc.sum().to_le_bytes();
    bytes.splice(38..38, [crc[0], crc[1]]);
    assert_eq!(
        idx::from_bytes::<u8>(&bytes).unwrap(),
        idx::from_bytes::<u8>(&PLAIN).unwrap()
    );
}

#[test]
fn what_follows_gzip_data() {
    let whole = gz(&PLAIN);
    for follows in [&b"0"[..], b"garbage", &[0; 512]] {
        let errors = errors(&[&whole[..], follows].concat());
        for error in errors {
            assert!(error.to_string().contains("gzip data"), "{error}");
        }
    }
}

/// As bgzip and `cat a.gz b.gz` have them.
#[test]
fn gzip_data_of_several_members_is_one_file() {
    let expected = idx::from_bytes::<u8>(&PLAIN).unwrap();
    for cuts in [&[9][..], &[1, 2, 17], &[0, 4, 4, 18]] {
        let mut members = Vec::new();
        let mut start = 0;
        for &cut in cuts {
            members.extend(gz(&PLAIN[start..cut]));
            start = cut;
        }
        members.extend(gz(&PLAIN[start..]));
        assert_eq!(idx::from_bytes::<u8>(&members).unwrap(), expected);
        assert_eq!(idx::read::<u8>(Drip(&members, false)).unwrap(), expected);
        // Damage in the first member is found too: its CRC-32.
        let mut damaged = members.clone();
        let first = gz(&PLAIN[..cuts[0]]).len();
        damaged[first - 5] ^= 1;
        let kind = idx::from_bytes::<u8>(&damaged).unwrap_err().kind;
        assert!(matches!(kind, Kind::GzipDamaged { .. }), "{kind:?}");
    }
    let more = [gz(&PLAIN), gz(&[7])].concat();
    let message = "too long: the header announces 18 bytes, the data goes on after them";
    refused(&more, message);
    // The second member ends too early.
    let whole = [gz(&PLAIN[..9]), gz(&PLAIN[9..])].concat();
    let kind = errors(&whole[..whole.len() - 1]).map(|error| error.kind);
    assert!(
        kind.iter()
            .all(|kind| matches!(kind, Kind::GzipCutShort { inflated: 18, .. }))
    );
}

/// 64 MiB of zeros at a thousand to one.
fn zeros() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&[0, 0, 8, 1, 4, 0, 0, 0]).unwrap();
    for _ in 0..64 {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    encoder.finish().unwrap()
}

/// Black images compress a thousand to one.
#[test]
fn black_images_that_were_saved_open_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("black.idx.gz");
    let black = ArrayD::<u8>::zeros(IxDyn(&[60_000, 28, 28]));
    idx::save(&black, &path, Encoding::Gzip).unwrap();
    assert_eq!(idx::open::<u8>(&path).unwrap(), black);
    assert_eq!(idx::from_bytes::<u8>(&zeros()).unwrap().shape(), [64 << 20]);
}
