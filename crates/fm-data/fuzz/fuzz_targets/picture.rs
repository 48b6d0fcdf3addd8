//! Any bytes as a PNG or JPEG picture: no panic, and what is decoded has its pixels.
#![no_main]

use fm_data::picture::Picture;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Ok(picture) = Picture::decode(input) {
        let (height, width) = picture.size();
        assert_eq!(picture.pixels().len(), height * width);
        let fitted = picture.fit((28, 28)).expect("a size with pixels");
        assert_eq!(fitted.pixels().len(), 784);
    }
});
