//! The section of the source network.

use fm_experiment::{Place, Results, initial_source_trunk};
use fm_nn::{Model, Network};

use super::analysis::{Analysis, main_place};
use super::learning::{self, TRAIN_ACCURACY, TRAIN_LOSS, VALID_ACCURACY, VALID_LOSS};
use super::names::models;
use super::predictions::{ModelPredictions, confusion};
use super::weights;
use crate::document::{Section, Shown, Text};
use crate::error::ReportError;

/// Learning curves, confusion matrix and first-layer weights of the source network, and what the first
/// arm that reuses them makes of the weights.
pub(crate) fn section(analysis: &Analysis<'_>) -> Result<Section, ReportError> {
    let results = analysis.results;
    let mut section = Section::new("The source network", Shown::Details);
    let loss = [VALID_LOSS, TRAIN_LOSS];
    let accuracy = [VALID_ACCURACY, TRAIN_ACCURACY];
    for (words, measures) in [("loss", loss), ("accuracy", accuracy)] {
        let name = format!("source-{words}");
        let lines = measures.map(|measure| (measure.words, None, measure));
        section.extend(learning::plot(results, &name, words, &lines));
    }
    if let Some(found) = ModelPredictions::of(results, "source", None)? {
        section.extend(confusion("confusion-source", &[found]));
    }
    first_layers(&mut section, results);
    Ok(section)
}

/// The first layer before and after the source training, and after the arm's.
fn first_layers(section: &mut Section, results: &Results) {
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
    let reusing = models(results).skip(1).find_map(|(name, arm)| {
        let recipe = results.plan.recipe(place(arm));
        let copied = recipe.source.is_some_and(|source| !source.shuffled_labels);
        let after = model(results, place(arm))?;
        (copied && after.layers()[0].weight() != trained).then_some((name, after))
    });
    if let Some((name, after)) = reusing {
        let after = after.layers()[0].weight();
        section.extend(weights::changes(name, seed, trained, after));
    }
}

/// The network of a cell, where the store kept it.
fn model(results: &Results, place: Place) -> Option<Network> {
    let (name, key) = (results.plan.model(place), &results.cell(place).key);
    let path = results.store().model_path(name, place.seed, key);
    Some(Model::load(&path).ok()?.network)
}
