//! The integration tests of this crate, in one binary.

mod reference;
mod support;

use libtest_mimic::Arguments;

fn main() {
    let tests = reference::tests();
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}
