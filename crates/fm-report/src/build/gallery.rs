//! The test images that one arm gets right and another gets wrong.

use fm_experiment::{CellResult, Compared, Results, TestImages, TestRows};

use crate::document::{Block, Text};
use crate::error::ReportError;
use crate::images::{Image, Images};
use crate::number::{Unit, counted};

/// Most images of a gallery.
const MOST_IMAGES: usize = 12;

/// The images of the target task's test rows.
pub(crate) fn images(results: &Results) -> Result<Option<TestImages>, ReportError> {
    let records = results
        .by_seed(0, 0, Some(0))
        .map(|cell: &CellResult| cell.place);
    let record = records.filter_map(|place| results.record(place)).next();
    Ok(match record {
        Some(record) => results.store().test_images(record)?,
        None => None,
    })
}

/// The images that one of two arms gets right and the other wrong in the most seeds, both ways.
pub(crate) fn galleries(
    compared: &Compared,
    (rows, arm_probability): (&TestRows, &[f64]),
    against_probability: &[f64],
    images: Option<&TestImages>,
) -> Vec<Block> {
    let (arm, against) = (&compared.pairing.arm, &compared.pairing.against);
    let paired = &compared.paired;
    let seeds = paired.seeds.len();
    let both = [&paired.arm_correct, &paired.against_correct];
    // Seeds in which the one is right and the other is wrong.
    let only = |row: usize, [right, wrong]: [usize; 2]| {
        let pairs = both[right].iter().zip(both[wrong].iter());
        let is = |correct: &[bool]| correct.get(row) == Some(&true);
        pairs
            .filter(|(right, wrong)| is(right) && !is(wrong))
            .count()
    };
    let mut blocks = Vec::new();
    for (order, winner, loser) in [([0, 1], arm, against), ([1, 0], against, arm)] {
        let [right, wrong] = order;
        let mut found: Vec<(usize, usize, usize)> = (0..rows.labels.len())
            .map(|row| (row, only(row, order), only(row, [wrong, right])))
            .filter(|(_, more, fewer)| more > fewer)
            .collect();
        // Most seeds first, then those that are rarest the other way round.
        found.sort_by_key(|&(row, more, fewer)| (std::cmp::Reverse(more), fewer, row));
        found.truncate(MOST_IMAGES);
        let title = format!(
            "Images that {winner} classifies correctly and {loser} does not, in most seeds"
        );
        let Some(images) = images.filter(|_| !found.is_empty()) else {
            let words = match found.is_empty() {
                true => format!("{title}: no image, in more seeds than the other way round."),
                false => format!("{title}: the images are not in the folder."),
            };
            blocks.push(Text::note(words).into());
            continue;
        };
        let image = |&(row, more, _): &(usize, usize, usize)| {
            let image = Image::grey(images.size, images.image(row)?)?;
            let class = rows.class_names.get(usize::from(rows.labels[row]))?;
            let number = rows.row_numbers[row];
            let probability = |name: &str, of: &[f64]| {
                let p = of.get(row).map(|p| Unit::Fraction.with_unit(*p));
                format!("{name} {}", p.unwrap_or_default())
            };
            let caption = vec![
                format!("{class} {number}"),
                format!("in {more} of {}", counted(seeds, "seed")),
                probability(against, against_probability),
                probability(arm, arm_probability),
            ];
            Some(image.described(format!("test image {number}, {class}"), caption))
        };
        blocks.push(Block::Images(Images {
            title,
            note:
                "Percentages are the probability that each arm gives the true class, mean over the \
                   seeds; the number is that of the image in the test file."
                    .to_owned(),
            images: found.iter().filter_map(image).collect(),
        }));
    }
    blocks
}
