//! The renderers: each reads the same tree.

mod csv;
mod html;
mod markdown;
mod terminal;

pub use csv::csv;
pub use html::html;
pub use markdown::markdown;
pub use terminal::terminal;
