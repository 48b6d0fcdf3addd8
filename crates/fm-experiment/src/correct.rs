//! [`Correct`]: which test rows a network predicts correctly, a bit for each.

use std::sync::Arc;

/// Which test rows a network predicts correctly. Copies share their bits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Correct {
    rows: usize,
    /// Of the first row the lowest bit of the first byte; unused bits are 0.
    bits: Arc<[u8]>,
}

impl Correct {
    /// Number of rows; 0 if they are not known.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Whether a row is predicted correctly; `None` past the last row.
    pub fn get(&self, row: usize) -> Option<bool> {
        (row < self.rows).then(|| self.bits[row / 8] >> (row % 8) & 1 == 1)
    }

    /// By row.
    pub fn iter(&self) -> impl Iterator<Item = bool> + '_ {
        (0..self.rows).filter_map(|row| self.get(row))
    }
}

impl FromIterator<bool> for Correct {
    fn from_iter<I: IntoIterator<Item = bool>>(rows: I) -> Self {
        let mut bytes: Vec<u8> = Vec::new();
        let mut count = 0;
        for correct in rows {
            if count % 8 == 0 {
                bytes.push(0);
            }
            bytes[count / 8] |= u8::from(correct) << (count % 8);
            count += 1;
        }
        Self {
            rows: count,
            bits: bytes.into(),
        }
    }
}
