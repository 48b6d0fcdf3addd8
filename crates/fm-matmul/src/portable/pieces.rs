//! [`Pieces`]: a length cut evenly.

use std::ops::Range;

/// A length cut into consecutive pieces that differ by one at most, the longer first.
pub(super) struct Pieces {
    count: usize,
    /// Length of the shorter pieces.
    pub(super) short: usize,
    /// Number of pieces that are longer by one.
    pub(super) longer: usize,
}

impl Pieces {
    /// `len` in as few pieces as there can be of at most `most`.
    pub(super) fn of_at_most(len: usize, most: usize) -> Self {
        let count = len.div_ceil(most).max(1);
        Self {
            count,
            short: len / count,
            longer: len % count,
        }
    }

    /// All of them, from the first to the last or the other way round.
    pub(super) fn iter(&self, from_last: bool) -> impl Iterator<Item = Range<usize>> {
        (0..self.count).map(move |index| {
            let index = if from_last {
                self.count - 1 - index
            } else {
                index
            };
            let start = index * self.short + index.min(self.longer);
            start..start + self.short + usize::from(index < self.longer)
        })
    }
}
