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
            if let Some(last) = bytes.last_mut() {
                *last |= u8::from(correct) << (count % 8);
            }
            count += 1;
        }
        Self {
            rows: count,
            bits: bytes.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_given() {
        for rows in [0, 1, 7, 8, 9, 2000] {
            let given: Vec<bool> = (0..rows).map(|row| row % 3 == 1 || row % 7 == 2).collect();
            let correct: Correct = given.iter().copied().collect();
            assert_eq!(correct.len(), rows);
            assert_eq!(correct.iter().collect::<Vec<_>>(), given);
            assert_eq!(correct.get(rows), None);
        }
    }
}
