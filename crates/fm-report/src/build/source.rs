//! The section of the source network.

use fm_experiment::{Place, Results, initial_source_trunk};
use fm_nn::{Model, Network};

use super::analysis::{Analysis, main_place};
use super::learning::{
    self, Measure, TRAIN_ACCURACY, TRAIN_LOSS, VALID_ACCURACY, VALID_LOSS, histories,
};
use super::predictions::{ModelPredictions, confusion};
use super::weights;
use crate::document::{Section, Shown, Text};
use crate::error::ReportError;

/// Learning curves, confusion matrix and first-layer weights of the source network,
/// and what the first arm that reuses them makes of the weights.
pub(crate) fn section(analysis: &Analysis<'_>) -> Result<Section, ReportError> {
    let results = analysis.results;
    let mut section = Section::new("The source network", Shown::Details);
    let histories = histories(results, None);
    for (name, words, measures) in [
        ("source-loss", "loss", [VALID_LOSS, TRAIN_LOSS]),
        (
            "source-accuracy",
            "accuracy",
            [VALID_ACCURACY, TRAIN_ACCURACY],
        ),
    ] {
        let line = |measure: Measure| (measure.words, measure, histories.as_slice());
        section.extend(learning::plot(name, words, &measures.map(line)));
    }
    if let Some(found) = ModelPredictions::of(results, None)? {
        section.extend(confusion("confusion-source", &[found]));
    }
    first_layers(&mut section, analysis);
    Ok(section)
}

/// The first layer before and after the source training, and after the arm's.
fn first_layers(section: &mut Section, analysis: &Analysis<'_>) {
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
    let trained = source.layers()[0].weight();
    let start = initial_source_trunk(&results.plan.recipe(place(None)), trained.nrows());
    if let Some(start) = start.first() {
        section.extend(weights::changes("source", seed, start.weight(), trained));
    }
    let reusing = analysis
        .arms
        .iter()
        .enumerate()
        .find_map(|(index, (name, _))| {
            let recipe = results.plan.recipe(place(Some(index)));
            let copied = recipe.source.is_some_and(|source| !source.shuffled_labels);
            let after = model(results, place(Some(index)))?;
            (copied && after.layers()[0].weight() != trained).then_some((name, after))
        });
    if let Some((name, after)) = reusing {
        let after = after.layers()[0].weight();
        section.extend(weights::changes(name, seed, trained, after));
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
