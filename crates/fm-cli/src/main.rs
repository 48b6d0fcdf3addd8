//! The `fm` program.

fn main() {}
