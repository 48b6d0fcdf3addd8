//! Downloads from servers that misbehave. Each ends with the right file or with its own message,
//! and never with a worse folder than before.

mod auto;
mod files;
mod fixture;
mod mirror;
mod network;
mod resume;
mod server;
