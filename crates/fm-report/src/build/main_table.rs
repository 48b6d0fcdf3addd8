//! The document of a store's results: the main table's picture and sentences first.

use fm_experiment::protocol::{Freeze, Moved};
use fm_experiment::{Correct, Results};
use fm_stats::StatsError;

use super::analysis::Analysis;
use super::learning::{self, TRAIN_LOSS, VALID_ACCURACY, VALID_LOSS, histories};
use super::names::class_names;
use super::warnings::Warning;
use super::{arms, pairs, plots, reproduce, sentences, source, spread, sweeps, tables, tuning};
use crate::document::{Document, Section, Shown, Text};
use crate::error::ReportError;
use crate::number::{Unit, counted, level, ranges};
use crate::plot::Mark;

/// The whole document.
pub(crate) fn document(
    analysis: &Analysis<'_>,
    warnings: &[Warning],
) -> Result<Document, ReportError> {
    let results = analysis.results;
    let mut document = Document::new(title(results));
    document.about = about(results);
    document.extend(plots::differences("differences", &analysis.comparisons));
    for (index, compared) in analysis.comparisons.iter().enumerate() {
        let tone = sentences::tone(&compared.comparison);
        document.push(match index {
            0 => Text::Lead(analysis.sentence(compared, Some(analysis.scope())), tone),
            _ => Text::Verdict(analysis.sentence(compared, None), tone),
        });
    }
    document.push(Text::note(words(analysis)));
    let warnings = warnings.iter();
    document.extend(warnings.map(|w| Text::Warning(format!("{} {}", w.says, w.advice))));
    document.push(Text::note(held_fixed(analysis)));
    document.push(tables::scores(analysis));
    document.extend(tuning::section(analysis)?);
    for sweep in &analysis.sweeps {
        document.push(match sweep.series.axes.as_slice() {
            [axis] if axis == spread::AXIS => spread::section(sweep)?,
            [axis] if axis == pairs::AXIS => pairs::section(analysis, sweep)?,
            _ => sweeps::section(analysis, sweep),
        });
    }
    let failed = tables::failed(results);
    document.extend(
        failed.map(|table| Section::new("Trainings that diverged", Shown::Details).with(table)),
    );
    document.push(every_seed(analysis)?);
    // Tuned trainings are of different lengths, so there is no mean curve.
    if results.protocol().tune.is_none() {
        document.push(learning_curves(analysis));
    }
    document.extend(arms::section(analysis)?);
    document.push(source::section(analysis)?);
    document.push(reproduce::section(results));
    Ok(document)
}

/// "Does a reused trunk help? Sandal against Shirt".
fn title(results: &Results) -> String {
    let (classes, names) = (
        results.main().points[0].target_classes(),
        &results.plan.class_names,
    );
    format!(
        "Does a reused trunk help? {}",
        class_names(classes, names, " against ")
    )
}

fn about(results: &Results) -> Vec<String> {
    let protocol = results.protocol();
    let about = match protocol.about.as_str() {
        "" => String::new(),
        about => format!(", {about}"),
    };
    let seeds = &results.request.seeds;
    vec![
        format!("Protocol {}{about}", protocol.name),
        format!(
            "{} · {} ({}) · {} · backend {}",
            results.store().dataset().name,
            counted(seeds.len(), "seed"),
            ranges(seeds),
            counted(
                results.main().points[0].target_rows(),
                "target training image"
            ),
            results.request.backend
        ),
    ]
}

/// What the words of the sentences and of the figures mean.
fn words(analysis: &Analysis<'_>) -> String {
    let results = analysis.results;
    let point = &results.main().points[0];
    let others = results.plan.class_names.len() - point.target_classes().len();
    let said = |arm: &String| match analysis.says(arm) {
        says if says == arm => None,
        says => Some(format!("{arm} is {says}")),
    };
    let arms: Vec<String> = point.arms.iter().filter_map(said).collect();
    let arms = match arms.is_empty() {
        true => String::new(),
        false => format!(" In figures and tables, {}.", arms.join("; ")),
    };
    let compared = analysis.comparisons.first();
    let tested = compared
        .and_then(|c| c.paired.arm_correct.first())
        .map(Correct::len);
    let of_one = tested
        .filter(|rows| *rows > 0)
        .map_or_else(String::new, |rows| {
            let one = Unit::Fraction.number(1.0 / rows as f64);
            format!(
                " and {}, so that one of these is {one} points",
                counted(rows, "test image")
            )
        });
    format!(
        "The source network is trained on the other {others} classes first. Its trunk is its hidden layers; the \
         head, the output layer, is always new. The target task has {} in all{of_one}.{arms} Points are \
         percentage points of the test error. An interval is a range for the mean difference, not for single \
         seeds: intervals made like this contain the true mean difference in about {} of cases, in fewer where \
         one seed is far from all others. If it contains 0, both signs are possible.",
        counted(point.target_rows(), "training image"),
        level(analysis.settings.level)
    )
}

/// What the seeds move, and what they do not.
fn held_fixed(analysis: &Analysis<'_>) -> String {
    let results = analysis.results;
    let moves = &results.protocol().seed.moves;
    let words = |what: Moved| match what {
        Moved::Init => "first weights",
        Moved::Order => "order of the rows",
        Moved::TargetRows => "training images of the target task",
    };
    let all = [Moved::Init, Moved::Order, Moved::TargetRows];
    let named = |moved: bool| {
        let of = all.iter().filter(|what| moves.contains(what) == moved);
        of.map(|what| words(*what)).collect::<Vec<_>>()
    };
    let mut held = named(false);
    if !analysis.scope().test_drawn {
        held.push("test images");
    }
    held.push("source training rows");
    held.push(match results.protocol().tune {
        None => "settings of the optimizers",
        Some(_) => "the values that each arm chooses its settings from",
    });
    format!(
        "Each seed changes: {}. The same for all seeds, and so not covered by the intervals: {}. With \
         the same seed, all arms start with the same head and see the rows in the same order. Each \
         trained network is scored once on the test images; the test images choose no setting.",
        named(true).join(", "),
        held.join(", ")
    )
}

fn every_seed(analysis: &Analysis<'_>) -> Result<Section, StatsError> {
    let mut section = Section::new("Every comparison and every seed", Shown::Details);
    if !analysis.comparisons.is_empty() {
        section.push(tables::comparisons(
            "comparisons",
            &analysis.comparisons,
            analysis.settings.level,
        ));
        section.push(Text::note(format!(
            "The verdict is better or worse if the interval excludes 0 and p is at most {}. It is \
             practically equal if the interval lies within ±{} points, else undecided. p is that of a \
             two-sided sign-flip test over the seeds, for these test images, corrected (Holm) for \
             the number of comparisons: if both arms were equal, chance alone would give such a \
             difference with this probability or a lower one. Intervals are not corrected. \
             Differences are computed before rounding.",
            analysis.settings.alpha(),
            Unit::Fraction.number(analysis.settings.margin)
        )));
    }
    section.extend(tables::intervals(analysis)?);
    section.push(plots::errors(analysis));
    section.push(tables::every_seed(analysis));
    Ok(section)
}

fn learning_curves(analysis: &Analysis<'_>) -> Section {
    let results = analysis.results;
    let mut section = Section::new("Learning curves", Shown::Details);
    let arms = results.main().points[0].arms.iter().enumerate();
    let arms = arms.map(|(index, name)| (name.as_str(), histories(results, Some(index))));
    let arms: Vec<_> = arms.collect();
    for (name, measure) in [
        ("validation-loss", VALID_LOSS),
        ("validation-accuracy", VALID_ACCURACY),
        ("training-loss", TRAIN_LOSS),
    ] {
        let lines = arms
            .iter()
            .map(|(arm, histories)| (*arm, measure, histories.as_slice()));
        let lines: Vec<_> = lines.collect();
        if let Some(mut plot) = learning::plot(name, measure.words, &lines) {
            plot.marks.extend(phase_ends(results));
            section.push(plot.note(
                "Bands contain the middle 80 % of the seeds. Validation rows are not trained on, \
                 and choose no setting.",
            ));
        }
    }
    section
}

/// Between which epochs arms change their phase, each place once, with the first arm's words.
fn phase_ends(results: &Results) -> Vec<Mark> {
    let mut ends: Vec<Mark> = Vec::new();
    for arm in &results.protocol().arms {
        let mut last = 0;
        for (phase, next) in arm.phases.iter().zip(arm.phases.iter().skip(1)) {
            last += phase.epochs;
            let at = last as f64 + 0.5;
            if !ends.iter().any(|known| known.data[0].x == at) {
                let words = format!("{}: {}", arm.name, frozen(&next.freeze));
                ends.push(Mark::guide(
                    [(at, f64::INFINITY), (at, f64::NEG_INFINITY)],
                    words,
                ));
            }
        }
    }
    ends
}

/// "trunk frozen".
fn frozen(freeze: &Freeze) -> String {
    match freeze {
        Freeze::Nothing | Freeze::First(0) => "all layers trained".to_owned(),
        Freeze::Trunk => "trunk frozen".to_owned(),
        Freeze::First(1) => "first layer frozen".to_owned(),
        Freeze::First(k) => format!("first {k} layers frozen"),
        parts => format!("{parts} frozen"),
    }
}
