//! The integration tests of the program, in one binary.

mod bad_input;
#[cfg(unix)]
mod cluster;
mod datasets;
mod full_disk;
mod hostile;
mod models;
mod pipes;
mod requests;
#[cfg(unix)]
mod scripts;
#[cfg(unix)]
mod slurm;
mod stopped;
mod stores;
mod support;

use libtest_mimic::Arguments;

fn main() {
    let mut tests = bad_input::tests();
    tests.extend(datasets::tests());
    tests.extend(full_disk::tests());
    tests.extend(hostile::tests());
    tests.extend(models::tests());
    tests.extend(pipes::tests());
    tests.extend(requests::tests());
    #[cfg(unix)]
    tests.extend(scripts::tests());
    #[cfg(unix)]
    tests.extend(slurm::tests());
    tests.extend(stopped::tests());
    tests.extend(stores::tests());
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}
