//! Equal and nearly equal images, within and across parts.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Dataset;

/// Pairs of alike images within a part, or across two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairCounts {
    /// The part of one image.
    pub part: String,
    /// The part of the other; the same for pairs within a part.
    pub other: String,
    /// Pairs of equal images. Three equal images in one part are three pairs.
    pub equal: usize,
    /// How many of the equal pairs have two different labels.
    pub equal_labels_differ: usize,
    /// Pairs of images that differ, but by no more than the report's `near_rms`.
    pub near: usize,
    /// How many of the near pairs have two different labels.
    pub near_labels_differ: usize,
}

/// Two or more equal images.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DuplicateGroup {
    /// Where they are, in the order of the parts and their rows.
    pub rows: Vec<RowRef>,
}

/// Two images that are nearly the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NearPair {
    /// One image; the earlier in the order of the parts and their rows.
    pub one: RowRef,
    /// The other.
    pub other: RowRef,
    /// Root mean square of the pixel differences, in grey levels (0 to 255).
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

/// For people: `train 2 (Coat) = test 0 (Coat)`.
impl fmt::Display for DuplicateGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, row) in self.rows.iter().enumerate() {
            write!(f, "{}{row}", if i == 0 { "" } else { " = " })?;
        }
        Ok(())
    }
}

/// For people: `train 2 (Coat) ~ test 0 (Coat), rms 1.50`.
impl fmt::Display for NearPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ~ {}, rms {:.2}", self.one, self.other, self.rms)
    }
}

/// An image by its part and its place in it, with its label.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) part: usize,
    pub(super) row: usize,
    pub(super) label: u8,
}

/// Every image of every part.
pub(super) fn places(parts: &[(&str, &Dataset)]) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::new();
    for (part, (_, data)) in parts.iter().enumerate() {
        let rows = data.labels().iter().enumerate();
        places.extend(rows.map(|(row, &label)| Place { part, row, label }));
    }
    places
}

/// Places of equal images, two or more, in the order of their first places.
pub(super) fn groups(parts: &[(&str, &Dataset)], mut places: Vec<Place>) -> Vec<Vec<Place>> {
    let image = |place: &Place| {
        let data = parts[place.part].1;
        // The size comes first, so that images of different sizes are not equal.
        (data.image_size(), data.image(place.row))
    };
    // Stable: equal images stay in the order of parts and rows.
    places.sort_by(|a, b| image(a).cmp(&image(b)));
    let mut groups: Vec<Vec<Place>> = places
        .chunk_by(|a, b| image(a) == image(b))
        .filter(|equal| equal.len() > 1)
        .map(<[Place]>::to_vec)
        .collect();
    groups.sort_by_key(|group| group[0]);
    groups
}

/// Counts of pairs for each part, then for each two parts.
pub(super) struct Counts {
    kinds: Vec<(usize, usize)>,
    pub(super) counts: Vec<PairCounts>,
}

impl Counts {
    pub(super) fn new(names: &[&str]) -> Self {
        let within = (0..names.len()).map(|part| (part, part));
        let across = |part| (part + 1..names.len()).map(move |other| (part, other));
        let kinds: Vec<_> = within.chain((0..names.len()).flat_map(across)).collect();
        let count = |&(part, other): &(usize, usize)| PairCounts {
            part: names[part].to_owned(),
            other: names[other].to_owned(),
            equal: 0,
            equal_labels_differ: 0,
            near: 0,
            near_labels_differ: 0,
        };
        let counts = kinds.iter().map(count).collect();
        Self { kinds, counts }
    }

    fn of(&mut self, one: usize, other: usize) -> Option<&mut PairCounts> {
        let kind = (one.min(other), one.max(other));
        let at = self.kinds.iter().position(|&known| known == kind)?;
        self.counts.get_mut(at)
    }

    /// Counts a pair of nearly equal images.
    pub(super) fn add_near(&mut self, one: Place, other: Place) {
        if let Some(count) = self.of(one.part, other.part) {
            count.near += 1;
            count.near_labels_differ += usize::from(one.label != other.label);
        }
    }

    /// Counts the pairs among equal images, from the number of images of each part and label.
    pub(super) fn add_equal(&mut self, group: &[Place]) {
        let mut tally = BTreeMap::new();
        for place in group {
            *tally.entry((place.part, place.label)).or_insert(0usize) += 1;
        }
        let tally: Vec<_> = tally.into_iter().collect();
        for (i, &((part, label), rows)) in tally.iter().enumerate() {
            if let Some(count) = self.of(part, part) {
                count.equal += rows * (rows - 1) / 2;
            }
            for &((other, other_label), other_rows) in &tally[i + 1..] {
                if let Some(count) = self.of(part, other) {
                    count.equal += rows * other_rows;
                    if label != other_label {
                        count.equal_labels_differ += rows * other_rows;
                    }
                }
            }
        }
    }
}

/// The image at `place` by name and number.
pub(super) fn row_ref(parts: &[(&str, &Dataset)], place: Place) -> RowRef {
    let (name, data) = parts[place.part];
    RowRef {
        part: name.to_owned(),
        row_number: data.row_numbers()[place.row],
        label: place.label,
        class: data.class_names()[usize::from(place.label)].clone(),
    }
}
