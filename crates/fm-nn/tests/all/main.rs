//! Networks: masks, steps, files of models and of tensors.

mod activation;
mod dropout;
mod freeze;
mod init;
#[cfg(feature = "safetensors")]
mod mutated;
mod step;
#[cfg(feature = "safetensors")]
mod tensors;
mod weights;
