//! PNG and JPEG files as grey pictures, and grey pictures as images of a dataset.

mod exif;
mod jpeg;
mod png;
mod resize;

use std::path::Path;

use crate::{Content, DataError};

/// The most pixels of a picture that is decoded.
pub const MOST_PIXELS: u64 = 50_000_000;

/// Pixels that a file of any size may have; a larger picture needs a larger file.
const FREE_PIXELS: u64 = 1 << 16;

/// A grey picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    height: usize,
    width: usize,
    /// Row by row, `height × width`.
    pixels: Vec<u8>,
}

impl Picture {
    /// A picture of `pixels`, `height × width`, row by row.
    ///
    /// # Errors
    ///
    /// Another number of pixels, or none.
    pub fn new(height: usize, width: usize, pixels: Vec<u8>) -> Result<Self, DataError> {
        if pixels.is_empty() || height.checked_mul(width) != Some(pixels.len()) {
            let reason = format!("{} pixels do not make {height}×{width}", pixels.len());
            return Err(DataError::Invalid(reason));
        }
        Ok(Self {
            height,
            width,
            pixels,
        })
    }

    /// Reads a PNG or JPEG file; see [`decode`](Self::decode).
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode), or a file that cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DataError> {
        let path = path.as_ref();
        let bytes = std::fs::read(path).map_err(DataError::io("read the file", path))?;
        Self::decode(&bytes)
    }

    /// Decodes the bytes of a PNG or JPEG file, recognised by its content.
    ///
    /// Colour becomes grey by the weights of Rec. 709 (0.2126, 0.7152, 0.0722), 16 bits become the
    /// upper 8, transparent pixels are on white, CMYK is converted, and a photograph is turned as
    /// its EXIF orientation says. Of an animation the first picture is taken.
    ///
    /// Memory stays in proportion to the bytes given: at most 9 bytes for each pixel of a JPEG, 5
    /// of a PNG, and no more pixels than the format can describe with so many bytes.
    ///
    /// # Errors
    ///
    /// Another kind of file, a damaged one, or more than [`MOST_PIXELS`].
    pub fn decode(bytes: &[u8]) -> Result<Self, DataError> {
        match Content::of(bytes) {
            Content::Png => png::decode(bytes),
            Content::Jpeg => jpeg::decode(bytes),
            other => Err(DataError::Invalid(format!(
                "not a PNG or JPEG picture: this is {other}"
            ))),
        }
    }

    /// Height and width in pixels.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.height, self.width)
    }

    /// The pixels, row by row: 0 is black, 255 white.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Whether the outermost pixels are bright on average, as a photograph on white paper has them
    /// and images of MNIST's kind do not.
    #[must_use]
    pub fn has_bright_border(&self) -> bool {
        let (mut sum, mut count) = (0u64, 0u64);
        for (y, row) in self.pixels.chunks_exact(self.width).enumerate() {
            let edge = y == 0 || y + 1 == self.height;
            for (x, &pixel) in row.iter().enumerate() {
                if edge || x == 0 || x + 1 == self.width {
                    sum += u64::from(pixel);
                    count += 1;
                }
            }
        }
        sum > 127 * count + count / 2
    }

    /// The picture with bright and dark exchanged.
    #[must_use]
    pub fn inverted(mut self) -> Self {
        for pixel in &mut self.pixels {
            *pixel = 255 - *pixel;
        }
        self
    }

    /// The picture scaled to fit into `height × width` pixels with its proportions kept, centred
    /// on black. A picture of that size stays as it is.
    ///
    /// Scaled by a triangle filter over the area that becomes one pixel, as Pillow's `BILINEAR`.
    ///
    /// # Errors
    ///
    /// A size without pixels, or of more than [`MOST_PIXELS`].
    pub fn fit(&self, (height, width): (usize, usize)) -> Result<Self, DataError> {
        let area = height
            .checked_mul(width)
            .filter(|&area| area as u64 <= MOST_PIXELS);
        let Some(area) = area.filter(|&area| area > 0) else {
            let reason = format!("a picture cannot be scaled to {height}×{width} pixels");
            return Err(DataError::Invalid(reason));
        };
        let (h, w) = (self.height, self.width);
        let (down, across) = if w * height >= h * width {
            (((h * width + w / 2) / w).clamp(1, height), width)
        } else {
            (height, ((w * height + h / 2) / h).clamp(1, width))
        };
        let scaled = resize::resize(&self.pixels, (h, w), (down, across));
        if (down, across) == (height, width) {
            return Self::new(height, width, scaled);
        }
        let (top, left) = ((height - down) / 2, (width - across) / 2);
        let mut pixels = vec![0; area];
        for (y, row) in scaled.chunks_exact(across).enumerate() {
            pixels[(top + y) * width + left..][..across].copy_from_slice(row);
        }
        Self::new(height, width, pixels)
    }

    /// The picture turned and mirrored by an EXIF orientation, 1 to 8.
    fn oriented(self, orientation: u8) -> Self {
        let (h, w) = (self.height, self.width);
        let (height, width) = if orientation >= 5 { (w, h) } else { (h, w) };
        if !(2..=8).contains(&orientation) {
            return self;
        }
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            for x in 0..width {
                let (row, column) = match orientation {
                    2 => (y, w - 1 - x),
                    3 => (h - 1 - y, w - 1 - x),
                    4 => (h - 1 - y, x),
                    5 => (x, y),
                    6 => (h - 1 - x, y),
                    7 => (h - 1 - x, w - 1 - y),
                    _ => (x, w - 1 - y),
                };
                pixels.push(self.pixels[row * w + column]);
            }
        }
        Self {
            height,
            width,
            pixels,
        }
    }
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
    DataError::Invalid(format!("the picture cannot be decoded: {error}"))
}

/// Grey of a colour, by the weights of Rec. 709.
fn grey(red: u8, green: u8, blue: u8) -> u8 {
    let sum = 2126 * u32::from(red) + 7152 * u32::from(green) + 722 * u32::from(blue);
    (sum / 10_000) as u8
}
