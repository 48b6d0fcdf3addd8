//! Any bytes: no panic, no large allocation, and plain data that is accepted is written back the
//! same.
#![no_main]

use fm_data::idx::{self, Encoding, IdxArray};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let known = idx::any_from_bytes(input);
    let unknown = idx::read::<u8>(input);
    let is_u8 = matches!(known, Ok(IdxArray::U8(_)));
    assert_eq!(is_u8, unknown.is_ok(), "a known length changes only the message");
    if let Ok(array) = known
        && !input.starts_with(&[0x1f, 0x8b])
    {
        let mut again = Vec::new();
        idx::write_any(&array, &mut again, Encoding::Plain).expect("what was read can be written");
        assert_eq!(again, input);
    }
});
