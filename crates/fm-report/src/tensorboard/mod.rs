//! TensorBoard's event files.

mod event;
mod record;

pub(crate) use event::EventFile;
