//! Scaling grey pixels.

use ndarray::Array2;

/// The output pixels that one input range makes: its start, and its weights.
struct Taps {
    start: usize,
    weights: Vec<f32>,
}

/// The pixels of `picture` scaled to `to`, (height, width), by a triangle filter as wide as the area
/// that becomes one pixel, across and then down. Both have pixels.
pub(super) fn resize(picture: &Array2<u8>, to: (usize, usize)) -> Vec<u8> {
    let (height, width) = picture.dim();
    let pixels: Vec<u8> = picture.iter().copied().collect();
    if to == (height, width) {
        return pixels;
    }
    let (across, down) = (taps(width, to.1), taps(height, to.0));
    let mut rows = Vec::with_capacity(height * to.1);
    for row in pixels.chunks_exact(width) {
        rows.extend(across.iter().map(|taps| {
            let values = row[taps.start..].iter().map(|&pixel| f32::from(pixel));
            dot(&taps.weights, values)
        }));
    }
    let mut scaled = Vec::with_capacity(to.0 * to.1);
    for taps in &down {
        for x in 0..to.1 {
            let values = rows[taps.start * to.1 + x..].iter().step_by(to.1).copied();
            // Rounded and within 0 to 255: a float-to-integer cast saturates.
            scaled.push((dot(&taps.weights, values) + 0.5) as u8);
        }
    }
    scaled
}

fn dot(weights: &[f32], values: impl Iterator<Item = f32>) -> f32 {
    weights.iter().zip(values).map(|(w, v)| w * v).sum()
}

fn taps(from: usize, to: usize) -> Vec<Taps> {
    let scale = from as f64 / to as f64;
    let reach = scale.max(1.0);
    (0..to)
        .map(|place| {
            let centre = (place as f64 + 0.5) * scale;
            let start = (centre - reach + 0.5).max(0.0) as usize;
            let end = ((centre + reach + 0.5) as usize).min(from);
            let weight = |at: usize| (1.0 - ((at as f64 + 0.5 - centre) / reach).abs()).max(0.0);
            let weights: Vec<f64> = (start..end).map(weight).collect();
            let sum: f64 = weights.iter().sum();
            Taps {
                start,
                weights: weights.iter().map(|weight| (weight / sum) as f32).collect(),
            }
        })
        .collect()
}
