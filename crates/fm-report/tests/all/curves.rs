//! What a page shows of the trainings: the middle of the seeds by epoch, and first-layer weights.

use std::collections::BTreeMap;

use fm_experiment::{Place, initial_source_trunk};
use fm_nn::Model;
use fm_report::{Block, Report, csv};

use crate::csv_files::read;
use crate::stores::{experiment, run};

#[test]
fn a_curve_has_the_mean_and_the_middle_of_the_seeds() {
    let folder = tempfile::tempdir().unwrap();
    let results = run(&experiment("6", &[]), folder.path());
    let report = Report::of(&results).unwrap();
    // The losses of six seeds by arm and epoch.
    let mut losses: BTreeMap<(usize, usize), Vec<f64>> = BTreeMap::new();
    for arm in 0..results.main().points[0].arms.len() {
        for seed in 1..=6 {
            let (series, point, arm) = (0, 0, Some(arm));
            let place = Place {
                series,
                point,
                arm,
                seed,
            };
            for epoch in &results.record(place).unwrap().history {
                let of_epoch = losses.entry((arm.unwrap(), epoch.epoch)).or_default();
                of_epoch.push(epoch.train.loss);
            }
        }
    }
    let files = csv(&report.document);
    let (_, text) = files
        .iter()
        .find(|(name, _)| name == "training-loss.csv")
        .unwrap();
    let rows = read(text);
    assert_eq!(rows.len(), 1 + losses.len());
    for (row, mut of_seeds) in rows[1..].iter().zip(losses.into_values()) {
        let mean = of_seeds.iter().sum::<f64>() / 6.0;
        of_seeds.sort_by(f64::total_cmp);
        // numpy.quantile(range(6), [0.1, 0.9]) is 0.5 and 4.5.
        let expected = [
            mean,
            (of_seeds[0] + of_seeds[1]) / 2.0,
            (of_seeds[4] + of_seeds[5]) / 2.0,
        ];
        for (cell, expected) in row[3..].iter().zip(expected) {
            let found: f64 = cell.parse().unwrap();
            assert!((found - expected).abs() < 1e-14, "{row:?}: {expected}");
        }
    }
}

/// Titles, and descriptions of the images, of every row of images.
fn images(body: &[Block]) -> Vec<(String, Vec<String>)> {
    let rows = body.iter().flat_map(|block| match block {
        Block::Section(section) => images(&section.body),
        Block::Images(row) => {
            let says = row.images.iter().map(|image| image.description.clone());
            vec![(row.title.clone(), says.collect())]
        }
        _ => Vec::new(),
    });
    rows.collect()
}

#[test]
fn units_come_by_the_norm_of_their_change() {
    let folder = tempfile::tempdir().unwrap();
    let results = run(&experiment("2", &[]), folder.path());
    let (series, point, arm, seed) = (0, 0, None, 1);
    let place = Place {
        series,
        point,
        arm,
        seed,
    };
    let key = &results.cell(place).key;
    let trained = Model::load(&results.store().model_path("source", 1, key)).unwrap();
    let start = initial_source_trunk(&results.plan.recipe(place), 36);
    let (before, after) = (start[0].weight(), trained.network.layers()[0].weight());
    let norms = |of: &dyn Fn(usize) -> Vec<f32>| {
        let norm = |unit| {
            of(unit)
                .iter()
                .map(|&v| f64::from(v).powi(2))
                .sum::<f64>()
                .sqrt()
        };
        (0..12).map(norm).collect::<Vec<f64>>()
    };
    let change = norms(&|unit| (&after.column(unit) - &before.column(unit)).to_vec());
    let norms = [
        (
            "weights before",
            norms(&|unit| before.column(unit).to_vec()),
        ),
        ("change", change.clone()),
        ("weights after", norms(&|unit| after.column(unit).to_vec())),
    ];
    let mut units: Vec<usize> = (0..12).collect();
    units.sort_by(|&a, &b| change[b].total_cmp(&change[a]));
    let report = Report::of(&results).unwrap();
    let images = images(&report.document.body);
    for (title, norms) in norms {
        let says = |&unit: &usize| format!("unit {unit}, {title}, norm {:.3}", norms[unit]);
        let expected: Vec<String> = units.iter().map(says).collect();
        let found = images.iter().find(|(of, _)| of == title);
        assert_eq!(found.unwrap().1, expected);
    }
}
