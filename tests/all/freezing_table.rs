//! Frozen bytes under every optimizer and every kind of mask, before and after momentum; and their
//! table in `docs/freezing.md`, which `FM_WRITE_DOCS=1` rewrites.

use std::fmt::Write;

use fm_nn::{Activation, Engine, FreezeMask, Init, Loss, Network, Objective, PartMask, Rows};
use fm_nn::{TrunkSpec, Workspace};
use fm_tests::engines_at_every_level;
use fm_train::{Adam, AdamW, Optimizer, OptimizerState, Phase, RmsProp, Seeds, Sgd};
use ndarray::Array2;

const LAYERS: usize = 4;
const ROWS: usize = 8;
const INPUTS: usize = 5;

/// Optimizers and clipping; clipped gradients take another code path.
fn optimizers() -> Vec<(&'static str, Optimizer, Option<f64>)> {
    let (sgd, adam, rmsprop) = (Sgd::plain(0.05), Adam::new(0.01), RmsProp::new(0.01));
    let momentum = Sgd {
        momentum: 0.9,
        ..sgd
    };
    let decayed = Sgd {
        weight_decay: 0.1,
        ..sgd
    };
    let nesterov = Sgd {
        nesterov: true,
        weight_decay: 0.1,
        ..momentum
    };
    let adam_decay = Adam {
        weight_decay: 0.1,
        ..adam
    };
    let adamw = AdamW {
        weight_decay: 0.1,
        ..AdamW::new(0.01)
    };
    let rmsprop_decay = RmsProp {
        weight_decay: 0.1,
        ..rmsprop
    };
    vec![
        ("SGD", Optimizer::Sgd(sgd), None),
        ("SGD, decay", Optimizer::Sgd(decayed), None),
        ("SGD, momentum", Optimizer::Sgd(momentum), None),
        ("SGD, Nesterov, decay", Optimizer::Sgd(nesterov), None),
        ("Adam", Optimizer::Adam(adam), None),
        ("Adam, decay", Optimizer::Adam(adam_decay), None),
        ("AdamW, decay", Optimizer::AdamW(adamw), None),
        ("RMSprop", Optimizer::RmsProp(rmsprop), None),
        ("RMSprop, decay", Optimizer::RmsProp(rmsprop_decay), None),
        ("SGD, clipped", Optimizer::Sgd(sgd), Some(0.5)),
        (
            "SGD, Nesterov, decay, clipped",
            Optimizer::Sgd(nesterov),
            Some(0.5),
        ),
        ("AdamW, decay, clipped", Optimizer::AdamW(adamw), Some(0.5)),
    ]
}

/// A mask of each kind, with trainable layers above and below the frozen parameters.
fn masks(network: &Network) -> Vec<(&'static str, FreezeMask)> {
    let layer = &network.layers()[1];
    let (inputs, units) = (layer.inputs(), layer.outputs());
    let pattern = |rows: usize, frozen: fn((usize, usize)) -> bool| {
        PartMask::elements(Array2::from_shape_fn((rows, units), frozen).view())
    };
    let mut elements = FreezeMask::none(LAYERS);
    elements.layers[1].weight = pattern(inputs, |(i, j)| (i + 2 * j) % 3 == 0);
    let mut some_units = FreezeMask::none(LAYERS);
    some_units.layers[1].weight = pattern(inputs, |(_, j)| j % 3 == 0);
    some_units.layers[1].bias = pattern(1, |(_, j)| j % 3 == 0);
    let named = |name| FreezeMask::parse(name, LAYERS).unwrap();
    vec![
        ("trunk", FreezeMask::trunk(LAYERS)),
        ("one layer", named("layers.1")),
        ("weights", named("layers.1.weight")),
        ("biases", named("layers.1.bias")),
        ("elements", elements),
        ("units", some_units),
    ]
}

fn network() -> Network {
    let seeds = Seeds::new(5);
    let spec = TrunkSpec {
        inputs: INPUTS,
        hidden: vec![19, 17, 6],
        activation: Activation::Selu,
        init: Init::GlorotUniform,
    };
    let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
    let head = spec.head(3, &mut seeds.stream("head").rng());
    let mut network = Network::new(trunk, head).unwrap();
    // Biases that decay could move.
    for (l, layer) in network.layers_mut().iter_mut().enumerate() {
        layer.parts_mut().1.view_mut().fill(0.1 * (l + 1) as f32);
    }
    network
}

/// The bits of every parameter, layer by layer, the biases after the weights.
fn bits(network: &Network) -> Vec<u32> {
    let layers = network.layers().iter();
    let floats = layers.flat_map(|layer| layer.weight().into_iter().chain(layer.bias()));
    floats.map(|x| x.to_bits()).collect()
}

/// Which of [`bits`] a mask freezes.
fn frozen(network: &Network, mask: &FreezeMask) -> Vec<bool> {
    let mut flags = Vec::new();
    for (l, layer) in network.layers().iter().enumerate() {
        let (mask, units) = (&mask.layers[l], layer.outputs());
        let weights = layer.inputs() * units;
        for (part, of) in [(&mask.weight, weights), (&mask.bias, units)] {
            match part {
                PartMask::Elements(rows) => flags.extend(rows.iter().flatten()),
                whole => flags.extend(vec![whole.is_frozen(); of]),
            }
        }
    }
    flags
}

struct Training {
    network: Network,
    state: OptimizerState,
    workspace: Workspace,
    inputs: Vec<f32>,
}

impl Training {
    fn new(phase: &Phase, engine: &Engine) -> Self {
        let network = network();
        Self {
            state: phase.optimizer_state(&network).unwrap(),
            workspace: Workspace::for_training(&network, engine.clone(), ROWS),
            inputs: (0..ROWS * INPUTS).map(|i| libm::sinf(i as f32)).collect(),
            network,
        }
    }

    fn steps(&mut self, n: usize, mask: &FreezeMask) {
        let x = Rows::of_slice(&self.inputs, ROWS, INPUTS);
        let classes: Vec<u32> = (0..ROWS as u32).map(|row| row % 3).collect();
        for _ in 0..n {
            self.network
                .forward(0..LAYERS, x, &mut self.workspace)
                .unwrap();
            let objective = Objective::plain(Loss::SoftmaxCrossEntropy);
            self.workspace.loss(&objective, &classes);
            self.network
                .backward(x, &mut self.workspace, mask, &mut self.state)
                .unwrap();
        }
    }
}

/// Trains five steps under `mask` and compares the bits: frozen ones keep theirs, and of the
/// others every part moves. Returns the number of frozen parameters.
fn check_frozen(training: &mut Training, mask: &FreezeMask, what: &str) -> usize {
    let (before, flags) = (bits(&training.network), frozen(&training.network, mask));
    training.steps(5, mask);
    let after = bits(&training.network);
    assert_eq!(before.len(), flags.len());
    let mut trainable = [0, 0];
    for (i, &frozen) in flags.iter().enumerate() {
        let same = before[i] == after[i];
        if frozen {
            assert!(same, "{what}: frozen parameter {i} changed");
        } else {
            trainable[usize::from(same)] += 1;
        }
    }
    // A few gradients may be too small to change a float.
    assert!(
        trainable[0] > 20 * trainable[1],
        "{what}: {trainable:?} trainable parameters moved and stayed"
    );
    flags.iter().filter(|&&frozen| frozen).count()
}

fn table(engine: &Engine) -> String {
    let none = FreezeMask::none(LAYERS);
    let mut table = String::new();
    for (name, optimizer, clip_norm) in optimizers() {
        let phase = |mask: &FreezeMask| Phase {
            clip_norm,
            ..Phase::new(1, mask.clone(), optimizer)
        };
        for (kind, mask) in masks(&network()) {
            let what = format!("{name}, {kind}, {}", engine.kernel());
            let mut fresh = Training::new(&phase(&mask), engine);
            let count = check_frozen(&mut fresh, &mask, &format!("{what}, from the start"));

            // The same state continues: there is momentum when the mask is applied.
            let mut moving = Training::new(&phase(&none), engine);
            check_frozen(&mut moving, &none, &format!("{what}, before the mask"));
            let after = check_frozen(&mut moving, &mask, &format!("{what}, after momentum"));
            assert_eq!(after, count);
            // Without the mask they all change again.
            check_frozen(&mut moving, &none, &format!("{what}, after the mask"));
            writeln!(table, "| {name} | {kind} | {count} | equal | equal |").unwrap();
        }
    }
    table
}

fn document(table: &str) -> String {
    format!(
        "\
# Frozen bytes

Written by `tests/all/freezing_table.rs`, which checks each line and this file
(`FM_WRITE_DOCS=1 cargo test -p fm-tests --test all freezing_table` rewrites it).

A network of 5-19-17-6-3 units is trained for five steps under a mask: once from the start, and once
after five steps with nothing frozen, with the same optimizer state and so with momentum. \"Equal\":
every frozen parameter has the same bits after as before, at every vector level, while at least 95
of 100 other parameters changed; without the mask all change again.

| Optimizer | Frozen | Parameters | From the start | After momentum |
|---|---|---:|---|---|
{table}"
    )
}

pub(crate) fn frozen_bytes_are_equal_and_the_document_says_so() {
    let engines = engines_at_every_level();
    let tables: Vec<String> = engines.iter().map(table).collect();
    assert!(tables.iter().all(|table| *table == tables[0]));
    let document = document(&tables[0]);
    let path = fm_tests::workspace().join("docs/freezing.md");
    if std::env::var_os("FM_WRITE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &document).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed, document,
        "docs/freezing.md differs from what the test writes; FM_WRITE_DOCS=1 rewrites it"
    );
}

/// One step from the same weights gives all other parameters the same bits as without the mask.
pub(crate) fn a_mask_changes_only_what_it_freezes() {
    for engine in engines_at_every_level() {
        for (name, optimizer, clip_norm) in optimizers() {
            // Clipping depends on all gradients, so with frozen ones the norm differs. Here the
            // limit is never reached.
            let phase = |mask: &FreezeMask| Phase {
                clip_norm: clip_norm.map(|_| 1e3),
                ..Phase::new(1, mask.clone(), optimizer)
            };
            let none = FreezeMask::none(LAYERS);
            let mut free = Training::new(&phase(&none), &engine);
            let start = bits(&free.network);
            free.steps(1, &none);
            let free = bits(&free.network);
            for (kind, mask) in masks(&network()) {
                let mut masked = Training::new(&phase(&mask), &engine);
                let flags = frozen(&masked.network, &mask);
                masked.steps(1, &mask);
                let expected = flags.iter().zip(start.iter().zip(&free));
                let expected: Vec<u32> = expected
                    .map(|(&frozen, (&start, &free))| if frozen { start } else { free })
                    .collect();
                let found = bits(&masked.network);
                assert!(found == expected, "{name}, {kind}, {}", engine.kernel());
            }
        }
    }
}
