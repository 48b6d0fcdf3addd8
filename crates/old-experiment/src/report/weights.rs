//! First-layer weights as images: what each hidden unit looks for in the picture.

use fm_nn::{Dense, Network};

use super::image::{self, MOST_PIXELS, Pixels};

/// Most units shown.
const MOST_UNITS: usize = 24;

/// A unit of the first layer.
pub(super) struct UnitImage {
    /// Its place in the layer, from 0.
    pub(super) unit: usize,
    /// Euclidean norm of its weights.
    pub(super) norm: f64,
    /// Euclidean norm of what training added to them.
    pub(super) change_norm: f64,
    /// The weights as a `data:` address of a PNG image.
    pub(super) weights: String,
    /// What training added, likewise.
    pub(super) change: String,
}

/// The units that training moved furthest from their first weights, `before`; none where the
/// inputs are no square image, or the layers are not of one shape.
pub(super) fn unit_images(network: &Network, before: &Dense) -> Vec<UnitImage> {
    let Some(after) = network.layers().first() else {
        return Vec::new();
    };
    let Some(side) = side(before, after) else {
        return Vec::new();
    };
    let column = |unit: usize| -> Vec<f32> { after.weight().column(unit).to_vec() };
    let change = |unit: usize| -> Vec<f32> {
        let before = before.weight();
        let pairs = column(unit).into_iter().zip(before.column(unit));
        pairs.map(|(after, before)| after - before).collect()
    };
    let mut units: Vec<(usize, f64)> = (0..after.outputs())
        .map(|unit| (unit, norm(&change(unit))))
        .filter(|(_, norm)| norm.is_finite())
        .collect();
    units.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    units.truncate(MOST_UNITS);
    let image = |(unit, change_norm): (usize, f64)| {
        let weights = column(unit);
        Some(UnitImage {
            unit,
            norm: norm(&weights),
            change_norm,
            weights: data_address(side, &weights)?,
            change: data_address(side, &change(unit))?,
        })
    };
    units.into_iter().filter_map(image).collect()
}

/// Height and width of the inputs' image; none where they are no square image, or the layers are
/// not of one shape.
pub(super) fn side(before: &Dense, after: &Dense) -> Option<usize> {
    let inputs = after.inputs();
    let side = inputs.isqrt();
    let square = side > 0 && side * side == inputs && inputs <= MOST_PIXELS;
    (square && before.weight().dim() == after.weight().dim()).then_some(side)
}

pub(super) fn norm(values: &[f32]) -> f64 {
    let squares = values.iter().map(|&v| f64::from(v) * f64::from(v));
    libm::sqrt(squares.sum())
}

/// The values as a square image, the largest magnitude in the deepest colour.
fn data_address(side: usize, values: &[f32]) -> Option<String> {
    let largest = values.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
    scaled_image(side, values, largest)
}

/// As [`data_address`], with `largest` in the deepest colour.
pub(super) fn scaled_image(side: usize, values: &[f32], largest: f32) -> Option<String> {
    let share = |v: f32| if largest > 0.0 { v / largest } else { 0.0 };
    let pixels: Vec<u8> = values.iter().flat_map(|&v| colour(share(v))).collect();
    image::data_address((side, side), Pixels::Rgb, &pixels)
}

/// Blue below zero, red above, near white at zero: told apart with any kind of colour vision
/// (the ends of ColorBrewer's RdBu).
fn colour(value: f32) -> [u8; 3] {
    const ZERO: [f32; 3] = [247.0, 247.0, 247.0];
    let end = if value < 0.0 {
        [33.0, 102.0, 172.0]
    } else {
        [178.0, 24.0, 43.0]
    };
    let share = value.abs().min(1.0);
    std::array::from_fn(|k| (ZERO[k] + share * (end[k] - ZERO[k])).round() as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use fm_nn::{Activation, Init, TrunkSpec};
    use fm_train::Seeds;

    fn network(inputs: usize) -> Network {
        let spec = TrunkSpec {
            inputs,
            hidden: vec![3],
            activation: Activation::Relu,
            init: Init::GlorotUniform,
        };
        let seeds = Seeds::new(1);
        let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
        Network::new(trunk, spec.head(1, &mut seeds.stream("head").rng())).unwrap()
    }

    fn fill(network: &mut Network, values: [[f32; 3]; 4]) {
        let mut weight = network.layers_mut()[0].weight_mut();
        for (mut row, values) in weight.rows_mut().into_iter().zip(values) {
            row.iter_mut().zip(values).for_each(|(w, v)| *w = v);
        }
    }

    #[test]
    fn units_come_by_change_and_their_images_are_read_back() {
        let mut network = network(4);
        let zero = [0.0; 3];
        fill(&mut network, [[0.0, 9.0, 1.0], [0.0, 9.0, 0.0], zero, zero]);
        let before = network.layers()[0].clone();
        fill(
            &mut network,
            [[0.0, 12.0, 2.0], [0.0, 5.0, 0.0], zero, zero],
        );
        let images = unit_images(&network, &before);
        let found: Vec<_> = images
            .iter()
            .map(|i| (i.unit, i.change_norm, i.norm))
            .collect();
        assert_eq!(found, [(1, 5.0, 13.0), (2, 1.0, 2.0), (0, 0.0, 0.0)]);

        let coded = images[0]
            .change
            .strip_prefix("data:image/png;base64,")
            .unwrap();
        let bytes = STANDARD.decode(coded).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        // 3/4 of the way to red, all the way to blue, and two zeros.
        assert_eq!(pixels[..3], [195, 80, 94]);
        assert_eq!(pixels[3..6], [33, 102, 172]);
        assert_eq!(pixels[6..], [247; 6]);
    }

    #[test]
    fn inputs_that_are_no_square_are_not_shown() {
        let network = network(5);
        assert!(unit_images(&network, &network.layers()[0]).is_empty());
    }
}
