//! Equal and nearly equal images, within and across parts.

use std::collections::BinaryHeap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::{MOST_ALIKE, sum};
use crate::Dataset;

/// How many pairs of alike images there are within a part, or across two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairCounts {
    /// The part of one image.
    pub part: String,
    /// The part of the other; the same for pairs within a part.
    pub other: String,
    /// Pairs of equal images. Three equal images in one part are three pairs.
    pub equal: usize,
    /// Pairs of images that differ, but by no more than the report's `near_rms`.
    pub near: usize,
    /// How many of all these pairs have two different labels.
    pub labels_differ: usize,
}

/// Two images that are equal or nearly equal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlikePair {
    /// One image; the earlier in the order of the parts and their rows.
    pub one: RowRef,
    /// The other.
    pub other: RowRef,
    /// Root mean square of the pixel differences, in grey levels (0 to 255); 0 for equal images.
    pub rms: f64,
}

/// An image of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowRef {
    /// The part.
    pub part: String,
    /// The row's number in the file that it came from, from 0.
    pub row_number: u32,
    /// Its label.
    pub label: u8,
    /// The name of its class.
    pub class: String,
}

/// For people: `train 2 (Coat)`.
impl fmt::Display for RowRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.part, self.row_number, self.class)
    }
}

/// For people: `train 2 (Coat) = test 0 (Coat)`, or `train 2 (Coat) ~ test 0 (Coat), rms 1.50`.
impl fmt::Display for AlikePair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rms == 0.0 {
            return write!(f, "{} = {}", self.one, self.other);
        }
        write!(f, "{} ~ {}, rms {:.2}", self.one, self.other, self.rms)
    }
}

/// An image with what rules most pairs out without looking at them.
struct Image<'a> {
    sum: u64,
    /// Part and row.
    place: (usize, usize),
    pixels: &'a [u8],
}

/// Counts of the pairs of images whose pixels differ by at most `near_rms` in root mean square, for
/// each part and then for each two parts; and the pairs that a report lists. All pairs are counted,
/// but only those are kept: there may be as many as the square of the number of images.
///
/// Exact: a pair is passed over only if its sums prove it too far apart. The sum of n squares is
/// at least the square of the sum divided by n (Cauchy–Schwarz).
pub(super) fn pairs(
    parts: &[(&str, &Dataset)],
    near_rms: f64,
) -> (Vec<PairCounts>, Vec<AlikePair>) {
    let n = parts.len();
    let within = (0..n).map(|part| (part, part));
    let across = (0..n).flat_map(|part| (part + 1..n).map(move |other| (part, other)));
    let kinds: Vec<(usize, usize)> = within.chain(across).collect();
    let count = |&(part, other): &(usize, usize)| PairCounts {
        part: parts[part].0.to_owned(),
        other: parts[other].0.to_owned(),
        equal: 0,
        near: 0,
        labels_differ: 0,
    };
    let mut counts: Vec<PairCounts> = kinds.iter().map(count).collect();

    let n = parts.first().map_or(0, |part| part.1.pixels().ncols()) as f64;
    // As integers from here on, so that the limit itself is kept to the last pixel.
    let most = (near_rms * near_rms * n).floor() as u64;
    let most_sum = (most as f64 * n).sqrt().ceil() as u64;
    let images = by_sum(parts);
    // By whether both are in one part, then by distance, then by place: the last is dropped first.
    let mut listed = BinaryHeap::new();
    for (i, a) in images.iter().enumerate() {
        let rest = images[i + 1..].iter();
        for b in rest.take_while(|b| b.sum - a.sum <= most_sum) {
            let distance = distance(a.pixels, b.pixels, most);
            if distance > most {
                continue;
            }
            let (one, other) = (a.place.min(b.place), a.place.max(b.place));
            let kind = kinds.iter().position(|&kind| kind == (one.0, other.0));
            if let Some(count) = kind.map(|kind| &mut counts[kind]) {
                let labels = [one, other].map(|(part, row)| parts[part].1.labels()[row]);
                count.equal += usize::from(distance == 0);
                count.near += usize::from(distance > 0);
                count.labels_differ += usize::from(labels[0] != labels[1]);
            }
            listed.push((one.0 == other.0, distance, one, other));
            if listed.len() > MOST_ALIKE {
                listed.pop();
            }
        }
    }
    let alike = listed.into_sorted_vec().into_iter();
    let alike = alike.map(|(_, distance, one, other)| AlikePair {
        one: row_ref(parts, one),
        other: row_ref(parts, other),
        rms: (distance as f64 / n).sqrt(),
    });
    (counts, alike.collect())
}

/// The images of all parts in the order of their sums.
fn by_sum<'a>(parts: &[(&str, &'a Dataset)]) -> Vec<Image<'a>> {
    let mut images = Vec::new();
    for (part, (_, data)) in parts.iter().enumerate() {
        images.extend((0..data.rows()).map(|row| {
            let pixels = data.image(row).unwrap_or_default();
            Image {
                sum: sum(pixels),
                place: (part, row),
                pixels,
            }
        }));
    }
    images.sort_by_key(|image| image.sum);
    images
}

/// Sum of squared differences of the pixels, or of their beginning once that is above `most`.
fn distance(one: &[u8], other: &[u8], most: u64) -> u64 {
    /// Pixels between two looks at the sum, whose squares fit `u32`.
    const RUN: usize = 64;
    let mut sum = 0;
    for (one, other) in one.chunks(RUN).zip(other.chunks(RUN)) {
        let pixels = one.iter().zip(other);
        let squares = pixels.map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2));
        sum += u64::from(squares.sum::<u32>());
        if sum > most {
            break;
        }
    }
    sum
}

fn row_ref(parts: &[(&str, &Dataset)], (part, row): (usize, usize)) -> RowRef {
    let (name, data) = parts[part];
    let label = data.labels()[row];
    RowRef {
        part: name.to_owned(),
        row_number: data.row_numbers()[row],
        label,
        class: data.class_names()[usize::from(label)].clone(),
    }
}
