//! A small experiment on drawn data, for laws that need no real images.

use std::num::NonZeroUsize;
use std::path::Path;

use fm_data::Dataset;
use fm_data::published::CLASS_NAMES;
use fm_experiment::{
    DatasetIdentity, ExperimentError, FORMAT, Identity, MadeWith, Plan, PlanObserver, Protocol,
    ResultsFolder, Run, Runner, Summary, Tasks,
};
use fm_nn::Engine;
use fm_train::Seeds;
use ndarray::Array2;
use rand_core::Rng;

/// A protocol that runs in a fraction of a second.
pub const PROTOCOL: &str = r#"
name = "small"

[data]
validation_rows = 100

[task]
target_classes = [5, 6]
target_rows = 40

[network]
hidden = [24, 16]
activation = "selu"
init = "glorot_uniform"

[training]
batch_size = 32

[source]
epochs = 2
optimizer = { sgd = { lr = 0.05 } }

[[arms]]
name = "scratch"
trunk = "fresh"
phases = [{ epochs = 3, freeze = "nothing", optimizer = { sgd = { lr = 0.05 } } }]

[[arms]]
name = "transfer"
trunk = "source"
phases = [
    { epochs = 2, freeze = "trunk", optimizer = { sgd = { lr = 0.05, momentum = 0.9 } } },
    { epochs = 2, freeze = "nothing", optimizer = { sgd = { lr = 0.05, weight_decay = 0.01 } } },
]
"#;

/// The protocol above.
///
/// # Panics
/// Never, as a test would tell.
pub fn protocol() -> Protocol {
    Protocol::parse(PROTOCOL, "small").expect("the small protocol is right")
}

/// Training and test rows.
pub struct Rows {
    /// 800 rows.
    pub train: Dataset,
    /// 300 rows.
    pub test: Dataset,
}

/// 800 and 300 images of noise on a pattern of their class.
///
/// # Panics
/// Never: the counts agree.
pub fn data() -> Rows {
    let set = |name: &str, rows: usize| {
        let mut rng = Seeds::new(0).stream(name).rng();
        let labels: Vec<u8> = (0..rows).map(|_| (rng.next_u32() % 10) as u8).collect();
        let pixels = Array2::from_shape_fn((rows, 28 * 28), |(row, pixel)| {
            let bright = (pixel * (3 + usize::from(labels[row]))) % 29 < 9;
            (rng.next_u32() % 128) as u8 + if bright { 100 } else { 0 }
        });
        Dataset::new(name, pixels, labels, &CLASS_NAMES, (28, 28)).expect("equal counts")
    };
    Rows {
        train: set("train", 800),
        test: set("test", 300),
    }
}

/// The plan of a protocol and seeds.
pub fn plan(protocol: Protocol, seeds: &[u64], engine: &Engine) -> Plan {
    Plan {
        identity: Identity {
            format: FORMAT,
            protocol,
            dataset: DatasetIdentity {
                name: "drawn".to_owned(),
                checksums: Vec::new(),
            },
            backend: engine.backend(),
            seeds: seeds.to_vec(),
        },
        made_with: MadeWith {
            version: "0".to_owned(),
            cpu: String::new(),
            kernel: engine.kernel(),
            command: Vec::new(),
        },
    }
}

/// Does what is missing in the folder, so many runs side by side on so many threads each, and
/// summarises it.
///
/// # Errors
/// What the runner says.
pub fn experiment(
    folder: &Path,
    plan: &Plan,
    engine: &Engine,
    (jobs, threads): (usize, usize),
    observer: &dyn PlanObserver,
) -> Result<Summary, ExperimentError> {
    let identity = &plan.identity;
    let data = data();
    let tasks = Tasks::split(&identity.protocol, &data.train, &data.test).expect("rows enough");
    let folder = ResultsFolder::open(folder, plan)?;
    let run = Run {
        protocol: &identity.protocol,
        tasks: &tasks,
        engine: engine.clone(),
    };
    let count = |n| NonZeroUsize::new(n).expect("one or more");
    let runner = Runner {
        run,
        folder: &folder,
        jobs: count(jobs),
        threads: count(threads),
    };
    runner.carry_out(&runner.missing(&identity.seeds)?, observer)?;
    let mut records = Vec::new();
    for &seed in &identity.seeds {
        records.extend(folder.record(seed)?);
    }
    let summary = Summary::of(identity, &records)?;
    folder.write_json("summary.json", &summary)?;
    Ok(summary)
}
