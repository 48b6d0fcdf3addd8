//! The sweep over pairs of target classes: the difference of each pair, measured and pooled, their mean for
//! other classes, and what it depends on.

use std::collections::BTreeSet;

use fm_stats::{Comparison, Estimate, MIN_PAIRS, StatsError, mean, over_classes, pool, smallest_p};

use super::analysis::{Analysis, Sweep, SweepPoint};
use super::names::class_names;
use super::sweeps::{heat_map, set_words, table};
use super::tables::text;
use crate::document::{Section, Shown, Text};
use crate::number::{Unit, counted, level};
use crate::plot::{Axis, Datum, Mark, Plot, Shape};
use crate::table::{Column, Table};

/// The key of the axis.
pub(crate) const AXIS: &str = "task.target_classes";

/// The section of the sweep.
pub(crate) fn section(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Result<Section, StatsError> {
    let mut section = Section::new("Which classes?", Shown::Folded);
    if !sweep.series.pairings.is_empty() {
        section.push(matrix(analysis, sweep));
        section.push(scatter(analysis, sweep));
    }
    push_regression(&mut section, analysis, sweep)?;
    section.push(table(analysis, sweep));
    section.push(Text::note(
        "Each pair has a source training of its own, on the other classes. Differences are paired by \
         seed; each interval is on its own.",
    ));
    section.extend(no_single_pair(analysis, sweep).map(Text::Note));
    section.extend(set_words(sweep).map(Text::Note));
    Ok(section)
}

/// Says so if no pair can be concluded on its own, whatever its differences are.
fn no_single_pair(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Option<String> {
    let seeds = compared(sweep).map(|(_, c)| c.pairs).max()?;
    let least = smallest_p(seeds) * sweep.family() as f64;
    (least > analysis.settings.alpha()).then(|| {
        format!(
            "With {} no single pair of {} can be shown to be better or worse: the smallest p after the \
             correction is {}. Conclude from the mean over pairs and the pooled values.",
            counted(seeds, "seed"),
            sweep.family(),
            Unit::PValue.number(least)
        )
    })
}

/// The classes of each pair, ascending, and the first comparison.
fn compared<'a>(sweep: &'a Sweep<'_>) -> impl Iterator<Item = ([usize; 2], &'a Comparison)> {
    let points = sweep.points.iter();
    points.filter_map(|point| Some((classes(point)?, point.comparison(0)?)))
}

/// The difference of each pair: a heat map, a column for its first class and a row for the other.
fn matrix(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Table {
    let names = &analysis.results.plan.class_names;
    let classes = [0, 1].map(|k| {
        let classes: BTreeSet<usize> = compared(sweep).map(|(pair, _)| pair[k]).collect();
        classes.into_iter().collect()
    });
    heat_map(
        sweep.file("matrix"),
        format!("{}, points", sweep.series.pairings[0]),
        text("class"),
        classes,
        |class| names[*class].clone(),
        |first, other| {
            let found = compared(sweep).find(|(classes, _)| *classes == [*first, *other]);
            found.map(|(_, comparison)| comparison)
        },
    )
}

/// The difference of every pair over the mean error of both arms.
fn scatter(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Plot {
    let pairing = &sweep.series.pairings[0];
    let names = &analysis.results.plan.class_names;
    let data = compared(sweep).map(|(classes, c)| {
        let error = (c.arm_error + c.baseline_error) / 2.0;
        let label = class_names(&classes, names, ", ");
        Datum::new(error, c.difference, label).within(c.interval)
    });
    Plot::new(
        sweep.file("difficulty"),
        format!("{pairing} over the mean error of both"),
        Axis::log("mean test error of both arms", Unit::Fraction),
        Axis::linear("difference", Unit::Points),
    )
    .zero("better", format!("worse than {}", pairing.against))
    .with(Mark::new(Shape::Points, "", 0, data))
    .note("A dot is a pair of classes, on the bar of its interval.")
}

/// A pair of classes with enough seeds.
struct Pair {
    classes: [usize; 2],
    difference: f64,
    standard_error: f64,
    /// Logarithm to base 10 of the mean of both arms' errors.
    difficulty: f64,
}

/// Adds the mean difference over pairs, and its slopes where every pair of classes was trained.
fn push_regression(
    section: &mut Section,
    analysis: &Analysis<'_>,
    sweep: &Sweep<'_>,
) -> Result<(), StatsError> {
    let Some(pairing) = sweep.series.pairings.first() else {
        return Ok(());
    };
    // Each pair once: a sweep may have one in both orders.
    let mut known = BTreeSet::new();
    let pairs = sweep.points.iter().filter_map(pair);
    let pairs: Vec<Pair> = pairs.filter(|pair| known.insert(pair.classes)).collect();
    if pairs.len() < 3 {
        return Ok(());
    }
    let of = |value: fn(&Pair) -> f64| -> Vec<f64> { pairs.iter().map(value).collect() };
    let (differences, difficulty) = (of(|p| p.difference), of(|p| p.difficulty));
    let classes: Vec<[usize; 2]> = pairs.iter().map(|pair| pair.classes).collect();
    let over = |covariates: &[&[f64]]| {
        over_classes(&classes, &differences, covariates, &analysis.settings)
    };
    let level = level(analysis.settings.level);
    let interval = match over(&[]) {
        Ok(found) => format!(
            "For pairs of other classes like these {} the {level} interval of the mean is {}. It takes \
             into account that pairs share classes (jackknife over classes).",
            classes.iter().flatten().collect::<BTreeSet<_>>().len(),
            Unit::Points.interval(found[0].interval)
        ),
        Err(StatsError::TooFew { .. }) => {
            "There is no interval for pairs of other classes: without \
                                           one of the classes fewer than two pairs are left."
                .to_owned()
        }
        Err(error) => return Err(error),
    };
    section.push(Text::note(format!(
        "On average over {} of classes, each of which counts the same, {pairing} is {}. {interval}",
        counted(pairs.len(), "pair"),
        Unit::Points.with_unit(mean(&differences)),
    )));
    section.push(each_pair(analysis, sweep, &pairs)?);
    let Some(relatedness) = relatedness(&pairs) else {
        return Ok(());
    };
    let found = match over(&[&difficulty, &relatedness]) {
        Err(StatsError::Collinear { .. }) => {
            section.push(Text::note(
                "No regression: difficulty and relatedness do not vary independently over these pairs.",
            ));
            return Ok(());
        }
        found => found?,
    };
    let terms = [
        "difficulty: for ten times the error",
        "relatedness: for ten times the similarity",
    ];
    let rows: Vec<_> = terms.into_iter().zip(&found[1..]).collect();
    let points = |title: String| Column::new("estimate", title, Unit::Points);
    let caption = "Regression of the difference";
    let interval = points(format!("{level} interval")).interval();
    section.push(
        Table::of(sweep.file("regression"), caption, &rows)
            .column(text("term"), |(term, _)| *term)
            .column(points(pairing.to_string()), |(_, slope)| slope.value)
            .column(interval, |(_, slope)| slope.interval)
            .table(),
    );
    section.push(Text::note(
        "Least squares over all pairs, each of which counts the same. The intervals are for pairs of \
         other classes like these. Difficulty is the logarithm of the mean of both arms' errors: the \
         error of one arm alone would be correlated with the difference by construction (Oldham 1962). \
         Two classes are similar if the pair of them is difficult. Relatedness is the similarity of a \
         target class to the most similar class of the source task, on average over both target \
         classes. A slope whose interval contains 0 is not shown to exist.",
    ));
    Ok(())
}

/// The difference of each pair, measured and pooled.
fn each_pair(
    analysis: &Analysis<'_>,
    sweep: &Sweep<'_>,
    pairs: &[Pair],
) -> Result<Section, StatsError> {
    let measured = pairs.iter().map(|p| (p.difference, p.standard_error));
    let (differences, errors): (Vec<f64>, Vec<f64>) = measured.unzip();
    let found = pool(&differences, &errors, &analysis.settings)?;
    let rows: Vec<(&Pair, &Estimate)> = pairs.iter().zip(&found.effects).collect();
    let points = |key: &str, title: &str| Column::new(key, title, Unit::Points);
    let interval = format!("{} interval", level(analysis.settings.level));
    let caption = "Difference of each pair, pulled towards the mean of all";
    let table = Table::of(sweep.file("pooled"), caption, &rows)
        .column(text("classes"), |(pair, _)| {
            class_names(&pair.classes, &analysis.results.plan.class_names, ", ")
        })
        .column(points("measured", "measured"), |(pair, _)| pair.difference)
        .column(points("pooled", "pooled"), |(_, effect)| effect.value)
        .column(points("pooled", &interval).interval(), |(_, effect)| {
            effect.interval
        })
        .table();
    let shown = |is: fn(&Estimate) -> bool| {
        let count = found.effects.iter().filter(|effect| is(effect)).count();
        counted(count, "pair")
    };
    let note = format!(
        "The mean of all, weighted by precision, is {}; uncertain pairs are pulled more towards it (Gelman, \
         Hill and Yajima 2012). This assumes that the true differences of easy and of hard pairs vary \
         alike around it; their standard deviation is estimated as {}. The pooled interval lies below 0 \
         for {} and above 0 for {}.",
        Unit::Points.with_unit(found.mean),
        Unit::Spread.with_unit(found.between_sd),
        shown(|effect| effect.interval.high < 0.0),
        shown(|effect| effect.interval.low > 0.0)
    );
    let section = Section::new("Each pair, pooled", Shown::Details).with(table);
    Ok(section.with(Text::note(note)))
}

/// The numbers of a pair's classes, ascending.
fn classes(point: &SweepPoint<'_>) -> Option<[usize; 2]> {
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
    let standard_error = c.standard_error().filter(|_| c.pairs >= MIN_PAIRS)?;
    Some(Pair {
        classes: classes(point)?,
        difference: c.difference,
        standard_error: standard_error.max(least),
        difficulty: libm::log10(error.max(0.5 / rows)),
    })
}

/// By pair, the similarity to classes that stay in the source task; `None` unless there is every pair
/// of five or more classes: a regression on two covariates needs four pairs after one class is left out.
fn relatedness(pairs: &[Pair]) -> Option<Vec<f64>> {
    let n_classes = 1 + pairs.iter().map(|pair| pair.classes[1]).max()?;
    if n_classes < 5 || pairs.len() != n_classes * (n_classes - 1) / 2 {
        return None;
    }
    let most_similar = |class: usize, other: usize| {
        let has = |pair: &&Pair, class| pair.classes.contains(&class);
        let with_class = pairs.iter().filter(|p| has(p, class) && !has(p, other));
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
    use super::*;

    #[test]
    fn the_similarity_is_to_classes_that_stay() {
        // Of five classes 0 and 1 are alike, and 2 and 3; 4 is like none.
        let pairs = [
            ([0, 1], -1.0),
            ([0, 2], -3.0),
            ([0, 3], -3.5),
            ([1, 2], -2.5),
            ([1, 3], -3.0),
            ([2, 3], -1.5),
            ([0, 4], -5.0),
            ([1, 4], -5.0),
            ([2, 4], -5.0),
            ([3, 4], -5.0),
        ];
        let pairs = pairs.map(|(classes, difficulty)| Pair {
            classes,
            difference: 0.0,
            standard_error: 1.0,
            difficulty,
        });
        let found = relatedness(&pairs).unwrap();
        // Of 0 and 1 the nearest that stay are 2 (-3.0) and 2 (-2.5); of 0 and 2, 1 and 3.
        assert_eq!(found[0], (-3.0 - 2.5) / 2.0);
        assert_eq!(found[1], (-1.0 - 1.5) / 2.0);
        assert_eq!(relatedness(&pairs[..9]), None);
        // All pairs of four classes.
        assert_eq!(relatedness(&pairs[..6]), None);
    }
}
