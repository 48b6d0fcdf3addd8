//! Activations: NaN inputs.

use fm_nn::{Activation, Dense, Engine, Level, Network, Rows, Workspace};
use ndarray::Array2;

#[test]
fn nan_inputs_give_nan_at_every_level() {
    let mut bias = [1.0; 37];
    (bias[3], bias[36]) = (f32::NAN, f32::NAN);
    for engine in Level::ALL.map(Engine::portable_at) {
        for activation in Activation::ALL {
            let hidden = Dense::from_parts(Array2::zeros((1, 37)).view(), &bias, activation);
            let head =
                Dense::from_parts(Array2::zeros((37, 1)).view(), &[0.0], Activation::Identity);
            let network = Network::new(vec![hidden.unwrap()], head.unwrap()).unwrap();
            let mut workspace = Workspace::for_inference(&network, engine.clone(), 1);
            network
                .forward(0..2, Rows::of_slice(&[1.0], 1, 1), &mut workspace)
                .unwrap();
            let found = workspace.output(0).mapv(f32::is_nan);
            let expected: Vec<bool> = bias.iter().map(|x| x.is_nan()).collect();
            assert_eq!(
                found.as_slice().unwrap(),
                expected,
                "{activation:?}, {engine:?}"
            );
        }
    }
}
