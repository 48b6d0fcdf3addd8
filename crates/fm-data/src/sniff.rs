//! What data looks like from its first bytes, for messages that say what was found instead.

/// The first two bytes of gzip data.
pub(crate) const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Signatures of what people find in place of a data set, longest first where they overlap.
const SIGNATURES: [(&[u8], &str); 11] = [
    (
        b"version https://git-lfs",
        "a Git LFS pointer: the file itself was not downloaded",
    ),
    (b"PK\x03\x04", "a zip archive: unpack it first"),
    (b"\x89PNG", "a PNG picture"),
    (b"\x93NUMPY", "a NumPy file"),
    (b"\x93NUM", "a NumPy file"),
    (b"BZh", "bzip2 data: unpack it first"),
    (b"\xfd7zXZ", "xz data: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "zstd data: unpack it first"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "gzip data inside gzip data: unpack it once"),
];

/// What data that begins with `head` usually is; `None` where nothing is known.
pub(crate) fn looks_like(head: &[u8]) -> Option<&'static str> {
    if let Some((_, what)) = SIGNATURES
        .iter()
        .find(|(signature, _)| head.starts_with(signature))
    {
        return Some(what);
    }
    let text = head
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(head)
        .trim_ascii_start();
    match text.first()? {
        b'<' => Some("an HTML or XML page, such as a server's error message"),
        b'{' => Some("JSON text, such as a server's error message"),
        first if first.is_ascii_alphanumeric() && text.iter().all(is_text) => Some("a text file"),
        _ => None,
    }
}

fn is_text(byte: &u8) -> bool {
    byte.is_ascii_graphic() || byte.is_ascii_whitespace() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell() {
        let told = |head: &[u8]| looks_like(head).unwrap_or("nothing known");
        assert!(told(b"\xef\xbb\xbf\r\n <!DOCTYPE html>").contains("HTML"));
        assert!(told(b"<htm").contains("HTML"));
        assert!(told(b"{\"a\"").contains("JSON"));
        assert!(told(b"version https://git-lfs.github.com/spec/v1").contains("Git LFS"));
        assert_eq!(told("Zugriff verweigert: fällig".as_bytes()), "a text file");
        assert_eq!(told(b"PAR1"), "a Parquet file");
        assert!(told(&GZIP).contains("gzip"));
        // Neither IDX itself nor bytes of no meaning.
        for unknown in [
            &[][..],
            b"   ",
            &[0, 0, 8, 3],
            &[b'a', 0, 1],
            &[0xff, 0xfe, b'<'],
        ] {
            assert_eq!(looks_like(unknown), None, "{unknown:02x?}");
        }
    }
}
