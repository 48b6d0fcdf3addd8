//! Optimizers, seeded streams, metrics and the training loop.
