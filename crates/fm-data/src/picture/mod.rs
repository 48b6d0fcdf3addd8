//! PNG and JPEG files as grey pictures, and grey pictures as images of a dataset.

mod exif;
mod jpeg;
pub(crate) mod png;
mod resize;

use ndarray::{Array2, Axis, s};

use crate::{Content, DataError};

/// The most pixels of a picture that is decoded.
pub const MOST_PIXELS: u64 = 50_000_000;

/// Pixels that a file of any size may have; a larger picture needs a larger file.
const FREE_PIXELS: u64 = 1 << 16;

/// Decodes the bytes of a PNG or JPEG file, recognised by its content: grey pixels,
/// `[height, width]`, 0 is black.
///
/// Colour becomes grey by the weights of Rec. 709 (0.2126, 0.7152, 0.0722), 16 bits become the
/// upper 8, transparent pixels are on white, CMYK is converted, and a photograph is turned as its
/// EXIF orientation says. Of an animation the first picture is taken.
///
/// Memory stays in proportion to the bytes given: at most 9 bytes for each pixel of a JPEG, 5 of a
/// PNG, and no more pixels than the format can describe with so many bytes.
///
/// # Errors
///
/// Another kind of file, a damaged one, or more than [`MOST_PIXELS`].
pub fn decode(bytes: &[u8]) -> Result<Array2<u8>, DataError> {
    match Content::of(bytes) {
        Content::Png => png::decode(bytes),
        Content::Jpeg => jpeg::decode(bytes),
        other => Err(DataError::Invalid(format!(
            "not a PNG or JPEG picture: this is {other}"
        ))),
    }
}

/// A picture scaled to fit into `height × width` pixels with its proportions kept, centred on black.
/// A picture of that size stays as it is.
///
/// Scaled by a triangle filter over the area that becomes one pixel, as Pillow's `BILINEAR`.
///
/// # Errors
///
/// A picture or a size without pixels, or a size of more than [`MOST_PIXELS`].
pub fn fit(picture: &Array2<u8>, (height, width): (usize, usize)) -> Result<Array2<u8>, DataError> {
    let area = (height as u64).saturating_mul(width as u64);
    if picture.is_empty() || !(1..=MOST_PIXELS).contains(&area) {
        let reason = format!("a picture cannot be scaled to {height}×{width} pixels");
        return Err(DataError::Invalid(reason));
    }
    let (h, w) = picture.dim();
    let (down, across) = if w * height >= h * width {
        (((h * width + w / 2) / w).clamp(1, height), width)
    } else {
        (height, ((w * height + h / 2) / h).clamp(1, width))
    };
    let mut pixels = Array2::zeros((height, width));
    let (top, left) = ((height - down) / 2, (width - across) / 2);
    let mut place = pixels.slice_mut(s![top..top + down, left..left + across]);
    let scaled = resize::resize(picture, (down, across));
    place
        .iter_mut()
        .zip(scaled)
        .for_each(|(to, from)| *to = from);
    Ok(pixels)
}

/// `pixels` of (height, width), turned and mirrored by an EXIF orientation, 1 to 8.
fn oriented(
    size: (usize, usize),
    pixels: Vec<u8>,
    orientation: u8,
) -> Result<Array2<u8>, DataError> {
    let mut pixels = Array2::from_shape_vec(size, pixels).map_err(undecodable)?;
    if matches!(orientation, 5..=8) {
        pixels.swap_axes(0, 1);
    }
    if matches!(orientation, 3 | 4 | 7 | 8) {
        pixels.invert_axis(Axis(0));
    }
    if matches!(orientation, 2 | 3 | 6 | 7) {
        pixels.invert_axis(Axis(1));
    }
    Ok(pixels)
}

/// Refuses a picture whose pixels a file of `bytes` bytes cannot describe, at `per_byte` at most.
fn check_size(width: u64, height: u64, bytes: usize, per_byte: u64) -> Result<(), DataError> {
    let bytes = bytes as u64;
    let most = FREE_PIXELS.saturating_add(bytes.saturating_mul(per_byte));
    let pixels = width.saturating_mul(height);
    if pixels == 0 || pixels > most.min(MOST_PIXELS) {
        return Err(DataError::Invalid(format!(
            "the picture has {width}×{height} pixels: expected at most {MOST_PIXELS} in all, \
             and no more than its {bytes} bytes can describe"
        )));
    }
    Ok(())
}

/// A damaged file, or a kind that is not supported.
fn undecodable(error: impl std::fmt::Display) -> DataError {
    let error = crate::printable(&error.to_string());
    DataError::Invalid(format!("the picture cannot be decoded: {}", error.trim()))
}

/// Grey of a colour, by the weights of Rec. 709.
fn grey(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 2126 * u32::from(red) + 7152 * u32::from(green) + 722 * u32::from(blue);
    (sum / 10_000) as u8
}
