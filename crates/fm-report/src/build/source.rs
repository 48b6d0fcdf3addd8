//! The section of the source network.

use fm_experiment::{Place, Results, initial_source_trunk};
use fm_nn::{Model, Network};

use super::analysis::{Analysis, main_place};
use super::learning::{self, Measure, histories};
use super::predictions::ModelPredictions;
use super::weights::MovedUnits;
use crate::document::{Section, Text};
use crate::error::ReportError;
use crate::plot::Series;

/// Most units whose weights are shown.
const MOST_UNITS: usize = 12;

/// Learning curves, confusion matrix, calibration and first-layer weights of the source network,
/// and what the first arm that reuses them makes of the weights.
pub(crate) fn section(analysis: &Analysis<'_>) -> Result<Section, ReportError> {
    let results = analysis.results;
    let mut section = Section::details("The source network");
    let trainings = [(Series::new("", 0), histories(results, None))];
    let pairs = [
        ("source-loss", [Measure::ValidLoss, Measure::TrainLoss]),
        (
            "source-accuracy",
            [Measure::ValidAccuracy, Measure::TrainAccuracy],
        ),
    ];
    for (name, measures) in pairs {
        if let Some(plot) = learning::plot(name, &measures, &trainings) {
            section.push(plot);
        }
    }
    if let Some(found) = ModelPredictions::of(results, None)? {
        section.push(found.confusion("source"));
        section.push(found.calibration("source"));
    }
    weights(&mut section, analysis);
    Ok(section)
}

/// The first layer before and after the source training, and after the arm's.
fn weights(section: &mut Section, analysis: &Analysis<'_>) {
    let results = analysis.results;
    let Some(&seed) = results.main().seeds.first() else {
        return;
    };
    let place = |arm| main_place(arm, seed);
    let Some(source) = model(results, place(None)) else {
        section.push(Text::note(format!(
            "The first-layer weights are not shown: the source model of seed {seed} is not in the \
             folder."
        )));
        return;
    };
    let inputs = source.layers()[0].inputs();
    let start = initial_source_trunk(&results.plan.recipe(place(None)), inputs);
    let changes = [start
        .first()
        .map(|layer| ("source".to_owned(), layer.clone(), source.clone()))];
    let arms = analysis.arms.iter().enumerate();
    let reusing = arms.filter_map(|(index, (name, _))| {
        let recipe = results.plan.recipe(place(Some(index)));
        let copied = recipe.source.is_some_and(|source| !source.shuffled_labels);
        let after = model(results, place(Some(index)))?;
        let before = source.layers()[0].clone();
        let moved = after.layers()[0].weight() != before.weight();
        (copied && moved).then(|| (name.clone(), before, after))
    });
    for (name, before, after) in changes.into_iter().flatten().chain(reusing.take(1)) {
        let after = after.layers()[0].weight();
        let Some(units) = MovedUnits::of(before.weight(), after, MOST_UNITS) else {
            continue;
        };
        let title = format!("First-layer weights of {name}, before and after its training");
        let mut part = Section::new(title).with(Text::note(format!(
            "The units whose weights changed most, seed {seed}: an image is a unit, a pixel an input. \
             Red weights add to the unit where the picture is bright, blue ones take away. The change \
             has its own scale."
        )));
        for row in units.images() {
            part.push(row);
        }
        let caption = "Euclidean norms of the units\u{2019} weights";
        part.push(units.table(
            &format!("first-layer-{}", super::names::plain(&name)),
            caption,
        ));
        section.push(part);
    }
}

/// The network of a cell, where the store kept it.
fn model(results: &Results, place: Place) -> Option<Network> {
    let cell = results.cell(place);
    let path = results
        .store()
        .model_path(results.plan.model(place), place.seed, &cell.key);
    Some(Model::load(&path).ok()?.network)
}
