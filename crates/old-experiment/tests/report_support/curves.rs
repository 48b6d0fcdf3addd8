//! Records of curves that no training made.

use std::fs;
use std::path::Path;

use fm_experiment::curves::{
    DepthCurve, DepthPoint, DepthRecord, PairRecord, PointArm, SamplesPoint, SamplesRecord,
    VaryRecord,
};
use fm_experiment::protocol::Varied;
use fm_train::Scores;
use serde::Serialize;

/// The tables of the protocol.
pub(crate) const TABLES: &str = r#"
[curves.samples]
rows = [10, 40, "all"]
arms = ["scratch", "transfer", "linear-probe"]

[curves.depth]
arm = "scratch"

[curves.pairs]
arms = ["scratch", "transfer"]

[curves.vary]
arms = ["scratch", "transfer"]
"#;

/// Writes the records of all curves for these seeds; the numbers differ from seed to seed.
pub(crate) fn write(folder: &Path, seeds: &[u64]) {
    for &seed in seeds {
        let point = |(index, rows): (usize, usize)| SamplesPoint {
            rows,
            arms: vec![
                arm("scratch", 60 - 20 * index, seed),
                arm("transfer", 40 - 12 * index, 2 * seed),
                // Errors of zero have no place on a logarithmic axis.
                arm("linear-probe", 0, 0),
            ],
        };
        let rows = [10, 40, 93].into_iter().enumerate();
        let record = SamplesRecord {
            seed,
            points: rows.map(point).collect(),
        };
        keep(folder, "samples", seed, &record);

        let layers = (1..=2).flat_map(|layers| DepthCurve::ALL.map(|curve| (layers, curve)));
        let point = |(layers, curve): (usize, DepthCurve)| DepthPoint {
            layers,
            curve,
            test: scores(10 * layers + curve.name().len(), seed),
        };
        let record = DepthRecord {
            seed,
            base: scores(20, seed),
            none_reused: scores(22, 3 * seed),
            points: layers.map(point).collect(),
        };
        keep(folder, "depth", seed, &record);

        for (a, b) in [(0, 1), (3, 9)] {
            let record = PairRecord {
                seed,
                classes: [a, b],
                source: scores(300, seed),
                arms: vec![
                    arm("scratch", 30 + usize::from(a), seed),
                    arm("transfer", 31 + usize::from(b), 2 * seed),
                ],
            };
            keep(folder, &format!("pairs/{a}-{b}"), seed, &record);
        }
        for (index, varied) in Varied::ALL.into_iter().enumerate() {
            let moved = (index as u64 + 1) * seed;
            let arms = vec![arm("scratch", 30, moved), arm("transfer", 20, 2 * moved)];
            let record = VaryRecord { seed, varied, arms };
            keep(folder, &format!("vary/{}", varied.name()), seed, &record);
        }
    }
}

fn keep(folder: &Path, part: &str, seed: u64, record: &impl Serialize) {
    let folder = folder.join("curves").join(part);
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("seed-{seed:04}.json"));
    fs::write(path, serde_json::to_vec(record).unwrap()).unwrap();
}

fn arm(name: &str, wrong: usize, seed: u64) -> PointArm {
    PointArm {
        name: name.to_owned(),
        epochs: 4,
        test: scores(wrong, seed),
    }
}

fn scores(wrong: usize, seed: u64) -> Scores {
    let (rows, wrong) = (2000, wrong + (seed as usize * 5) % 9);
    Scores {
        loss: 0.1,
        accuracy: (rows - wrong) as f64 / rows as f64,
        correct: rows - wrong,
        rows,
    }
}
