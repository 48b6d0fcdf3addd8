//! Any bytes: no panic, no large allocation, and plain data that is accepted is kept as it is.
#![no_main]

use fm_data::idx::{self, ElementType};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let known = idx::any_from_bytes(input);
    let unknown = idx::read::<u8>(input);
    let is_u8 = known.as_ref().is_ok_and(|array| array.header.element == ElementType::U8);
    assert_eq!(is_u8, unknown.is_ok(), "a known length changes only the message");
    if let Ok(array) = known
        && !input.starts_with(&[0x1f])
    {
        assert!(input.ends_with(&array.bytes));
        assert_eq!(input.len(), 4 + 4 * array.header.dims.len() + array.bytes.len());
    }
});
