//! [`Pieces`]: a range cut evenly.

use std::ops::Range;

/// A range cut into consecutive pieces of lengths that differ by one at most, the longer first.
pub(super) struct Pieces {
    start: usize,
    count: usize,
    /// Length of the shorter pieces.
    pub(super) short: usize,
    /// Number of pieces that are longer by one.
    pub(super) longer: usize,
}

impl Pieces {
    /// `range` in `count` pieces.
    pub(super) fn new(range: Range<usize>, count: usize) -> Self {
        Self {
            start: range.start,
            count,
            short: range.len() / count,
            longer: range.len() % count,
        }
    }

    /// `range` in as few pieces as there can be of at most `most`.
    pub(super) fn of_at_most(range: Range<usize>, most: usize) -> Self {
        let count = range.len().div_ceil(most).max(1);
        Self::new(range, count)
    }

    /// Piece `index`, from 0 on.
    pub(super) fn nth(&self, index: usize) -> Range<usize> {
        let start = self.start + index * self.short + index.min(self.longer);
        start..start + self.short + usize::from(index < self.longer)
    }

    /// All of them, from the first to the last or the other way round.
    pub(super) fn iter(&self, from_last: bool) -> impl Iterator<Item = Range<usize>> {
        (0..self.count).map(move |index| {
            self.nth(if from_last {
                self.count - 1 - index
            } else {
                index
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_even_and_cover_the_range_once() {
        for (len, most) in [(0, 3), (1, 3), (7, 3), (50, 14), (784, 8)] {
            let pieces = Pieces::of_at_most(5..5 + len, most);
            let mut next = 5;
            for piece in pieces.iter(false) {
                assert_eq!(piece.start, next);
                assert!(piece.len() <= most && piece.len() >= len / len.div_ceil(most).max(1));
                next = piece.end;
            }
            assert_eq!(next, 5 + len);
            let mut backwards: Vec<_> = pieces.iter(true).collect();
            backwards.reverse();
            assert_eq!(backwards, pieces.iter(false).collect::<Vec<_>>());
        }
    }
}
