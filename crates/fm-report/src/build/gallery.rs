//! The test images that one arm gets right and another gets wrong.

use std::cmp::Reverse;

use fm_experiment::{Compared, Correct, Results};

use super::analysis::main_records;
use super::predictions::ModelPredictions;
use crate::document::{Block, Text};
use crate::error::ReportError;
use crate::images::{Image, Images};
use crate::number::{Unit, counted};

/// Most images of a gallery.
const MOST_IMAGES: usize = 12;

/// The images that one of two arms gets right and the other wrong in the most seeds, both ways.
pub(crate) fn galleries(
    results: &Results,
    compared: &Compared,
    [of_arm, of_against]: [&ModelPredictions<'_>; 2],
) -> Result<Vec<Block>, ReportError> {
    let images = match main_records(results, Some(0)).next() {
        Some((_, record)) => results.store().test_images(record)?,
        None => None,
    };
    let Some(images) = images else {
        return Ok(Vec::new());
    };
    let paired = &compared.paired;
    let arm = (of_arm, &paired.arm_correct);
    let against = (of_against, &paired.against_correct);
    // Seeds in which the one is right and the other is wrong.
    let only = |row: usize, right: &[Correct], wrong: &[Correct]| {
        let is = |correct: &Correct| correct.get(row) == Some(true);
        let both = right.iter().zip(wrong);
        both.filter(|(right, wrong)| is(right) && !is(wrong))
            .count()
    };
    let rows = &of_arm.rows;
    let mut blocks = Vec::new();
    for ((winner, right), (loser, wrong)) in [(arm, against), (against, arm)] {
        let counts = (0..rows.labels.len())
            .map(|row| (row, only(row, right, wrong), only(row, wrong, right)));
        let mut found: Vec<_> = counts.filter(|(_, more, fewer)| more > fewer).collect();
        // Most seeds first, then those that are rarest the other way round.
        found.sort_by_key(|&(row, more, fewer)| (Reverse(more), fewer, row));
        found.truncate(MOST_IMAGES);
        let title = format!(
            "Classified correctly by {} and not by {}: the images with the most such seeds",
            winner.name, loser.name
        );
        let image = |&(row, more, _): &(usize, usize, usize)| {
            let image = Image::grey(images.size, images.image(row)?)?;
            let class = rows.class_names.get(usize::from(rows.labels[row]))?;
            let number = rows.row_numbers[row];
            let probability = |of: &ModelPredictions<'_>| {
                let p = of.own_class.get(row).map(|p| Unit::Fraction.with_unit(*p));
                format!("{} {}", of.name, p.unwrap_or_default())
            };
            let caption = vec![
                format!("{class} {number}"),
                format!("in {more} of {}", counted(paired.seeds.len(), "seed")),
                probability(of_against),
                probability(of_arm),
            ];
            Some(image.described(format!("test image {number}, {class}"), caption))
        };
        let images: Vec<Image> = found.iter().filter_map(image).collect();
        if images.is_empty() {
            let none = "No image has more of them than the other way round.";
            blocks.push(Text::note(format!("{title}. {none}")).into());
        } else {
            blocks.push(Images { title, images }.into());
        }
    }
    let words = "Percentages are the probability that each arm gives the true class, mean over the seeds; \
                 the number is that of the image in the test file.";
    blocks.push(Text::note(words).into());
    Ok(blocks)
}
