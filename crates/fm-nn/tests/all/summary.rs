//! A network as a table, and masks that are for another.

use fm_nn::{Activation, Dense, FreezeMask, Network, NetworkError};
use ndarray::Array2;

fn notebook() -> Network {
    let layer = |inputs, outputs, activation| {
        let weight = Array2::zeros((inputs, outputs));
        Dense::from_parts(weight.view(), &vec![0.0; outputs], activation).unwrap()
    };
    let sizes = [784, 300, 100, 50, 50, 50];
    let trunk = sizes
        .windows(2)
        .map(|w| layer(w[0], w[1], Activation::Selu));
    Network::new(trunk.collect(), layer(50, 1, Activation::Identity)).unwrap()
}

#[test]
fn the_notebooks_network_has_the_totals_that_keras_prints() {
    let summary = notebook().summary(&FreezeMask::trunk(6)).unwrap();
    assert_eq!((summary.parameters(), summary.trainable()), (275_801, 51));
    let table = "\
Layer     Inputs x units  Activation   Params  Trainable
--------------------------------------------------------
layers.0  784 x 300       selu        235,500         no
layers.1  300 x 100       selu         30,100         no
layers.2  100 x 50        selu          5,050         no
layers.3  50 x 50         selu          2,550         no
layers.4  50 x 50         selu          2,550         no
head      50 x 1          identity         51        yes
--------------------------------------------------------
Total params      275,801
Trainable params       51
Frozen params     275,750";
    assert_eq!(summary.to_string(), table);
}

#[test]
fn parts_and_elements_are_counted() {
    let network = notebook();
    let one = Array2::from_shape_fn((50, 1), |(input, _)| input == 7);
    let mask = FreezeMask::weight(0, 6) | FreezeMask::weight_elements(5, one, 6);
    let summary = network.summary(&mask).unwrap();
    let trainable: Vec<usize> = summary.layers.iter().map(|layer| layer.trainable).collect();
    assert_eq!(trainable, [300, 30_100, 5_050, 2_550, 2_550, 50]);
    assert_eq!(
        summary.trainable(),
        300 + 30_100 + 5_050 + 2_550 + 2_550 + 50
    );
    assert!(summary.to_string().contains("50 of them"));
}

#[test]
fn masks_for_other_networks_are_refused() {
    let network = notebook();
    let (expected, found) = (6, 2);
    let error = NetworkError::MaskLayers { expected, found };
    assert_eq!(network.summary(&FreezeMask::none(2)), Err(error));
    let bias = FreezeMask::bias_elements(1, &[true, false], 6);
    let error = NetworkError::MaskShape {
        layer: 1,
        what: "biases",
        expected: (1, 100),
        found: (1, 2),
    };
    assert_eq!(network.summary(&bias), Err(error.clone()));
    assert_eq!(network.check_mask(&bias), Err(error));
    let all = FreezeMask::first(6, 6);
    assert_eq!(network.check_mask(&all), Err(NetworkError::AllFrozen));
    assert_eq!(network.summary(&all).unwrap().trainable(), 0);
}
