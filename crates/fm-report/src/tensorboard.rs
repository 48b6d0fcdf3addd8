//! TensorBoard's event files: records of event messages, in protocol buffers' wire format
//! (tensorboard/compat/proto/event.proto):
//!
//! ```text
//! Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5 }
//! Summary { repeated Value value = 1 }
//! Value   { string tag = 1; float simple_value = 2 }
//! ```
//!
//! Written by hand, since four fields do not need generated code; a test compares the bytes with
//! those of TensorBoard's own writer.

/// The bytes of an event file.
pub(crate) struct EventFile(pub(crate) Vec<u8>);

impl EventFile {
    /// A file that begins with its version.
    pub(crate) fn new() -> Self {
        let mut event = Vec::new();
        length_delimited(&mut event, 3, b"brain.Event:2");
        let mut file = Self(Vec::new());
        append(&mut file.0, &event);
        file
    }

    /// Adds scalars by their tags at a step. The wall time is the step in seconds since 1970.
    pub(crate) fn scalars(&mut self, step: usize, values: &[(&str, f64)]) {
        let mut summary = Vec::new();
        for (tag, scalar) in values {
            let mut value = Vec::new();
            length_delimited(&mut value, 1, tag.as_bytes());
            key(&mut value, 2, FIXED32);
            value.extend((*scalar as f32).to_le_bytes());
            length_delimited(&mut summary, 1, &value);
        }
        let mut event = Vec::new();
        // Zeros are the default, and left out.
        if step > 0 {
            key(&mut event, 1, FIXED64);
            event.extend((step as f64).to_le_bytes());
            key(&mut event, 2, VARINT);
            varint(&mut event, step as u64);
        }
        length_delimited(&mut event, 5, &summary);
        append(&mut self.0, &event);
    }
}

const VARINT: u64 = 0;
const FIXED64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED32: u64 = 5;

fn key(out: &mut Vec<u8>, field: u64, wire_type: u64) {
    varint(out, field << 3 | wire_type);
}

fn length_delimited(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    key(out, field, LENGTH_DELIMITED);
    varint(out, bytes.len() as u64);
    out.extend(bytes);
}

/// Seven bits a byte, the lowest first; the high bit says that more follow.
fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Appends a record in TFRecord framing: length, its checksum, the bytes, their checksum; all
/// little-endian.
fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = (bytes.len() as u64).to_le_bytes();
    out.extend(length);
    out.extend(masked_crc(&length).to_le_bytes());
    out.extend(bytes);
    out.extend(masked_crc(bytes).to_le_bytes());
}

/// Rotated by 15 bits, plus a constant, as TensorFlow's `lib/hash/crc32c.h` defines it.
fn masked_crc(bytes: &[u8]) -> u32 {
    crc32c(bytes).rotate_right(15).wrapping_add(0xa282_ead8)
}

/// CRC-32C (Castagnoli; RFC 3720, appendix B.4), bit by bit: the files are small.
fn crc32c(bytes: &[u8]) -> u32 {
    const REVERSED_POLYNOMIAL: u32 = 0x82f6_3b78;
    let of_byte = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (REVERSED_POLYNOMIAL & (crc & 1).wrapping_neg())
        })
    };
    !bytes.iter().fold(!0, of_byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Written by TensorBoard's own classes: see `make_events.py` beside it.
    const THEIRS: &[u8] = include_bytes!("../tests/fixtures/events.out.tfevents.golden");

    #[test]
    fn the_bytes_are_those_of_tensorboard_s_own_writer() {
        let mut file = EventFile::new();
        file.scalars(0, &[("train/loss", 0.0)]);
        file.scalars(1, &[("train/loss", 0.7236), ("valid/accuracy", 0.5)]);
        file.scalars(
            300,
            &[("train/loss", -1.5e-7), ("test/loss", f64::INFINITY)],
        );
        file.scalars(
            1 << 40,
            &[(
                "a long tag, longer than 128 bytes: ".repeat(4).as_str(),
                1e30,
            )],
        );
        assert_eq!(file.0, THEIRS);
    }
}
