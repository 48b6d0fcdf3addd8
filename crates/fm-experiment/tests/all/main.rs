//! The integration tests of this crate, in one binary.

mod cells;
mod outside;
mod reference;
mod single;
mod store;
mod support;
mod texts;
mod tuning;

use libtest_mimic::Arguments;

fn main() {
    let mut tests = cells::tests();
    tests.extend(store::tests());
    tests.extend(reference::tests());
    tests.extend(single::tests());
    tests.extend(tuning::tests());
    tests.extend(outside::tests());
    tests.extend(texts::tests());
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}
