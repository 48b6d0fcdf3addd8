//! The embedded files: their bytes, and what they inflate to.

use fm_sample::FILES;
use miniz_oxide::inflate::decompress_to_vec;
use sha2::{Digest, Sha256};

/// SHA-256 of each file's bytes, and SHA-256 of the IDX file in it. Those of the test files are
/// published; those of the IDX files of training rows were computed by Python from the published
/// files: the header with 10,000 rows, then the first rows.
const CHECKSUMS: [(&str, &str); 4] = [
    (
        "477e7438373459d7e6eb9297aba820f1a029ef358fedf55edbf2a2497912f075",
        "ed2e37ed5a3a57d212141a69fe0a0de5a7126ffba14ac3f7e76f5f52cc04b1f0",
    ),
    (
        "a66ddf339f72e718bd77f72fd7878cec46d9b48d580262d06425f24f49c1ec92",
        "a69f2dad024ca220a8c4d85f621fdf929042d40c444abde2868903e9220ad517",
    ),
    (
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
    ),
    (
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
];

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The inflated bytes of a gzip member, perhaps with a file name in its header.
fn inflated(gzip: &[u8]) -> Vec<u8> {
    let name = match gzip[3] {
        0 => 0,
        _ => 1 + gzip[10..].iter().position(|&byte| byte == 0).unwrap(),
    };
    decompress_to_vec(&gzip[10 + name..gzip.len() - 8]).unwrap()
}

#[test]
fn the_files_are_those_that_make_sample_writes() {
    for (bytes, (expected, _)) in FILES.into_iter().zip(CHECKSUMS) {
        assert_eq!(sha256(bytes), expected);
    }
}

#[test]
fn the_files_inflate_to_the_published_rows() {
    for (bytes, (_, expected)) in FILES.into_iter().zip(CHECKSUMS) {
        assert_eq!(sha256(&inflated(bytes)), expected);
    }
}

#[test]
fn the_licence_is_there() {
    assert!(fm_sample::LICENSE.contains("Copyright © 2017 Zalando SE"));
}
