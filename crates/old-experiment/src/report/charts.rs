//! The pictures of a report: which numbers go into which chart.

use super::curves::{self, Band, Curve, Measure, PhaseMark, bands, line_chart};
use super::load::Material;
use super::numbers::{percent, points};
use super::strip::{self, Look, Point, Strip, difference_point, seed_says, strip_chart};
use super::tables;
use super::text;
use crate::protocol::{Arm, PhaseSpec, Protocol};
use crate::stats::Bounds;

/// The test errors of every arm, a strip each.
pub(super) fn errors(material: &Material) -> String {
    let summary = &material.summary;
    let strips: Vec<Strip> = material
        .plan
        .identity
        .protocol
        .arms
        .iter()
        .map(|arm| {
            let error = &summary.arms[&arm.name].test_error;
            let seeds = summary.seeds.iter().zip(&error.per_seed);
            Strip {
                label: format!(
                    "{}: {}",
                    text::shortened(&arm.name),
                    percent(error.description.mean)
                ),
                points: seeds
                    .map(|(seed, &value)| Point {
                        value,
                        look: Look::Full,
                        says: seed_says(*seed, &percent(value)),
                    })
                    .collect(),
                mean: error.description.mean,
                interval: ends(&error.description.mean_interval),
            }
        })
        .collect();
    let description = format!(
        "One point per seed, the mean as a diamond on the bar of its interval. {}.",
        described(&strips)
    );
    let labels = strip::Labels {
        id: "errors",
        title: "Test error of every arm",
        description: &description,
        axis: "test error, percent",
        sides: None,
    };
    strip_chart(&labels, &strips)
}

/// The differences of the arms compared, a strip each; none where none are.
pub(super) fn differences(material: &Material) -> Option<String> {
    let summary = &material.summary;
    summary.comparisons.first()?;
    let one = tables::one_baseline(material);
    let against = one.unwrap_or("the other");
    let strips: Vec<Strip> = summary
        .comparisons
        .iter()
        .map(|c| {
            let errors = |arm: &str| summary.arms[arm].test_error.per_seed.iter();
            let pairs = errors(&c.arm).zip(errors(&c.against));
            let differences = pairs.map(|(arm, against)| arm - against);
            let seeds = summary.seeds.iter().zip(differences);
            Strip {
                label: format!(
                    "{}: {} points, better in {} of {}",
                    match one {
                        Some(_) => text::shortened(&c.arm),
                        None => format!(
                            "{} − {}",
                            text::shortened(&c.arm),
                            text::shortened(&c.against)
                        ),
                    },
                    points(c.error_difference.mean),
                    c.wins.wins,
                    c.pairs
                ),
                points: seeds.map(|(seed, d)| difference_point(*seed, d)).collect(),
                mean: c.error_difference.mean,
                interval: ends(&c.error_difference.bounds),
            }
        })
        .collect();
    let description = format!(
        "One point per seed, full where the arm makes fewer errors than {against} and hollow where \
         it does not; the mean as a diamond on the bar of its interval. {}.",
        described(&strips)
    );
    let title = format!("Test error minus that of {against}, seed by seed");
    let worse = format!("worse than {against}");
    let labels = strip::Labels {
        id: "differences",
        title: &title,
        description: &description,
        axis: "difference of the test errors, percentage points",
        sides: Some(("better", &worse)),
    };
    Some(strip_chart(&labels, &strips))
}

fn ends(bounds: &Bounds) -> Option<(f64, f64)> {
    bounds.interval().map(|i| (i.low, i.high))
}

fn described(strips: &[Strip]) -> String {
    let labels: Vec<&str> = strips.iter().map(|strip| strip.label.as_str()).collect();
    labels.join("; ")
}

/// A chart below its heading.
pub(super) struct Titled {
    pub(super) title: String,
    pub(super) svg: String,
}

/// The arms that a chart has, by their place in the protocol: the two of each comparison, and those
/// that are in none, alone.
pub(super) fn together(protocol: &Protocol) -> Vec<(usize, Option<usize>)> {
    let place = |name: &str| protocol.arms.iter().position(|arm| arm.name == name);
    let pairings = protocol.pairings().into_iter();
    let mut charts: Vec<_> = pairings
        .filter_map(|pairing| Some((place(&pairing.arm)?, Some(place(&pairing.against)?))))
        .collect();
    for index in 0..protocol.arms.len() {
        let has = |&(arm, against): &(usize, Option<usize>)| arm == index || against == Some(index);
        if !charts.iter().any(has) {
            charts.push((index, None));
        }
    }
    charts
}

/// Validation loss and accuracy of every comparison's arms, all on equal axes.
pub(super) fn learning_curves(material: &Material) -> Vec<Titled> {
    let arms = &material.plan.identity.protocol.arms;
    let mut charts = Vec::new();
    for (index, against) in together(&material.plan.identity.protocol) {
        let (arm, against) = (
            &arms[index],
            against.map(|place| (place, &arms[place].name)),
        );
        for (measure, words) in [
            (Measure::ValidLoss, "validation loss, log scale"),
            (Measure::ValidAccuracy, "validation accuracy, percent"),
        ] {
            let of = |index| bands(&material.histories(Some(index)), measure);
            let all: Vec<Vec<Band>> = (0..arms.len()).map(of).collect();
            let mut drawn = vec![Curve {
                name: &arm.name,
                bands: &all[index],
            }];
            if let Some((place, name)) = against {
                let bands = &all[place];
                drawn.push(Curve { name, bands });
            }
            if drawn.iter().any(|curve| curve.bands.is_empty()) {
                continue;
            }
            let names: Vec<&str> = drawn.iter().map(|curve| curve.name).collect();
            let title = format!("{}: {words}", names.join(" and "));
            let described: Vec<String> = drawn.iter().map(|c| last_words(c, measure)).collect();
            let labels = curves::Labels {
                id: &format!("curve-{}-{}", names.join("-"), measure.name()),
                title: &title,
                description: &described.join(" "),
                measure,
                phases: &phases(arm),
                range: range(all.iter().flatten()),
            };
            charts.push(Titled {
                svg: line_chart(&labels, &drawn),
                title,
            });
        }
    }
    charts
}

/// The source network's loss and accuracy, on training and on validation rows.
pub(super) fn source_curves(material: &Material) -> Vec<Titled> {
    let histories = material.histories(None);
    let mut charts = Vec::new();
    for (valid, train, words) in [
        (Measure::ValidLoss, Measure::TrainLoss, "loss, log scale"),
        (
            Measure::ValidAccuracy,
            Measure::TrainAccuracy,
            "accuracy, percent",
        ),
    ] {
        let all = [bands(&histories, valid), bands(&histories, train)];
        let drawn: Vec<Curve<'_>> = ["validation rows", "training rows"]
            .into_iter()
            .zip(&all)
            .map(|(name, bands)| Curve { name, bands })
            .filter(|curve| !curve.bands.is_empty())
            .collect();
        if drawn.is_empty() {
            continue;
        }
        let described: Vec<String> = drawn.iter().map(|c| last_words(c, valid)).collect();
        let title = format!("source network: {words}");
        let labels = curves::Labels {
            id: &format!("source-{}", valid.name()),
            title: &title,
            description: &described.join(" "),
            measure: valid,
            phases: &[],
            range: range(all.iter().flatten()),
        };
        charts.push(Titled {
            svg: line_chart(&labels, &drawn),
            title,
        });
    }
    charts
}

fn range<'a>(bands: impl Iterator<Item = &'a Band>) -> (f64, f64) {
    bands.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), band| {
        (
            low.min(band.low).min(band.mean),
            high.max(band.high).max(band.mean),
        )
    })
}

/// "transfer: 0.5412 after epoch 1, 0.0763 after epoch 20."
fn last_words(curve: &Curve<'_>, measure: Measure) -> String {
    let value = |band: &Band| match measure {
        Measure::TrainLoss | Measure::ValidLoss => format!("{:.4}", band.mean),
        Measure::TrainAccuracy | Measure::ValidAccuracy => percent(band.mean),
    };
    match (curve.bands.first(), curve.bands.last()) {
        (Some(first), Some(last)) => format!(
            "{}: {} after epoch {}, {} after epoch {}.",
            curve.name,
            value(first),
            first.epoch,
            value(last),
            last.epoch
        ),
        _ => String::new(),
    }
}

fn phases(arm: &Arm) -> Vec<PhaseMark> {
    let mut last = 0_usize;
    let phase = |phase: &PhaseSpec| {
        last = last.saturating_add(phase.epochs);
        let words = [
            tables::frozen(&phase.freeze),
            tables::frozen_short(&phase.freeze),
        ];
        PhaseMark { last, words }
    };
    arm.phases.iter().map(phase).collect()
}
