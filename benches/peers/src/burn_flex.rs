//! burn on its Flex backend, the one for CPUs without LLVM.

use burn::module::{Module, Param, ParamId};
use burn::nn::loss::CrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::{DType, Device, Int, Tensor, TensorData, activation};

use crate::task::{BATCH, LEARNING_RATE, SIZES, Task};
use crate::{Epoch, Outcome};

#[derive(Module, Debug)]
struct Dense {
    layers: Vec<Linear>,
}

impl Dense {
    fn forward(&self, mut x: Tensor<2>) -> Tensor<2> {
        for (layer, linear) in self.layers.iter().enumerate() {
            x = linear.forward(x);
            if layer + 1 < self.layers.len() {
                x = activation::selu(x);
            }
        }
        x
    }
}

pub fn contender(mut task: Task) -> Outcome<Epoch> {
    let plain = Device::flex();
    let device = Device::flex().autodiff();
    let n = task.labels.len();
    let images = TensorData::new(std::mem::take(&mut task.images), [n, SIZES[0]]);
    let images = Tensor::<2, Int>::from_data(images, (&plain, DType::U8));
    let labels = TensorData::new(task.labels.clone(), [n]);
    let labels = Tensor::<1, Int>::from_data(labels, (&plain, DType::I32));
    let layers = SIZES.windows(2).zip(&task.layers).map(|(size, (w, b))| {
        let mut linear = LinearConfig::new(size[0], size[1]).init(&device);
        let w = TensorData::new(w.clone(), [size[0], size[1]]);
        let b = TensorData::new(b.clone(), [size[1]]);
        let w = Tensor::from_data(w, &device).require_grad();
        let b = Tensor::from_data(b, &device).require_grad();
        linear.weight = Param::initialized(ParamId::new(), w);
        linear.bias = Some(Param::initialized(ParamId::new(), b));
        linear
    });
    let mut model = Some(Dense {
        layers: layers.collect(),
    });
    let mut optimizer = SgdConfig::new().init();
    let loss = CrossEntropyLossConfig::new().init(&device);
    Ok(Box::new(move || {
        let mut total = 0.0;
        let mut network = model.take().ok_or("an epoch failed before")?;
        for rows in task.order().chunks(BATCH) {
            let rows: Vec<i32> = rows.iter().map(|&row| row as i32).collect();
            let n = rows.len();
            let rows = TensorData::new(rows, [n]);
            let rows = Tensor::<1, Int>::from_data(rows, (&plain, DType::I32));
            let x = images.clone().select(0, rows.clone()).float();
            let x = x.mul_scalar(1.0 / 255.0).autodiff();
            let y = labels.clone().select(0, rows).to_device(&device);
            let mean = loss.forward(network.forward(x), y);
            let gradients = GradientsParams::from_grads(mean.backward(), &network);
            network = optimizer.step(LEARNING_RATE, network, gradients);
            total += n as f64 * f64::from(mean.into_scalar::<f32>());
        }
        model = Some(network);
        Ok(total / task.labels.len() as f64)
    }))
}
