//! JPEG, decoded to grey.

use ndarray::Array2;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::{check_size, exif, grey, oriented, undecodable};
use crate::DataError;

/// A block of 8×8 pixels takes at least one bit.
const PIXELS_PER_BYTE: u64 = 8 * 64;

pub(super) fn decode(bytes: &[u8]) -> Result<Array2<u8>, DataError> {
    let options = DecoderOptions::default()
        // Missing data would become grey areas.
        .set_strict_mode(true)
        .set_max_width(1 << 16)
        .set_max_height(1 << 16);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder
        .decode_headers()
        .map_err(|error| undecodable(format!("{error:?}")))?;
    let info = decoder
        .info()
        .ok_or_else(|| undecodable("it has no header"))?;
    let (width, height) = (usize::from(info.width), usize::from(info.height));
    check_size(width as u64, height as u64, bytes.len(), PIXELS_PER_BYTE)?;
    let colour = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => ColorSpace::Luma,
        _ => ColorSpace::RGB,
    };
    decoder.set_options(options.jpeg_set_out_colorspace(colour));
    let orientation = decoder.exif().map_or(1, |exif| exif::orientation(exif));
    let samples = decoder
        .decode()
        .map_err(|error| undecodable(format!("{error:?}")))?;
    let pixels = match colour {
        ColorSpace::Luma => samples,
        _ => samples
            .chunks_exact(3)
            .map(|colour| grey(colour[0], colour[1], colour[2]))
            .collect(),
    };
    oriented((height, width), pixels, orientation)
}
