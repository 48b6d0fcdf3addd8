//! candle on its CPU device.

use candle_core::{D, DType, Device, Tensor, Var};
use candle_nn::{Optimizer, SGD, loss, ops};

use crate::task::{BATCH, LEARNING_RATE, SIZES, Task};
use crate::{Epoch, Outcome};

// Klambauer et al. 2017, equation 14.
const SELU_ALPHA: f32 = 1.673_263_2;
const SELU_SCALE: f32 = 1.050_701;

pub fn contender(mut task: Task) -> Outcome<Epoch> {
    let device = Device::Cpu;
    let images = Tensor::from_slice(&task.images, (task.labels.len(), SIZES[0]), &device)?;
    let labels = task.labels.iter().map(|&label| u32::from(label)).collect();
    let labels = Tensor::from_vec(labels, task.labels.len(), &device)?;
    let mut layers = Vec::new();
    for (size, (weights, biases)) in SIZES.windows(2).zip(&task.layers) {
        let weights = Tensor::from_slice(weights, (size[0], size[1]), &device)?;
        let biases = Tensor::from_slice(biases, size[1], &device)?;
        layers.push((Var::from_tensor(&weights)?, Var::from_tensor(&biases)?));
    }
    let vars = layers.iter().flat_map(|(w, b)| [w.clone(), b.clone()]);
    let mut optimizer = SGD::new(vars.collect(), LEARNING_RATE)?;
    Ok(Box::new(move || {
        let mut total = 0.0;
        for rows in task.order().chunks(BATCH) {
            let rows = Tensor::new(rows, &device)?;
            let x = images.index_select(&rows, 0)?.to_dtype(DType::F32)?;
            let mut x = (x * (1.0 / 255.0))?;
            for (layer, (w, b)) in layers.iter().enumerate() {
                x = x.matmul(w)?.broadcast_add(b)?;
                if layer + 1 < layers.len() {
                    x = ops::selu(&x, SELU_ALPHA, SELU_SCALE)?;
                }
            }
            let log_p = ops::log_softmax(&x, D::Minus1)?;
            let mean = loss::nll(&log_p, &labels.index_select(&rows, 0)?)?;
            optimizer.backward_step(&mean)?;
            total += rows.elem_count() as f64 * f64::from(mean.to_scalar::<f32>()?);
        }
        Ok(total / task.labels.len() as f64)
    }))
}
