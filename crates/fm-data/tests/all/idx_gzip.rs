//! Gzip data: damaged, cut short, in several members, and beyond the limits.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use fm_data::idx::{self, Encoding, GzipLimit, IdxError, IdxErrorKind as Kind, Reader};
use ndarray::{ArrayD, IxDyn};

use crate::idx_errors::{Drip, PLAIN, errors, gz, refused};

#[test]
fn gzip_data_that_inflates_to_the_wrong_length() {
    let message = "too short: the header announces 18 bytes in all, the data ends at byte 17";
    refused(&gz(&PLAIN[..17]), message);
    let message = "too long: the header announces 18 bytes in all, the data goes on after them";
    refused(&gz(&[&PLAIN[..], &[7]].concat()), message);
}

#[test]
fn gzip_data_cut_short_anywhere() {
    let whole = gz(&PLAIN);
    for end in 2..whole.len() {
        for error in errors(&whole[..end]) {
            let Kind::GzipCutShort {
                offset, inflated, ..
            } = *error.kind()
            else {
                panic!("cut at {end}: {error}")
            };
            assert_eq!(offset, end as u64);
            assert!(inflated <= 18);
        }
    }
    let end = whole.len() - 3;
    let message = format!(
        "gzip data cut short: it ends at compressed byte {end} with 18 bytes inflated of 18"
    );
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
        let Kind::GzipDamaged { reason: found, .. } = memory.kind() else {
            panic!("{memory}")
        };
        assert_eq!(*found, reason);
    };
    broken(2, "its compression method is not deflate");
    broken(3, "its header has unknown flags");
    broken(10, "the deflate data is corrupt");
    broken(n - 5, "its CRC-32 does not match");
    broken(n - 1, "its length does not match");
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

    // A header checksum of two bytes after the header's 10 + 8 + 10 + 10 bytes.
    bytes[3] |= 2;
    bytes.splice(38..38, [0, 0]);
    assert_eq!(
        idx::from_bytes::<u8>(&bytes).unwrap(),
        idx::from_bytes::<u8>(&PLAIN).unwrap()
    );
}

#[test]
fn what_follows_gzip_data() {
    let whole = gz(&PLAIN);
    let n = whole.len();
    let message = format!(
        "bytes after the gzip data, from compressed byte {n}: expected the end of the file"
    );
    let kind = refused(&[&whole[..], &[0]].concat(), &message);
    assert!(matches!(kind, Kind::GzipTrailing { .. }));
    refused(&[&whole[..], b"garbage"].concat(), &message);
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
        let kind = idx::from_bytes::<u8>(&damaged).unwrap_err().into_kind();
        assert!(matches!(kind, Kind::GzipDamaged { .. }), "{kind:?}");
    }
    let more = [gz(&PLAIN), gz(&[7])].concat();
    let message = "too long: the header announces 18 bytes in all, the data goes on after them";
    refused(&more, message);
    // The second member ends too early.
    let whole = [gz(&PLAIN[..9]), gz(&PLAIN[9..])].concat();
    let kind = errors(&whole[..whole.len() - 1]).map(IdxError::into_kind);
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

#[test]
fn a_gzip_bomb_is_refused_at_the_limit() {
    let bytes = zeros();
    let limit = |free, ratio, most| Reader {
        gzip_limit: GzipLimit { free, ratio, most },
    };
    let by_ratio = limit(1 << 20, 200, 1 << 30);
    let error = by_ratio.from_bytes::<u8>(&bytes).unwrap_err();
    let Kind::GzipBomb {
        compressed,
        inflated,
        ratio: 200,
    } = *error.kind()
    else {
        panic!("{error}")
    };
    assert!(
        inflated <= 8 + (1 << 20) && compressed < bytes.len() as u64,
        "{error}"
    );
    let by_size = limit(1 << 30, 200, 32 << 20);
    let error = by_size.read::<u8>(&bytes[..]).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::GzipTooLarge { most: 0x200_0000 }),
        "{error}"
    );
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
