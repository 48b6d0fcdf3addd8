//! [`Dense`]: one fully connected layer.

use fm_matmul::Matrix;
use ndarray::ArrayView2;
use rand_core::Rng;

use crate::activation::Activation;
use crate::error::{NetworkError, same};
use crate::init::Init;

/// A fully connected layer, `f(x·W + b)`.
///
/// `W` is `[inputs, outputs]`, Keras' kernel layout (PyTorch's is the transpose).
///
/// ```
/// use fm_nn::{Activation, Dense};
/// use ndarray::array;
///
/// let layer = Dense::from_parts(array![[1.0, 2.0]].view(), &[0.5, 0.0], Activation::Relu)?;
/// assert_eq!((layer.inputs(), layer.outputs(), layer.parameters()), (1, 2, 4));
/// # Ok::<(), fm_nn::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    pub(crate) weight: Matrix,
    /// One row.
    pub(crate) bias: Matrix,
    activation: Activation,
}

impl Dense {
    /// A new layer: weights drawn from `rng`, biases zero.
    pub fn new(
        inputs: usize,
        outputs: usize,
        activation: Activation,
        init: Init,
        rng: &mut impl Rng,
    ) -> Self {
        Self::from_weight(init.draw(inputs, outputs, rng), activation)
    }

    /// A layer of the given `weight`, `[inputs, outputs]`, and `bias`, `[outputs]`, both copied.
    ///
    /// # Errors
    /// [`NetworkError`] if the two do not have the same number of outputs.
    pub fn from_parts(
        weight: ArrayView2<'_, f32>,
        bias: &[f32],
        activation: Activation,
    ) -> Result<Self, NetworkError> {
        same("biases of a layer", weight.ncols(), bias.len())?;
        let mut layer = Self::from_weight(Matrix::from_view(weight), activation);
        layer.bias.row_mut(0).copy_from_slice(bias);
        Ok(layer)
    }

    /// A layer whose biases are zero.
    pub(crate) fn from_weight(weight: Matrix, activation: Activation) -> Self {
        Self {
            bias: Matrix::zeros(1, weight.cols()),
            weight,
            activation,
        }
    }

    /// Number of inputs.
    pub fn inputs(&self) -> usize {
        self.weight.rows()
    }

    /// Number of outputs (units).
    pub fn outputs(&self) -> usize {
        self.weight.cols()
    }

    /// Number of weights and biases.
    pub fn parameters(&self) -> usize {
        (self.inputs() + 1) * self.outputs()
    }

    /// The activation.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// The weights, `[inputs, outputs]`.
    pub fn weight(&self) -> ArrayView2<'_, f32> {
        self.weight.view()
    }

    /// The biases, `[outputs]`.
    pub fn bias(&self) -> &[f32] {
        self.bias.row(0)
    }

    /// Weights and biases, one row, to be changed.
    pub fn parts_mut(&mut self) -> (&mut Matrix, &mut Matrix) {
        (&mut self.weight, &mut self.bias)
    }
}
