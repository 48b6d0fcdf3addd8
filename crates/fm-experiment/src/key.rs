//! [`Key`]: the name of a cell.

use std::fmt;

use sha2::{Digest, Sha256};

/// The SHA-256 of a recipe: name of a cell and of its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key([u8; 32]);

impl Key {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The key of 64 hexadecimal digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut key = [0; 32];
        for (i, byte) in key.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
        }
        // In lower case, and with nothing after them.
        Some(Self(key)).filter(|key| key.to_string() == text)
    }

    /// The first eight digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }

    /// The first bytes as a number, which shares keys out evenly.
    pub(crate) fn number(&self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
