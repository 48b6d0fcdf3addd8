//! The document of a store's results: the main table's picture and sentences first.

use fm_experiment::protocol::{Freeze, Moved};
use fm_experiment::{Correct, Results};
use fm_stats::StatsError;

use super::analysis::Analysis;
use super::learning::{self, TRAIN_LOSS, VALID_ACCURACY, VALID_LOSS};
use super::names::{class_names, models};
use super::warnings::Warning;
use super::{
    pairs, plots, predictions, reproduce, sentences, source, spread, sweeps, tables, tuning,
};
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
    let point = &results.main().points[0];
    let names = &results.plan.class_names;
    let classes = class_names(point.target_classes(), names, " against ");
    let mut document = Document::new(format!("Does a reused trunk help? {classes}"));
    let (protocol, seeds) = (results.protocol(), &results.request.seeds);
    let about = format!("Protocol {}, {}", protocol.name, protocol.about);
    document.about = vec![
        about.trim_end_matches(", ").to_owned(),
        format!(
            "{} · {} ({}) · {} · backend {}",
            results.store().dataset().name,
            counted(seeds.len(), "seed"),
            ranges(seeds),
            counted(point.target_rows(), "target training image"),
            results.request.backend
        ),
    ];
    document.extend(plots::differences(&analysis.comparisons));
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
    if let Some(table) = tables::failed(results) {
        document.push(Section::new("Trainings that diverged", Shown::Details).with(table));
    }
    document.push(every_seed(analysis)?);
    // Tuned trainings are of different lengths, so there is no mean curve.
    if protocol.tune.is_none() {
        document.push(learning_curves(results));
    }
    document.extend(predictions::section(analysis)?);
    document.push(source::section(analysis)?);
    document.push(reproduce::section(results));
    Ok(document)
}

/// What the words of the sentences and of the figures mean.
fn words(analysis: &Analysis<'_>) -> String {
    let results = analysis.results;
    let point = &results.main().points[0];
    let others = results.plan.class_names.len() - point.target_classes().len();
    let said = point.arms.iter().map(|arm| (arm, analysis.says(arm)));
    let said = said.filter(|(arm, says)| arm != says);
    let said: Vec<String> = said.map(|(arm, says)| format!("{arm} is {says}")).collect();
    let arms = match said.as_slice() {
        [] => String::new(),
        arms => format!(" In figures and tables, {}.", arms.join("; ")),
    };
    let compared = analysis.comparisons.first();
    let correct = compared.and_then(|c| c.paired.arm_correct.first());
    let of_one = match correct.map_or(0, Correct::len) {
        0 => String::new(),
        rows => format!(
            " and {}, so that one of these is {} points",
            counted(rows, "test image"),
            Unit::Fraction.number(1.0 / rows as f64)
        ),
    };
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
    let all = [
        (Moved::Init, "first weights"),
        (Moved::Order, "order of the rows"),
        (Moved::TargetRows, "training images of the target task"),
    ];
    let named = |moved: bool| {
        let of = all.iter().filter(|(what, _)| moves.contains(what) == moved);
        of.map(|(_, words)| *words).collect::<Vec<_>>()
    };
    let mut held = named(false);
    held.extend((!analysis.scope().test_drawn).then_some("test images"));
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
        section.push(tables::comparisons(analysis));
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

fn learning_curves(results: &Results) -> Section {
    let mut section = Section::new("Learning curves", Shown::Details);
    for (name, measure) in [
        ("validation-loss", VALID_LOSS),
        ("validation-accuracy", VALID_ACCURACY),
        ("training-loss", TRAIN_LOSS),
    ] {
        let arms = models(results).skip(1);
        let lines: Vec<_> = arms.map(|(name, arm)| (name, arm, measure)).collect();
        if let Some(mut plot) = learning::plot(results, name, measure.words, &lines) {
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
        let mut at = 0.5;
        for phases in arm.phases.windows(2) {
            at += phases[0].epochs as f64;
            if !ends.iter().any(|known| known.data[0].x == at) {
                let words = format!("{}: {}", arm.name, frozen(&phases[1].freeze));
                ends.push(Mark::guide(at, words));
            }
        }
    }
    ends
}

/// "trunk frozen".
fn frozen(freeze: &Freeze) -> String {
    match freeze {
        Freeze::Nothing | Freeze::First(0) => "all layers trained".to_owned(),
        Freeze::First(layers) => format!("first {} frozen", counted(*layers, "layer")),
        parts => format!("{parts} frozen"),
    }
}
