//! The orientation in EXIF data.

/// The value of the tag Orientation (0x0112) in the first directory of TIFF data; 1, the picture as
/// it is, where there is none.
pub(super) fn orientation(tiff: &[u8]) -> u8 {
    let found = find(tiff).and_then(|value| u8::try_from(value).ok());
    found.filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

fn find(tiff: &[u8]) -> Option<u32> {
    let tiff = tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff);
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |at: usize, bytes: usize| {
        let bytes = tiff.get(at..at.checked_add(bytes)?)?.iter();
        let append = |number: u32, byte: &u8| number << 8 | u32::from(*byte);
        Some(match little {
            true => bytes.rev().fold(0, append),
            false => bytes.fold(0, append),
        })
    };
    let directory = number(4, 4)? as usize;
    let entries = number(directory, 2)? as usize;
    let mut entries = (0..entries).map_while(|entry| directory.checked_add(2 + 12 * entry));
    // Tag, type 3 (unsigned 16 bits), count, value.
    let is_orientation =
        |at: &usize| number(*at, 2) == Some(0x0112) && number(*at + 2, 2) == Some(3);
    number(entries.find(is_orientation)? + 8, 2)
}
