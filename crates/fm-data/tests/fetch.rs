//! Fetching from a server that misbehaves in every way seen in the wild. Each case ends with
//! the right file or with its own message, and never with a worse folder than before.

#[path = "fetch/content.rs"]
mod content;
#[path = "fetch/fixture.rs"]
mod fixture;
#[path = "fetch/folder.rs"]
mod folder;
#[path = "fetch/network.rs"]
mod network;
#[path = "fetch/process.rs"]
mod process;
#[path = "fetch/resume.rs"]
mod resume;
#[path = "fetch/server.rs"]
mod server;
#[path = "fetch/unreachable.rs"]
mod unreachable;
