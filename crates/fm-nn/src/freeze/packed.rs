//! How a pattern of frozen elements is written: its shape, and its bits in hex.

use std::fmt::Write;

use ndarray::Array2;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Row by row, eight elements to a byte, the first in the lowest bit.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Packed {
    rows: usize,
    cols: usize,
    frozen: String,
}

pub(super) fn serialize<S: Serializer>(
    elements: &Array2<bool>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let flags: Vec<bool> = elements.iter().copied().collect();
    let mut frozen = String::with_capacity(flags.len() / 4 + 2);
    for eight in flags.chunks(8) {
        let bits = eight.iter().zip(0..);
        let byte = bits.fold(0u8, |byte, (&flag, bit)| byte | (u8::from(flag) << bit));
        write!(frozen, "{byte:02x}").expect("a string takes all");
    }
    let (rows, cols) = elements.dim();
    Packed { rows, cols, frozen }.serialize(serializer)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Array2<bool>, D::Error> {
    let Packed { rows, cols, frozen } = Packed::deserialize(deserializer)?;
    // The text is as long as the shape says before anything is allocated for it.
    let digits = frozen.as_bytes();
    let count = rows.saturating_mul(cols);
    if count.div_ceil(8).checked_mul(2) != Some(digits.len()) {
        let found = digits.len();
        return Err(D::Error::custom(format_args!(
            "a mask of {rows} by {cols} elements needs two hex digits for eight of them, found \
             {found} digits"
        )));
    }
    let mut flags = Vec::with_capacity(count);
    for (at, pair) in digits.chunks_exact(2).enumerate() {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (Some(high), Some(low)) = (digit(pair[0]), digit(pair[1])) else {
            let at = 2 * at;
            return Err(D::Error::custom(format_args!(
                "no hex digit at position {at} of a mask's elements, or after it"
            )));
        };
        let byte = 16 * high + low;
        let used = (count - flags.len()).min(8);
        if byte >> used != 0 {
            return Err(D::Error::custom(
                "a mask's last byte has bits beyond its elements",
            ));
        }
        flags.extend((0..used).map(|bit| byte >> bit & 1 == 1));
    }
    Array2::from_shape_vec((rows, cols), flags).map_err(D::Error::custom)
}
