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
    /// A PNG file.
    png: Vec<u8>,
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
        Self::new(size, png::ColorType::Grayscale, pixels)
    }

    /// Signed values, row by row: blue below zero, red above, in the deepest colour at `largest`
    /// (the ends of ColorBrewer's RdBu, which all kinds of colour vision tell apart). `None` as
    /// with [`grey`](Self::grey).
    pub fn signed(size: (usize, usize), values: &[f32], largest: f32) -> Option<Self> {
        let share = |v: f32| if largest > 0.0 { v / largest } else { 0.0 };
        let bytes = values.iter().flat_map(|&v| red_or_blue(share(v)));
        Self::new(size, png::ColorType::Rgb, &bytes.collect::<Vec<u8>>())
    }

    fn new(size: (usize, usize), color: png::ColorType, bytes: &[u8]) -> Option<Self> {
        let pixels = bytes.len() / color.samples();
        if size.0.checked_mul(size.1)? != pixels || !(1..=Self::MOST_PIXELS).contains(&pixels) {
            return None;
        }
        let [height, width] = [size.0, size.1].map(|pixels| pixels as u32);
        let mut png = Vec::new();
        let mut encoder = png::Encoder::new(&mut png, width, height);
        encoder.set_color(color);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(bytes).ok()?;
        writer.finish().ok()?;
        Some(Self {
            png,
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

    /// The image as a `data:` address of a PNG file.
    pub(crate) fn address(&self) -> String {
        format!("data:image/png;base64,{}", STANDARD.encode(&self.png))
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
