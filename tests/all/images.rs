//! Images of noise on a pattern of their class, for laws that need no real images.

use fm_train::Seeds;
use ndarray::Array2;
use rand_core::Rng;

/// 800 images of 28 by 28 pixels, `[rows, pixels]`, of ten classes, with their labels.
pub(crate) fn images() -> (Array2<u8>, Vec<u8>) {
    let mut rng = Seeds::new(0).stream("train").rng();
    let labels: Vec<u8> = (0..800).map(|_| (rng.next_u32() % 10) as u8).collect();
    let pixels = Array2::from_shape_fn((800, 28 * 28), |(row, pixel)| {
        let bright = (pixel * (3 + usize::from(labels[row]))) % 29 < 9;
        (rng.next_u32() % 128) as u8 + if bright { 100 } else { 0 }
    });
    (pixels, labels)
}
