//! Folders that must not be written to, and what is said of them; models that serve on their own.

use std::fs;

use fm_experiment::single::{self, align, evaluate};
use fm_experiment::{ExperimentError, ResultsFolder};
use fm_nn::tensors::ReadOptions;
use fm_nn::{Backend, Engine};
use fm_tests::small_experiment::{data, experiment, plan, protocol};

#[test]
fn a_folder_of_another_plan_is_refused_and_left_alone() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let here = plan(protocol(), &[1], &engine);
    experiment(folder.path(), &here, &engine, (1, 1), &()).unwrap();
    let before = fs::read(folder.path().join("plan.json")).unwrap();

    let mut other = protocol();
    other.arms[1].phases[0].epochs = 9;
    let error = ResultsFolder::open(folder.path(), &plan(other, &[1], &engine)).unwrap_err();
    let message = error.to_string();
    let difference = "protocol.arms[1].phases[0].epochs is 2 there, and 9 here";
    assert!(message.contains(difference), "{message}");

    let error = ResultsFolder::open(folder.path(), &plan(protocol(), &[2], &engine)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("seeds[0] is 1 there, and 2 here"),
        "{error}"
    );
    assert_eq!(fs::read(folder.path().join("plan.json")).unwrap(), before);

    let mut other = here.clone();
    other.identity.backend = Backend::Blas;
    let error = ResultsFolder::open(folder.path(), &other).unwrap_err();
    let message = error.to_string();
    assert!(message.contains("give --backend portable, "), "{message}");

    // What is only written down is not compared.
    let mut elsewhere = here.clone();
    elsewhere.made_with.cpu = "another".to_owned();
    assert_eq!(ResultsFolder::plan(folder.path()).unwrap(), Some(here));
    ResultsFolder::open(folder.path(), &elsewhere).unwrap();
}

#[test]
fn a_folder_of_something_else_is_refused() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.tex"), "x").unwrap();
    let error = ResultsFolder::open(folder.path(), &plan(protocol(), &[1], &engine)).unwrap_err();
    assert!(
        matches!(error, ExperimentError::NotResults { .. }),
        "{error}"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_is_one_process_at_a_time() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(protocol(), &[1], &engine);
    let open = ResultsFolder::open(folder.path(), &plan).unwrap();
    let error = ResultsFolder::open(folder.path(), &plan).unwrap_err();
    assert!(matches!(error, ExperimentError::InUse { .. }), "{error}");
    drop(open);
    ResultsFolder::open(folder.path(), &plan).unwrap();
}

#[test]
fn a_damaged_record_is_named() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(protocol(), &[1], &engine);
    experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    let record = folder.path().join("runs/seed-0001.json");
    let text = fs::read_to_string(&record).unwrap();
    fs::write(&record, &text[..text.len() / 2]).unwrap();
    let error = experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("seed-0001.json is damaged; remove it"),
        "{error}"
    );
}

#[test]
fn a_kept_model_knows_its_classes_and_scores_as_its_record_says() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(protocol(), &[1], &engine);
    experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    let path = folder.path().join("models/seed-0001.fmnn");
    let model = single::open(&path, &ReadOptions::default()).unwrap();
    assert_eq!(model.metadata.class_names.len(), 8);
    assert_eq!(
        model.class_name(5),
        "Sneaker",
        "the two target classes are not its own"
    );
    let test = align(&model, &data().test).unwrap();
    let found = evaluate(&model, &test, engine).unwrap().scores;
    let open = ResultsFolder::open(folder.path(), &plan).unwrap();
    assert_eq!(found, open.record(1).unwrap().unwrap().source.test);
}
