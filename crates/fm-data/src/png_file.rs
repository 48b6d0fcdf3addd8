//! Grey pixels as a PNG file.

/// `height × width` grey pixels as the bytes of a PNG file.
pub(crate) fn encode(pixels: &[u8], (height, width): (usize, usize)) -> std::io::Result<Vec<u8>> {
    let side = |side: usize| u32::try_from(side).map_err(std::io::Error::other);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side(width)?, side(height)?);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}
