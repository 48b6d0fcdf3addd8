//! [`Images`]: a grid of small images, written into the page as PNG.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A grid of small images under a title.
#[derive(Clone, Debug, PartialEq)]
pub struct Images {
    /// What they are.
    pub title: String,
    /// The images, in order.
    pub images: Vec<Image>,
}

/// An image of a few pixels with its caption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    width: u32,
    height: u32,
    color: png::ColorType,
    bytes: Vec<u8>,
    /// Lines below it; none where the description is enough.
    pub caption: Vec<String>,
    /// What it shows, for those who do not see it.
    pub description: String,
}

impl Image {
    /// Most pixels of an image.
    pub const MOST_PIXELS: usize = 128 * 128;

    /// A grey image, a byte of brightness per pixel, row by row. `size` is height and width. `None`
    /// where `pixels` has another length, or more than [`Self::MOST_PIXELS`].
    pub fn grey(size: (usize, usize), pixels: &[u8]) -> Option<Self> {
        let bytes = pixels.to_vec();
        Self::new(size, pixels.len(), png::ColorType::Grayscale, bytes)
    }

    /// Signed values, row by row: blue below zero, red above, in the deepest colour at `largest`
    /// (the ends of ColorBrewer's RdBu, which all kinds of colour vision tell apart). `None` as
    /// with [`grey`](Self::grey).
    pub fn signed(size: (usize, usize), values: &[f32], largest: f32) -> Option<Self> {
        let share = |v: f32| if largest > 0.0 { v / largest } else { 0.0 };
        let bytes = values.iter().flat_map(|&v| red_or_blue(share(v))).collect();
        Self::new(size, values.len(), png::ColorType::Rgb, bytes)
    }

    fn new(
        size: (usize, usize),
        pixels: usize,
        color: png::ColorType,
        bytes: Vec<u8>,
    ) -> Option<Self> {
        let fits = size.0.checked_mul(size.1) == Some(pixels);
        let fits = fits && (1..=Self::MOST_PIXELS).contains(&pixels);
        fits.then_some(Self {
            width: u32::try_from(size.1).ok()?,
            height: u32::try_from(size.0).ok()?,
            color,
            bytes,
            caption: Vec::new(),
            description: String::new(),
        })
    }

    /// The image with a description for those who do not see it, and lines below it.
    #[must_use]
    pub fn described(mut self, description: impl Into<String>, caption: Vec<String>) -> Self {
        self.description = description.into();
        self.caption = caption;
        self
    }

    /// The image as a `data:` address of a PNG file; empty if it cannot be encoded.
    pub(crate) fn address(&self) -> String {
        let mut file = Vec::new();
        let encoded = || -> Result<(), png::EncodingError> {
            let mut encoder = png::Encoder::new(&mut file, self.width, self.height);
            encoder.set_color(self.color);
            encoder.set_depth(png::BitDepth::Eight);
            let mut writer = encoder.write_header()?;
            writer.write_image_data(&self.bytes)?;
            writer.finish()
        }();
        match encoded {
            Ok(()) => format!("data:image/png;base64,{}", STANDARD.encode(file)),
            Err(_) => String::new(),
        }
    }
}

fn red_or_blue(share: f32) -> [u8; 3] {
    const ZERO: [f32; 3] = [247.0, 247.0, 247.0];
    let end = match share < 0.0 {
        true => [33.0, 102.0, 172.0],
        false => [178.0, 24.0, 43.0],
    };
    let share = share.abs().min(1.0);
    std::array::from_fn(|k| (ZERO[k] + share * (end[k] - ZERO[k])).round() as u8)
}
