//! The mean difference over pairs of classes for other classes, each pair's difference pooled, and the
//! regression on how hard a pair is and on whether the source task has classes like it.

use std::collections::BTreeSet;

use fm_stats::{MIN_PAIRS, OverClasses, Pooled, StatsError, mean, over_classes, pool};

use super::analysis::{Analysis, Sweep, SweepPoint};
use super::sweeps::file;
use crate::document::{Section, Shown, Text};
use crate::number::{Unit, counted, level};
use crate::table::{Column, Table};

/// A pair of classes with enough seeds.
struct Pair {
    classes: [usize; 2],
    difference: f64,
    standard_error: f64,
    /// Logarithm to base 10 of the mean of both arms' errors.
    difficulty: f64,
}

/// Adds the mean difference over pairs, and its slopes where every pair of classes was trained.
pub(super) fn push(
    section: &mut Section,
    analysis: &Analysis<'_>,
    sweep: &Sweep<'_>,
) -> Result<(), StatsError> {
    let Some(pairing) = sweep.series.pairings.first() else {
        return Ok(());
    };
    let pairs = each_once(sweep.points.iter().filter_map(pair));
    if pairs.len() < 3 {
        return Ok(());
    }
    let classes: Vec<[usize; 2]> = pairs.iter().map(|pair| pair.classes).collect();
    let differences: Vec<f64> = pairs.iter().map(|pair| pair.difference).collect();
    let over = |covariates: &[&[f64]]| {
        over_classes(&classes, &differences, covariates, &analysis.settings)
    };
    let interval = for_other_classes(over(&[]), analysis.settings.level)?;
    section.push(Text::note(format!(
        "On average over {} of classes, each of which counts the same, {pairing} is {}. {interval}",
        counted(pairs.len(), "pair"),
        Unit::Points.with_unit(mean(&differences)),
    )));
    let errors: Vec<f64> = pairs.iter().map(|pair| pair.standard_error).collect();
    let pooled = pool(&differences, &errors, &analysis.settings)?;
    section.push(each_pair(analysis, sweep, &pairs, &pooled));
    let Some(relatedness) = relatedness(&pairs) else {
        return Ok(());
    };
    let difficulty: Vec<f64> = pairs.iter().map(|pair| pair.difficulty).collect();
    let found = match over(&[&difficulty, &relatedness]) {
        Ok(found) => found,
        Err(StatsError::Collinear { .. }) => {
            section.push(Text::note(
                "No regression on difficulty and relatedness: they do not vary independently over these pairs.",
            ));
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    let terms = [
        "difficulty: for ten times the error",
        "relatedness: for ten times the similarity",
    ];
    let rows: Vec<_> = terms.into_iter().zip(&found.coefficients[1..]).collect();
    let points = |title: String| Column::new("estimate", title, Unit::Points);
    let interval = format!("{} interval", level(analysis.settings.level));
    section.push(
        Table::of(
            file(sweep, "regression"),
            "Regression of the difference",
            &rows,
        )
        .column(Column::text("term", "term"), |(term, _)| *term)
        .column(points(pairing.to_string()), |(_, c)| c.estimate)
        .column(points(interval).interval(), |(_, c)| Some(c.interval))
        .table(),
    );
    section.push(Text::note(
        "A regression by least squares over all pairs, each of which counts the same. The intervals are for pairs \
         of other classes like these and take into account that pairs share classes. The difficulty of a pair is the \
         logarithm of the mean of both arms' errors: the error of one arm alone would be correlated with the \
         difference by construction (Oldham 1962). Two classes are similar if the pair of them is \
         difficult; relatedness is the similarity of a target class to the most similar class that \
         stays in the source task, on average over both target classes. A slope whose interval \
         contains 0 is not shown to exist.",
    ));
    Ok(())
}

/// What the mean over pairs holds for.
fn for_other_classes(
    found: Result<OverClasses, StatsError>,
    of_level: f64,
) -> Result<String, StatsError> {
    match found {
        Ok(found) => Ok(format!(
            "For pairs of other classes like these {} the {} interval of the mean is {}. It takes into \
             account that pairs share classes (jackknife over classes).",
            found.classes,
            level(of_level),
            Unit::Points.interval(found.coefficients[0].interval)
        )),
        Err(StatsError::TooFew { .. }) => Ok(
            "There is no interval for pairs of other classes: without one of the classes fewer than two \
             pairs are left."
                .to_owned(),
        ),
        Err(error) => Err(error),
    }
}

/// The difference of each pair, measured and pooled.
fn each_pair(
    analysis: &Analysis<'_>,
    sweep: &Sweep<'_>,
    pairs: &[Pair],
    found: &Pooled,
) -> Section {
    let names = &analysis.results.plan.class_names;
    let rows: Vec<_> = pairs.iter().zip(&found.effects).collect();
    let points = |key: &str, title: &str| Column::new(key, title, Unit::Points);
    let interval = format!("{} interval", level(analysis.settings.level));
    let caption = "Difference of each pair, pulled towards the mean of all";
    let table = Table::of(file(sweep, "pooled"), caption, &rows)
        .column(Column::text("classes", "classes"), |(pair, _)| {
            pair.classes.map(|class| names[class].as_str()).join(", ")
        })
        .column(points("measured", "measured"), |(pair, _)| pair.difference)
        .column(points("pooled", "pooled"), |(_, effect)| effect.estimate)
        .column(points("pooled", &interval).interval(), |(_, effect)| {
            effect.interval
        })
        .table();
    let below = rows.iter().filter(|(_, effect)| effect.interval.high < 0.0);
    let above = rows.iter().filter(|(_, effect)| effect.interval.low > 0.0);
    let note = format!(
        "An uncertain pair is pulled more towards the mean of all, weighted by precision, which is {} (Gelman, Hill \
         and Yajima 2012). This assumes that the true differences of easy and of hard pairs vary alike around \
         it, with a standard deviation that is estimated as {}. The pooled interval lies below 0 for {} and above 0 for {}.",
        Unit::Points.with_unit(found.mean),
        Unit::Spread.with_unit(found.between_sd),
        counted(below.count(), "pair"),
        counted(above.count(), "pair")
    );
    Section::new("Each pair, pooled", Shown::Details)
        .with(table)
        .with(Text::note(note))
}

/// The numbers of a pair's classes, ascending.
pub(super) fn classes(point: &SweepPoint<'_>) -> Option<[usize; 2]> {
    match *point.point.target_classes() {
        [a, b] => Some([a.min(b).into(), a.max(b).into()]),
        _ => None,
    }
}

/// `None` for a pair with too few seeds to weigh it by.
fn pair(point: &SweepPoint<'_>) -> Option<Pair> {
    let compared = point.compared.first()?.as_ref()?;
    let c = &compared.comparison;
    let rows = compared.paired.arm_correct.first()?.len().max(1) as f64;
    // The smallest standard error above 0 that such errors can have.
    let least = 1.0 / (c.pairs as f64 * rows);
    let error = (c.arm_error + c.baseline_error) / 2.0;
    Some(Pair {
        classes: classes(point)?,
        difference: c.difference,
        standard_error: c
            .standard_error()
            .filter(|_| c.pairs >= MIN_PAIRS)?
            .max(least),
        difficulty: libm::log10(error.max(0.5 / rows)),
    })
}

/// Each pair once: a sweep may have one in both orders.
fn each_once(pairs: impl Iterator<Item = Pair>) -> Vec<Pair> {
    let mut known = BTreeSet::new();
    pairs.filter(|pair| known.insert(pair.classes)).collect()
}

/// By pair, the similarity to classes that stay in the source task; `None` unless there is every pair
/// of five or more classes: a regression on two covariates needs four pairs after one class is left out.
fn relatedness(pairs: &[Pair]) -> Option<Vec<f64>> {
    let n_classes = 1 + pairs.iter().map(|pair| pair.classes[1]).max()?;
    if n_classes < 5 || pairs.len() != n_classes * (n_classes - 1) / 2 {
        return None;
    }
    let most_similar = |class: usize, other: usize| {
        let with_class = pairs
            .iter()
            .filter(|pair| pair.classes.contains(&class) && !pair.classes.contains(&other));
        let similarities = with_class.map(|pair| pair.difficulty);
        similarities.fold(f64::NEG_INFINITY, f64::max)
    };
    let of_pair = |pair: &Pair| {
        let [a, b] = pair.classes;
        (most_similar(a, b) + most_similar(b, a)) / 2.0
    };
    Some(pairs.iter().map(of_pair).collect())
}

#[cfg(test)]
mod tests {
    use fm_stats::Settings;

    use super::*;

    #[test]
    fn an_interval_for_other_classes_needs_pairs_without_each_class() {
        let says = |classes: &[[usize; 2]]| {
            let differences = [0.002, -0.004, 0.0035];
            let found = over_classes(classes, &differences, &[], &Settings::default());
            for_other_classes(found, 0.95)
        };
        let none = "There is no interval for pairs of other classes: without one of the classes fewer than \
                    two pairs are left.";
        assert_eq!(says(&[[0, 1], [0, 2], [0, 3]]).unwrap(), none);
        assert_eq!(says(&[[0, 1], [0, 2], [1, 2]]).unwrap(), none);
        let found = says(&[[0, 1], [2, 3], [4, 5]]).unwrap();
        let start = "For pairs of other classes like these 6 the 95 % interval of the mean is −";
        assert!(found.starts_with(start), "{found}");
    }

    #[test]
    fn the_similarity_is_to_classes_that_stay() {
        // Of five classes 0 and 1 are alike, and 2 and 3; 4 is like none.
        let pair = |a, b, difficulty| Pair {
            classes: [a, b],
            difference: 0.0,
            standard_error: 1.0,
            difficulty,
        };
        let pairs = [
            pair(0, 1, -1.0),
            pair(0, 2, -3.0),
            pair(0, 3, -3.5),
            pair(1, 2, -2.5),
            pair(1, 3, -3.0),
            pair(2, 3, -1.5),
            pair(0, 4, -5.0),
            pair(1, 4, -5.0),
            pair(2, 4, -5.0),
            pair(3, 4, -5.0),
        ];
        assert_eq!(
            each_once([pair(0, 1, -1.0), pair(0, 1, -2.0)].into_iter()).len(),
            1
        );
        let found = relatedness(&pairs).unwrap();
        // Of 0 and 1 the nearest that stay are 2 (-3.0) and 2 (-2.5); of 0 and 2, 1 and 3.
        assert_eq!(found[0], (-3.0 - 2.5) / 2.0);
        assert_eq!(found[1], (-1.0 - 1.5) / 2.0);
        assert_eq!(relatedness(&pairs[..9]), None);
        // All pairs of four classes.
        assert_eq!(relatedness(&pairs[..6]), None);
    }
}
