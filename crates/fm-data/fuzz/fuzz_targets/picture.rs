//! Any bytes as a PNG or JPEG picture: no panic, and what is decoded has its pixels.
#![no_main]

use fm_data::picture::{decode, fit};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(picture) = decode(input) {
        let fitted = fit(&picture, (28, 28)).expect("a size with pixels");
        assert_eq!(fitted.dim(), (28, 28));
    }
});
