//! PNG, decoded to grey row by row, and grey pixels as PNG.

use std::io::{self, Cursor};

use ndarray::Array2;

use super::{check_size, exif, grey, oriented, undecodable};
use crate::DataError;

/// Pixels of one bit that a byte can describe: deflate reaches at most 1032 to 1.
const PIXELS_PER_BYTE: u64 = 8 * 1032;

/// Memory of the decoder beside the pixels: a row, the window, metadata.
const MOST_BYTES: usize = 16 << 20;

pub(super) fn decode(bytes: &[u8]) -> Result<Array2<u8>, DataError> {
    let limits = png::Limits { bytes: MOST_BYTES };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.ignore_checksums(false);
    let header = decoder.read_header_info().map_err(undecodable)?;
    let (width, height) = (header.width as usize, header.height as usize);
    let interlaced = header.interlaced;
    check_size(width as u64, height as u64, bytes.len(), PIXELS_PER_BYTE)?;
    let mut reader = decoder.read_info().map_err(undecodable)?;
    let (colour, _) = reader.output_color_type();
    let channels = colour.samples();
    let mut pixels = Vec::new();
    if interlaced {
        let mut whole = vec![0; reader.output_buffer_size().unwrap_or_default()];
        reader.next_frame(&mut whole).map_err(undecodable)?;
        to_grey(&whole, channels, &mut pixels);
    } else {
        // The vector grows as rows come: a header alone takes no memory.
        for _ in 0..height {
            match reader.next_row().map_err(undecodable)? {
                Some(row) => to_grey(row.data(), channels, &mut pixels),
                None => break,
            }
        }
    }
    let exif = reader.info().exif_metadata.as_deref();
    let orientation = exif.map_or(1, exif::orientation);
    oriented((height, width), pixels, orientation)
}

/// Grey of samples with 1 to 4 channels: grey, grey and alpha, colour, colour and alpha.
fn to_grey(samples: &[u8], channels: usize, pixels: &mut Vec<u8>) {
    // White under what is transparent.
    let on_white = |value: u8, alpha: u8| {
        let [value, alpha] = [value, alpha].map(u32::from);
        ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8
    };
    pixels.extend(samples.chunks_exact(channels).map(|sample| match *sample {
        [value] => value,
        [value, alpha] => on_white(value, alpha),
        [red, green, blue] => grey(red, green, blue),
        [red, green, blue, alpha] => on_white(grey(red, green, blue), alpha),
        _ => 0,
    }));
}

/// `height × width` grey pixels as the bytes of a PNG file.
pub(crate) fn encode(pixels: &[u8], (height, width): (usize, usize)) -> io::Result<Vec<u8>> {
    let side = |side: usize| u32::try_from(side).map_err(io::Error::other);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, side(width)?, side(height)?);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}
