//! The orientation in EXIF data.

/// The value of the tag Orientation (0x0112) in the first directory of TIFF data; 1, the picture as
/// it is, where there is none.
pub(super) fn orientation(tiff: &[u8]) -> u8 {
    find(tiff)
        .filter(|value| (1..=8).contains(value))
        .unwrap_or(1)
}

fn find(tiff: &[u8]) -> Option<u8> {
    let tiff = tiff.strip_prefix(b"Exif\0\0").unwrap_or(tiff);
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let u16_at = |at: usize| {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(match little {
            true => u16::from_le_bytes(bytes),
            false => u16::from_be_bytes(bytes),
        })
    };
    let first = tiff.get(4..8)?.try_into().ok()?;
    let directory = match little {
        true => u32::from_le_bytes(first),
        false => u32::from_be_bytes(first),
    } as usize;
    let entries = u16_at(directory)?;
    for entry in 0..usize::from(entries) {
        let at = directory.checked_add(2 + 12 * entry)?;
        // Tag, type 3 (unsigned 16 bits), count, value.
        if u16_at(at)? == 0x0112 && u16_at(at + 2)? == 3 {
            return u8::try_from(u16_at(at + 8)?).ok();
        }
    }
    None
}
