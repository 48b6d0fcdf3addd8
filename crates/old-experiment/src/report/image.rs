//! Small images as `data:` addresses, which a page shows without asking for anything.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Most pixels of an image; a report shows none that are larger.
pub(super) const MOST_PIXELS: usize = 128 * 128;

/// What a pixel's bytes are.
#[derive(Clone, Copy)]
pub(super) enum Pixels {
    /// One byte of brightness.
    Grey,
    /// Red, green and blue.
    Rgb,
}

/// An image of height and width, row by row, as the address of a PNG. None where the bytes are not
/// as many as the size asks for, or too many.
pub(super) fn data_address(size: (usize, usize), kind: Pixels, bytes: &[u8]) -> Option<String> {
    let (height, width) = size;
    let (channels, color) = match kind {
        Pixels::Grey => (1, png::ColorType::Grayscale),
        Pixels::Rgb => (3, png::ColorType::Rgb),
    };
    let pixels = height.checked_mul(width)?;
    if pixels == 0 || pixels > MOST_PIXELS || bytes.len() != channels * pixels {
        return None;
    }
    let (width, height) = (u32::try_from(width).ok()?, u32::try_from(height).ok()?);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(bytes).ok()?;
    writer.finish().ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(file)))
}
