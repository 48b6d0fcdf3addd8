//! Any text as a `dataset.toml`: no panic, and what is accepted is written back the same.
#![no_main]

use fm_data::published::Description;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    if let Ok(description) = Description::parse(input) {
        assert_eq!(Description::parse(&description.to_toml()), Ok(description));
    }
});
