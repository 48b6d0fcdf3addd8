//! [`Summary`]: a network as a table, with what a mask leaves trainable.

use std::fmt;

use crate::activation::Activation;
use crate::error::NetworkError;
use crate::freeze::{FreezeMask, layer_name};
use crate::network::Network;

/// A network layer by layer, as Keras' `summary` has it; [`Display`](fmt::Display) is the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The layers, from the input on.
    pub layers: Vec<LayerSummary>,
}

/// One layer of a [`Summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSummary {
    /// `layers.0` and so on from the input, `head` for the last: the names that
    /// [`FreezeMask::named`] takes.
    pub name: String,
    /// The activation.
    pub activation: Activation,
    /// Number of inputs.
    pub inputs: usize,
    /// Number of outputs.
    pub outputs: usize,
    /// Number of weights and biases.
    pub parameters: usize,
    /// How many of them are trainable.
    pub trainable: usize,
}

impl Network {
    /// The network as a table, with what `mask` leaves trainable; it may be nothing.
    ///
    /// ```
    /// use fm_nn::{Activation, Dense, FreezeMask, Network};
    /// use ndarray::Array2;
    ///
    /// let layer = |inputs, outputs, activation| {
    ///     Dense::from_parts(Array2::zeros((inputs, outputs)).view(), &vec![0.0; outputs], activation)
    /// };
    /// let trunk = vec![layer(784, 300, Activation::Selu)?];
    /// let network = Network::new(trunk, layer(300, 10, Activation::Identity)?)?;
    /// let summary = network.summary(&FreezeMask::trunk(2))?;
    /// assert_eq!((summary.parameters(), summary.trainable()), (238_510, 3_010));
    /// # Ok::<(), fm_nn::NetworkError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetworkError::MaskLayers`] or [`NetworkError::MaskShape`] if the mask is for another
    /// network.
    pub fn summary(&self, mask: &FreezeMask) -> Result<Summary, NetworkError> {
        self.check_mask_fits(mask)?;
        let n = self.layers().len();
        let layers = self.layers().iter().enumerate();
        let layers = layers.map(|(l, layer)| LayerSummary {
            name: layer_name(l, n),
            activation: layer.activation(),
            inputs: layer.inputs(),
            outputs: layer.outputs(),
            parameters: layer.parameters(),
            trainable: layer.parameters() - layer.frozen_parameters(mask.layer(l)),
        });
        Ok(Summary {
            layers: layers.collect(),
        })
    }
}

impl Summary {
    /// Number of weights and biases of all layers.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(|layer| layer.parameters).sum()
    }

    /// How many of them are trainable.
    pub fn trainable(&self) -> usize {
        self.layers.iter().map(|layer| layer.trainable).sum()
    }
}

impl LayerSummary {
    fn cells(&self) -> [String; 5] {
        let trainable = match self.trainable {
            0 => "no".to_owned(),
            all if all == self.parameters => "yes".to_owned(),
            some => format!("{} of them", thousands(some)),
        };
        [
            self.name.clone(),
            format!("{} x {}", self.inputs, self.outputs),
            self.activation.to_string(),
            thousands(self.parameters),
            trainable,
        ]
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = [
            "Layer",
            "Inputs x units",
            "Activation",
            "Params",
            "Trainable",
        ];
        let mut rows = vec![head.map(str::to_owned)];
        rows.extend(self.layers.iter().map(LayerSummary::cells));
        let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
        let widths: [usize; 5] = std::array::from_fn(width);
        let rule = "-".repeat(widths.iter().sum::<usize>() + 8);
        for (i, [name, shape, activation, parameters, trainable]) in rows.iter().enumerate() {
            let [a, b, c, d, e] = widths;
            writeln!(
                f,
                "{name:a$}  {shape:b$}  {activation:c$}  {parameters:>d$}  {trainable:>e$}"
            )?;
            if i == 0 {
                writeln!(f, "{rule}")?;
            }
        }
        writeln!(f, "{rule}")?;
        let (all, trainable) = (self.parameters(), self.trainable());
        let totals = [
            ("Total params", all),
            ("Trainable params", trainable),
            ("Frozen params", all - trainable),
        ];
        let number = thousands(all).len();
        let lines = totals.map(|(name, n)| format!("{name:16}  {:>number$}", thousands(n)));
        write!(f, "{}", lines.join("\n"))
    }
}

/// A number with its digits in groups of three.
fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::dense::Dense;

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
        assert_eq!(network.trainable_parameters(&mask), summary.trainable());
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
}
