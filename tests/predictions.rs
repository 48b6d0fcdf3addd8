//! What each test row got: the scores' rows, whole beside its record, and made anew where it is gone.

use std::fs;

use fm_experiment::{ExperimentError, ResultsFolder, Tasks};
use fm_nn::Engine;
use fm_tests::engines;
use fm_tests::small_experiment::{data, experiment, plan, protocol};
use fm_train::predicted_classes;
use safetensors::{Dtype, SafeTensors};

#[test]
fn the_rows_are_those_that_were_scored() {
    let data = data();
    let protocol = protocol();
    let test = Tasks::split(&protocol, &data.train, &data.test).unwrap();
    for engine in engines() {
        let folder = tempfile::tempdir().unwrap();
        let plan = plan(protocol.clone(), &[1, 2], &engine);
        experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
        let open = ResultsFolder::open(folder.path(), &plan).unwrap();
        for seed in [1, 2] {
            let record = open.record(seed).unwrap().unwrap();
            let rows = open.predictions(&record).unwrap().unwrap();
            assert_eq!(rows.target.labels, test.target.test.labels());
            for (&row, &label) in rows.target.row_numbers.iter().zip(&rows.target.labels) {
                assert_eq!(data.test.labels()[row as usize], [5, 6][usize::from(label)]);
            }
            for arm in &record.arms {
                let logits = rows.arm(&arm.name).unwrap();
                assert_eq!(logits.dim(), (arm.test.rows, 1));
                let pairs = predicted_classes(logits)
                    .unwrap()
                    .into_iter()
                    .zip(&rows.target.labels);
                let right = pairs.filter(|&(class, &label)| class == u32::from(label));
                assert_eq!(right.count(), arm.test.correct, "{}", arm.name);
                // Binary cross-entropy of the logits, from its definition in f64.
                let loss = |(&z, &y): (&f32, &u8)| {
                    let z = f64::from(z);
                    libm::log1p(libm::exp(z)) - f64::from(y) * z
                };
                let losses = logits.iter().zip(&rows.target.labels).map(loss);
                let mean = losses.sum::<f64>() / arm.test.rows as f64;
                // The loss of a row is computed in f32: half a unit in its last place.
                assert!(
                    (mean - arm.test.loss).abs() < 1e-6,
                    "{mean} {}",
                    arm.test.loss
                );
            }
            let pairs = rows.source_class.iter().zip(&rows.source.labels);
            let right = pairs.filter(|(class, label)| class == label).count();
            assert_eq!(right, record.source.test.correct);
            let most = rows.source_probability.iter().copied();
            // The likeliest of eight classes.
            assert!(most.clone().all(|p| (1.0 / 8.0..=1.0).contains(&p)));
        }
        let images = open.test_images().unwrap().unwrap();
        assert_eq!(images.size, (28, 28));
        for (row, &number) in images.rows.row_numbers.iter().enumerate() {
            assert_eq!(images.image(row), data.test.image(number as usize));
        }
        assert_eq!(images.image(images.rows.labels.len()), None);
    }
}

#[test]
fn the_files_are_plain_safetensors_and_small() {
    let engine = Engine::portable();
    let mut protocol = protocol();
    protocol.task.target_classes = vec![5, 6, 0];
    let folder = tempfile::tempdir().unwrap();
    experiment(
        folder.path(),
        &plan(protocol, &[7], &engine),
        &engine,
        (1, 1),
        &(),
    )
    .unwrap();
    let bytes = fs::read(folder.path().join("runs/seed-0007.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let mut names = file.names();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "arms/scratch/logits",
            "arms/transfer/logits",
            "source/class",
            "source/labels",
            "source/probability",
            "source/row_numbers",
            "target/labels",
            "target/row_numbers",
        ]
    );
    let rows = file.tensor("target/labels").unwrap().shape()[0];
    let logits = file.tensor("arms/transfer/logits").unwrap();
    assert_eq!(
        (logits.dtype(), logits.shape()),
        (Dtype::F32, &[rows, 3][..])
    );
    // Ten bytes a source row, five a target row and four for each logit, and a heading.
    let source = 300 - rows;
    let arrays = 10 * source + 5 * rows + 2 * 3 * 4 * rows;
    assert!(
        (arrays..arrays + 1000).contains(&bytes.len()),
        "{}",
        bytes.len()
    );
}

#[test]
fn damage_is_named_and_what_is_gone_is_made_anew() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(protocol(), &[1, 2], &engine);
    let again = || experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    again();
    let path = folder.path().join("runs/seed-0002.safetensors");
    let whole = fs::read(&path).unwrap();

    let mut flipped = whole.clone();
    let last = flipped.len() - 1;
    flipped[last] ^= 1;
    for damaged in [&flipped[..], &whole[..whole.len() / 2], b""] {
        fs::write(&path, damaged).unwrap();
        let open = ResultsFolder::open(folder.path(), &plan).unwrap();
        let record = open.record(2).unwrap().unwrap();
        let error = open.predictions(&record).unwrap_err();
        assert!(
            matches!(error, ExperimentError::DamagedFile { .. }),
            "{error}"
        );
        let message = error.to_string();
        assert!(
            message.contains("seed-0002.safetensors is damaged: its SHA-256 is"),
            "{message}"
        );
    }

    fs::remove_file(&path).unwrap();
    again();
    assert_eq!(fs::read(&path).unwrap(), whole);

    // Killed after new predictions were kept: the old record is gone, so the run is done again.
    let open = ResultsFolder::open(folder.path(), &plan).unwrap();
    let record = open.record(1).unwrap().unwrap();
    let rows = open.predictions(&record).unwrap().unwrap();
    open.keep_predictions(2, &rows).unwrap();
    assert!(!open.is_done(2).unwrap());
    drop(open);
    again();
    assert_eq!(fs::read(&path).unwrap(), whole);
}

#[test]
fn a_record_of_an_older_version_is_read_and_kept() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(protocol(), &[1], &engine);
    experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    let open = ResultsFolder::open(folder.path(), &plan).unwrap();
    let mut record = open.record(1).unwrap().unwrap();
    record.predictions_sha256 = None;
    open.keep_record(&record).unwrap();
    fs::remove_file(folder.path().join("runs/seed-0001.safetensors")).unwrap();
    assert!(open.is_done(1).unwrap());
    assert_eq!(open.predictions(&record).unwrap(), None);
    let text = fs::read_to_string(folder.path().join("runs/seed-0001.json")).unwrap();
    assert!(!text.contains("predictions_sha256"));
}
