//! The test images that one arm gets and the other misses, most often over the seeds.

use std::fmt::Write as _;

use crate::report::html::{files, note};
use crate::report::image::{Pixels, data_address};
use crate::report::load::Material;
use crate::report::numbers::{counted, percent};
use crate::report::text::html;
use crate::test_rows::{RowScore, RowsTally};

use super::tables::class_names;

/// Most images on each side.
const MOST: usize = 12;

/// A row that one of two arms gets more often than the other.
pub(super) struct Shown {
    /// Its place among the test rows of the target task.
    pub(super) row: usize,
    /// Seeds in which the losing arm alone is wrong.
    pub(super) seeds: usize,
}

/// The rows that `wrong` misses and `right` gets, in more seeds than the other way round: those of
/// most seeds first, then those that are rarest the other way round, then in their order.
pub(super) fn choose(tally: &RowsTally, wrong: usize, right: usize) -> Vec<Shown> {
    let mut rows: Vec<(usize, usize, usize)> = (0..tally.target().labels.len())
        .map(|row| {
            let seeds = tally.only_wrong(wrong, right, row);
            (row, seeds, tally.only_wrong(right, wrong, row))
        })
        .filter(|(_, seeds, reverse)| seeds > reverse)
        .collect();
    rows.sort_by_key(|&(row, seeds, reverse)| (std::cmp::Reverse(seeds), reverse, row));
    rows.truncate(MOST);
    let shown = |(row, seeds, _)| Shown { row, seeds };
    rows.into_iter().map(shown).collect()
}

/// The places of the two arms that the galleries are of: those of the first comparison.
pub(super) fn pair(material: &Material, tally: &RowsTally) -> Option<[usize; 2]> {
    let pairings = material.plan.identity.protocol.pairings();
    let (arm, against) = tally.places(pairings.first()?)?;
    Some([arm, against])
}

/// Both galleries: what the first comparison's arm gains, and what it loses.
pub(super) fn section(out: &mut String, material: &Material) {
    let Some(tally) = &material.rows.tally else {
        return;
    };
    let Some(pair) = pair(material, tally) else {
        return;
    };
    if material.rows.images.is_none() {
        note(
            out,
            "The images are not shown: test-images.safetensors is not in the folder. Start the \
             experiment again, and it is made anew.",
        );
    }
    let name = |place: usize| tally.arms().nth(place).unwrap_or_default();
    let [arm, against] = pair;
    for (wrong, right) in [(against, arm), (arm, against)] {
        let (loser, winner) = (name(wrong), name(right));
        let title = format!("{winner} gets them, {loser} does not");
        let _ = writeln!(out, "<h3>{}</h3>", html(&title));
        let rows = choose(tally, wrong, right);
        if rows.is_empty() {
            let words =
                format!("There is no image that {loser} misses in more seeds than {winner}.");
            note(out, &words);
            continue;
        }
        out.push_str("<ul class=\"gallery\">\n");
        for shown in &rows {
            item(out, material, tally, shown, [against, arm]);
        }
        out.push_str("</ul>\n");
    }
    note(
        out,
        &format!(
            "The images that one of the two misses and the other gets in the most of {}; the \
             number is that of the image in the test file. Percentages are the probability that \
             each gives the right class, the mean over the seeds.",
            counted(tally.runs(), "seed")
        ),
    );
    files(out, &["report/rows.csv"]);
}

fn item(
    out: &mut String,
    material: &Material,
    tally: &RowsTally,
    shown: &Shown,
    places: [usize; 2],
) {
    let label = usize::from(tally.target().labels[shown.row]);
    let number = tally.target().row_numbers[shown.row];
    let (classes, _) = class_names(&material.plan);
    let class = classes.get(label).map_or("?", String::as_str);
    out.push_str("<li>");
    let images = material.rows.images.as_ref();
    let image =
        images.and_then(|images| data_address(images.size, Pixels::Grey, images.image(shown.row)?));
    if let Some(image) = image {
        let _ = write!(
            out,
            "<img src=\"{image}\" alt=\"test image {number}, a {}\"/>",
            html(class)
        );
    }
    let _ = write!(
        out,
        "<span><strong>{}</strong> {number}</span>",
        html(class)
    );
    let in_seeds = format!("in {} of {}", shown.seeds, counted(tally.runs(), "seed"));
    let _ = write!(out, "<span>{in_seeds}</span>");
    for place in places {
        let name = tally.arms().nth(place).unwrap_or_default();
        let RowScore { probability, .. } = tally.score(place, shown.row);
        let says = format!("{name} {}", percent(probability));
        let _ = write!(out, "<span>{}</span>", html(&says));
    }
    out.push_str("</li>\n");
}
