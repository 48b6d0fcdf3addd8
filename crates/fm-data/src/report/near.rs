//! Nearly equal images: every pair below a distance, by comparing sums first.

use std::collections::BinaryHeap;

use super::duplicates::Place;
use crate::Dataset;

/// An image with its pixels and what rules most pairs out without looking at them.
struct Candidate<'a> {
    place: Place,
    pixels: &'a [u8],
    sum: u64,
}

/// Two images that differ, but by no more than asked for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Near {
    /// Sum of squared pixel differences, above zero. First, so that it decides the order.
    pub(super) distance: u64,
    pub(super) one: Place,
    pub(super) other: Place,
}

/// Calls `found` with every pair of images of one size whose pixels differ by at most `max_rms` in
/// root mean square, without those that are equal. Nothing is collected: there may be as many pairs
/// as the square of the number of images.
///
/// Exact: a pair is passed over only if its sums prove it too far apart. The sum of n squares is
/// at least the square of the sum divided by n (Cauchy–Schwarz).
pub(super) fn pairs(
    parts: &[(&str, &Dataset)],
    places: &[Place],
    max_rms: f64,
    mut found: impl FnMut(Near),
) {
    let mut sizes: Vec<(usize, usize)> = parts.iter().map(|(_, data)| data.image_size()).collect();
    sizes.sort_unstable();
    sizes.dedup();
    for size in sizes {
        let of_size = places
            .iter()
            .filter(|place| parts[place.part].1.image_size() == size);
        let candidates = of_size.map(|&place| {
            let pixels = parts[place.part].1.image(place.row).unwrap_or_default();
            let sum = pixels.iter().map(|&pixel| u64::from(pixel)).sum();
            Candidate { place, pixels, sum }
        });
        pairs_of_size(candidates.collect(), size.0 * size.1, max_rms, &mut found);
    }
}

/// The closest pairs, at most `most`; closest first, then in the order of their places.
pub(super) struct Closest {
    most: usize,
    heap: BinaryHeap<Near>,
}

impl Closest {
    pub(super) fn new(most: usize) -> Self {
        let heap = BinaryHeap::new();
        Self { most, heap }
    }

    pub(super) fn add(&mut self, near: Near) {
        self.heap.push(near);
        if self.heap.len() > self.most {
            self.heap.pop();
        }
    }

    pub(super) fn into_sorted(self) -> Vec<Near> {
        self.heap.into_sorted_vec()
    }
}

fn pairs_of_size(
    mut candidates: Vec<Candidate<'_>>,
    pixels: usize,
    max_rms: f64,
    found: &mut impl FnMut(Near),
) {
    // As integers from here on, so that the limit itself is kept to the last pixel.
    let most_distance = (max_rms * max_rms * pixels as f64).floor() as u64;
    let most_sum = (most_distance as f64 * pixels as f64).sqrt().ceil() as u64;
    candidates.sort_by_key(|candidate| (candidate.sum, candidate.place));
    for (i, a) in candidates.iter().enumerate() {
        for b in &candidates[i + 1..] {
            if b.sum - a.sum > most_sum {
                break;
            }
            let distance = distance(a.pixels, b.pixels, most_distance);
            if (1..=most_distance).contains(&distance) {
                let (one, other) = (a.place.min(b.place), a.place.max(b.place));
                found(Near {
                    distance,
                    one,
                    other,
                });
            }
        }
    }
}

/// Sum of squared differences of the pixels, or of their beginning once that is above `most`.
fn distance(one: &[u8], other: &[u8], most: u64) -> u64 {
    /// Pixels between two looks at the sum, whose squares fit `u32`.
    const RUN: usize = 64;
    let mut sum = 0;
    for (one, other) in one.chunks(RUN).zip(other.chunks(RUN)) {
        let squares = one
            .iter()
            .zip(other)
            .map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2));
        sum += u64::from(squares.sum::<u32>());
        if sum > most {
            break;
        }
    }
    sum
}
