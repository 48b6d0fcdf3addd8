//! One's own PNG and JPEG files as images of a data set: grey, bright on black, of its size.
//!
//! As the makers of Fashion-MNIST did with theirs (Xiao, Rasul and Vollgraf 2017, section 2): the
//! longer edge is scaled to the side of the images, the shorter one filled up with background,
//! and what was bright becomes dark where the background is white. They also cut the margins
//! off and sharpened, which is not done here.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use image::imageops::{self, FilterType};
use image::{DynamicImage, GrayImage, ImageDecoder, ImageReader, Limits};

/// The most pixels along an edge that are decoded.
const MOST_EDGE: u32 = 20_000;
/// The most memory that decoding may take, in bytes.
const MOST_MEMORY: u64 = 512 << 20;

/// An image as the data set has them, and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Grey pixels, `side × side`, row by row; 0 is the background.
    pub pixels: Vec<u8>,
    /// Width and height of the file's image.
    pub size: (u32, u32),
    /// Whether it was scaled.
    pub resized: bool,
    /// Whether bright and dark were exchanged, the background having been bright.
    pub inverted: bool,
}

/// Why a file is no picture.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PictureError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// What the file system said.
        source: Arc<std::io::Error>,
    },
    /// It is no PNG or JPEG, damaged, or too large.
    #[error("{} is no PNG or JPEG picture that can be decoded", path.display())]
    Decode {
        /// Path of the file.
        path: PathBuf,
        /// What the decoder said.
        source: Arc<image::ImageError>,
    },
}

/// Whether bytes begin as a PNG or a JPEG file does.
pub fn is_picture(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1a\n") || bytes.starts_with(&[0xff, 0xd8, 0xff])
}

/// Reads a PNG or JPEG file, recognised by its content, as an image of `side × side` pixels.
///
/// What is transparent counts as white. A photograph is turned as its camera was held.
///
/// # Errors
///
/// [`PictureError`] for a file that cannot be read or decoded, has an edge of more than 20,000
/// pixels, or would take more than 512 MB.
pub fn open(path: impl AsRef<Path>, side: u32) -> Result<Picture, PictureError> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| PictureError::Read {
        path: path.to_owned(),
        source: source.into(),
    })?;
    let image = decode(&bytes).map_err(|source| PictureError::Decode {
        path: path.to_owned(),
        source: source.into(),
    })?;
    Ok(fit(&image, side))
}

fn decode(bytes: &[u8]) -> Result<GrayImage, image::ImageError> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format()?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_EDGE);
    limits.max_image_height = Some(MOST_EDGE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    if !image.color().has_alpha() {
        return Ok(image.into_luma8());
    }
    // White shines through what is transparent.
    let mut grey = GrayImage::new(image.width(), image.height());
    for (to, from) in grey.pixels_mut().zip(image.to_luma_alpha8().pixels()) {
        let [value, alpha] = from.0.map(u32::from);
        to.0 = [((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8];
    }
    Ok(grey)
}

/// The image inverted where its border is bright, scaled and centred on black.
fn fit(image: &GrayImage, side: u32) -> Picture {
    let size @ (width, height) = image.dimensions();
    let inverted = border_mean(image) > 127;
    let mut image = image.clone();
    if inverted {
        imageops::invert(&mut image);
    }
    let longer = width.max(height).max(1);
    let scaled = |edge: u32| {
        let edge = (u64::from(edge) * u64::from(side) + u64::from(longer) / 2) / u64::from(longer);
        (edge as u32).clamp(1, side)
    };
    let resized = longer != side;
    if resized {
        // Pixels are averaged over the area that becomes one.
        image = imageops::resize(&image, scaled(width), scaled(height), FilterType::Triangle);
    }
    let mut canvas = GrayImage::new(side, side);
    let (left, top) = ((side - image.width()) / 2, (side - image.height()) / 2);
    imageops::replace(&mut canvas, &image, left.into(), top.into());
    Picture {
        pixels: canvas.into_raw(),
        size,
        resized,
        inverted,
    }
}

/// Mean grey of the outermost pixels, which are background more often than not.
fn border_mean(image: &GrayImage) -> u64 {
    let (width, height) = image.dimensions();
    let on_border = |x: u32, y: u32| x == 0 || y == 0 || x + 1 == width || y + 1 == height;
    let (mut sum, mut count) = (0, 0);
    for (x, y, pixel) in image.enumerate_pixels() {
        if on_border(x, y) {
            sum += u64::from(pixel.0[0]);
            count += 1;
        }
    }
    sum / u64::max(count, 1)
}

#[cfg(test)]
mod tests {
    use image::{Luma, LumaA, Rgb, RgbImage};

    use super::*;

    /// A dark frame of one pixel around a bright middle, or the other way round.
    fn framed(width: u32, height: u32, frame: u8, middle: u8) -> GrayImage {
        GrayImage::from_fn(width, height, |x, y| {
            let border = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
            Luma([if border { frame } else { middle }])
        })
    }

    #[test]
    fn an_image_of_the_right_size_on_black_stays_as_it_is() {
        let image = framed(28, 28, 3, 200);
        let picture = fit(&image, 28);
        assert_eq!((picture.resized, picture.inverted), (false, false));
        assert_eq!(picture.pixels, image.into_raw());
    }

    #[test]
    fn bright_backgrounds_become_dark_and_long_images_are_filled_up() {
        let picture = fit(&framed(56, 28, 255, 55), 28);
        assert!(picture.resized && picture.inverted);
        assert_eq!(picture.pixels.len(), 784);
        let row = |y: usize| &picture.pixels[28 * y..][..28];
        assert_eq!(row(6), [0; 28], "above the image");
        assert_eq!(row(21), [0; 28], "below the image");
        assert_eq!(row(14)[14], 200, "255 - 55");
    }

    #[test]
    fn files_of_both_kinds_are_read_by_their_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo");
        let colour = RgbImage::from_pixel(40, 40, Rgb([90, 90, 90]));
        for format in [image::ImageFormat::Png, image::ImageFormat::Jpeg] {
            colour.save_with_format(&path, format).unwrap();
            assert!(is_picture(&std::fs::read(&path).unwrap()));
            let picture = open(&path, 28).unwrap();
            assert_eq!((picture.size, picture.inverted), ((40, 40), false));
            // JPEG may be off by a shade.
            assert!(picture.pixels.iter().all(|p| p.abs_diff(90) <= 1));
        }
        let clear = image::GrayAlphaImage::from_pixel(28, 28, LumaA([0, 0]));
        let format = image::ImageFormat::Png;
        clear.save_with_format(&path, format).unwrap();
        let picture = open(&path, 28).unwrap();
        assert!(picture.inverted, "transparent is white");
        assert_eq!(picture.pixels, [0; 784]);
    }

    #[test]
    fn what_is_no_picture_is_refused_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("photo.png");
        let error = open(&path, 28).unwrap_err();
        assert!(error.to_string().ends_with("photo.png"), "{error}");
        std::fs::write(&path, "no picture").unwrap();
        assert!(matches!(open(&path, 28), Err(PictureError::Decode { .. })));
        // A header that asks for 4 billion pixels squared, and nothing behind it.
        let huge = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\0\0\0\0";
        std::fs::write(&path, huge).unwrap();
        assert!(matches!(open(&path, 28), Err(PictureError::Decode { .. })));
    }
}
