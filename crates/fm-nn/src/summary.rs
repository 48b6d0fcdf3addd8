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
    /// [`FreezeMask::parse`] takes.
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
            trainable: layer.parameters()
                - mask.layer(l).frozen_of(layer.inputs(), layer.outputs()),
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

/// Layers in a line: `784x300 selu, 300x1 identity`.
pub(crate) fn shape_text(layers: impl Iterator<Item = (usize, usize, Activation)>) -> String {
    let layers = layers.map(|(inputs, outputs, f)| format!("{inputs}x{outputs} {f}"));
    layers.collect::<Vec<_>>().join(", ")
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
