//! A model trained by itself is an experiment's.

use std::error::Error;

use fm_data::Dataset;
use fm_experiment::Place;
use fm_experiment::protocol::parse_phase;
use fm_experiment::single::{self, Rows, SingleError, Training};
use fm_nn::{Dense, Engine, Model, Network};
use libtest_mimic::Trial;

use crate::support::{Outcome, small, small_data, small_protocol, test};

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test(
            "a_model_trained_by_itself_is_the_experiments",
            a_model_trained_by_itself_is_the_experiments,
        ),
        test(
            "a_transfer_keeps_the_scale_of_the_sources_pixels",
            a_transfer_keeps_the_scale,
        ),
        test(
            "a_phase_that_does_not_fit_the_model_is_refused_with_its_key",
            a_phase_that_does_not_fit_is_refused,
        ),
    ]
}

fn training() -> Training {
    Training {
        engine: Engine::portable(),
        batch_size: small_protocol().training.batch_size,
        seed: 3,
    }
}

/// Rows of these classes after the protocol's validation rows.
fn rows(classes: &[u8]) -> Result<Dataset, Box<dyn Error>> {
    let held_out = small_protocol().data.validation_rows;
    let (_, train) = small_data().train.hold_out(held_out)?;
    Ok(train.of_classes(classes)?)
}

/// The source model of [`small_protocol`], whose target classes are 1 and 3.
fn source() -> Result<Model, Box<dyn Error>> {
    let protocol = small_protocol();
    let phases = [protocol.source];
    let train = rows(&[0, 2, 4])?;
    let (model, _) = single::train(
        &protocol.network,
        &training(),
        &phases,
        &Rows::of(&train),
        &mut (),
    )?;
    Ok(model)
}

fn a_model_trained_by_itself_is_the_experiments() -> Outcome {
    let folder = tempfile::tempdir()?;
    let results = small("3..3").run(folder.path(), &())?;
    let place = Place {
        series: 0,
        point: 0,
        arm: None,
        seed: 3,
    };
    let record = results.record(place).ok_or("the source was trained")?;
    assert_eq!(record.source_sha256, Some(source()?.network.digest()));
    // An arm too: transfer, from the model of the store.
    let path = results
        .store()
        .model_path("source", 3, &results.cell(place).key);
    let kept = single::open(&path, &Default::default())?;
    assert_eq!(kept.network, source()?.network);
    let transfer = small_protocol().arms.swap_remove(1);
    let target = rows(&[1, 3])?.first(40)?;
    let rows = Rows::of(&target);
    let (model, _) = single::transfer(&kept, &training(), &transfer.phases, &rows, &mut ())?;
    let test = single::align(&model, &small_data().test)?;
    let scores = single::evaluate(&model, &test, &training().engine)?.scores;
    let arm = results.cell(Place {
        arm: Some(1),
        ..place
    });
    assert_eq!(arm.scores(), Some(&scores));
    Ok(())
}

/// Halving the scale and doubling the first layer's weights changes no bit of what follows, as both
/// are powers of two; so a transfer that uses the scale gives the same head.
fn a_transfer_keeps_the_scale() -> Outcome {
    let source = source()?;
    let layers = source.network.layers();
    let first = &layers[0];
    let doubled = first.weight().mapv(|weight| 2.0 * weight);
    let doubled = Dense::from_parts(doubled.view(), first.bias(), first.activation())?;
    let mut metadata = source.metadata.clone();
    metadata.input_scale = metadata.input_scale.map(|scale| scale / 2.0);
    let scaled = Model {
        network: Network::new(vec![doubled, layers[1].clone()], layers[2].clone())?,
        metadata,
    };
    let target = rows(&[1, 3])?;
    let phases = [parse_phase("epochs=3,freeze=trunk,optimizer.sgd.lr=0.05")?];
    let transfer = |source: &Model| {
        let trained = single::transfer(source, &training(), &phases, &Rows::of(&target), &mut ());
        trained.map(|(model, _)| model)
    };
    let (plain, other) = (transfer(&source)?, transfer(&scaled)?);
    assert_eq!(other.network.head(), plain.network.head());
    assert_eq!(other.metadata.input_scale, scaled.metadata.input_scale);
    let scores = |model: &Model| single::evaluate(model, &target, &training().engine);
    assert_eq!(scores(&other)?, scores(&plain)?);
    Ok(())
}

fn a_phase_that_does_not_fit_is_refused() -> Outcome {
    let source = source()?;
    let target = rows(&[1, 3])?;
    for (text, key) in [
        ("epochs=1,freeze=3,optimizer=adam", "phases[1].freeze"),
        (
            "epochs=1,freeze=layers.2,optimizer=adam",
            "phases[1].freeze",
        ),
        ("epochs=0,optimizer=adam", "phases[1].epochs"),
        ("epochs=1,optimizer.sgd.lr=0", "phases[1].optimizer.sgd.lr"),
        (
            "epochs=1,optimizer=adam,lr_factors=[1]",
            "phases[1].lr_factors",
        ),
    ] {
        let phases = [parse_phase("epochs=1,optimizer=adam")?, parse_phase(text)?];
        let refused = single::transfer(&source, &training(), &phases, &Rows::of(&target), &mut ());
        match refused {
            Err(SingleError::Unfit(found)) => {
                assert!(
                    found.starts_with(&format!("{key} must be ")),
                    "{text}: {found}"
                );
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    Ok(())
}
