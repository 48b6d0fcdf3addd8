//! Models of PyTorch and Keras here, and ours there: equal logits in both directions.
//!
//! Always with files that `interop/interop.py` made; and by running it, if a Python (`FM_PYTHON`,
//! else `python3`) has torch and safetensors.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use fm_nn::tensors::{Layout, ReadOptions};
use fm_nn::{Activation, Engine, Init, Model, Network, Rows, TrunkSpec, Workspace};
use fm_tests::{Outcome, test, workspace};
use fm_train::Seeds;
use libtest_mimic::{Completion, Trial};
use serde::{Deserialize, Serialize};

/// Three layers of ten products in f32, summed in another order.
const TOLERANCE: f32 = 1e-5;

/// The script's description of the models that it wrote.
#[derive(Deserialize)]
struct Written {
    inputs: Vec<Vec<f32>>,
    written: Vec<Foreign>,
}

#[derive(Deserialize)]
struct Foreign {
    file: String,
    /// If it is not in the file.
    activation: Option<Activation>,
    logits: Vec<Vec<f32>>,
}

/// The description of our models for the script.
#[derive(Serialize)]
struct Ours<'a> {
    inputs: &'a [Vec<f32>],
    files: Vec<String>,
}

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test(
            "interop::committed_models_of_pytorch_and_keras_give_their_logits",
            || {
                let written = theirs(&committed())?;
                assert_eq!(written, 16, "seven activations twice, and two more");
                Ok(())
            },
        ),
        test(
            "interop::committed_models_of_ours_give_the_same_logits_there",
            || {
                let folder = tempfile::tempdir()?;
                let files = write_ours(folder.path())?;
                for file in &files {
                    let today = std::fs::read(folder.path().join(file))?;
                    let then = std::fs::read(committed().join(file))?;
                    assert!(today == then, "{file} has changed");
                }
                let read = ours(&committed())?;
                assert_eq!(read, files.len());
                Ok(())
            },
        ),
        with_python(
            "interop::models_go_both_ways_through_an_installed_python",
            |python| {
                let folder = tempfile::tempdir()?;
                script(python, "write", folder.path())?;
                let written = theirs(folder.path())?;
                assert!(written >= 9, "{written} models");
                write_ours(folder.path())?;
                script(python, "read", folder.path())?;
                let read = ours(folder.path())?;
                assert!(read >= 7, "{read} models");
                Ok(())
            },
        ),
    ]
}

fn committed() -> std::path::PathBuf {
    workspace().join("tests/fixtures/interop")
}

/// A test that gets a Python with torch and safetensors, and is counted as ignored without.
fn with_python(name: &str, test: fn(&str) -> Outcome) -> Trial {
    Trial::ignorable_test(name, move || {
        let python = std::env::var("FM_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let import = ["-c", "import torch, safetensors, numpy"];
        let output = Command::new(&python).args(import).output();
        if !output.is_ok_and(|output| output.status.success()) {
            return Ok(Completion::ignored_with(format!(
                "{python} has no torch, safetensors and numpy: set FM_PYTHON to one that has"
            )));
        }
        test(&python).map_err(|error| error.to_string())?;
        Ok(Completion::Completed)
    })
}

fn script(python: &str, command: &str, folder: &Path) -> Outcome {
    let script = workspace().join("tests/interop/interop.py");
    let output = Command::new(python)
        .arg(script)
        .arg(command)
        .arg(folder)
        .output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into())
}

/// Reads the models of the script, compares logits, and returns the number of models.
fn theirs(folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let written: Written = serde_json::from_slice(&std::fs::read(folder.join("written.json"))?)?;
    for foreign in &written.written {
        let options = ReadOptions {
            activation: foreign.activation,
            ..ReadOptions::default()
        };
        let path = folder.join(&foreign.file);
        let model = Model::from_safetensors(&std::fs::read(&path)?, &options)?;
        compare(
            &model.network,
            &written.inputs,
            &foreign.logits,
            &foreign.file,
        );
    }
    Ok(written.written.len())
}

/// Compares the script's logits of our models with our own and returns the number of models.
fn ours(folder: &Path) -> Result<usize, Box<dyn std::error::Error>> {
    let read: BTreeMap<String, Vec<Vec<f32>>> =
        serde_json::from_slice(&std::fs::read(folder.join("read.json"))?)?;
    for (file, logits) in &read {
        let path = folder.join(file);
        let model = Model::from_safetensors(&std::fs::read(&path)?, &ReadOptions::default())?;
        compare(&model.network, &inputs(), logits, file);
    }
    Ok(read.len())
}

/// Writes models of every activation in both layouts, drawn from a seed, with a description for
/// the script.
fn write_ours(folder: &Path) -> Result<Vec<String>, Box<dyn std::error::Error>> {
    let seeds = Seeds::new(7);
    let mut files = Vec::new();
    for activation in Activation::ALL {
        if activation == Activation::Identity {
            continue;
        }
        let spec = TrunkSpec {
            inputs: 6,
            hidden: vec![7, 5],
            activation,
            init: Init::GlorotUniform,
        };
        let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
        let mut head = spec.head(1, &mut seeds.stream("head").rng());
        head.parts_mut().1.view_mut().fill(0.25);
        let model = Model::new(Network::new(trunk, head)?);
        for (name, layout) in [("pytorch", Layout::PyTorch), ("keras", Layout::Keras)] {
            let file = format!("ours_{name}_{activation}.safetensors");
            model.save_safetensors(&folder.join(&file), layout)?;
            files.push(file);
        }
    }
    let inputs = inputs();
    let list = Ours {
        inputs: &inputs,
        files: files.clone(),
    };
    std::fs::write(folder.join("ours.json"), serde_json::to_vec(&list)?)?;
    Ok(files)
}

/// Numbers that are exact in any text.
fn inputs() -> Vec<Vec<f32>> {
    let row = |r: i32| (0..6).map(move |c| ((r * 5 + c * 7) % 11 - 5) as f32 / 4.0);
    (0..4).map(|r| row(r).collect()).collect()
}

fn compare(network: &Network, inputs: &[Vec<f32>], expected: &[Vec<f32>], file: &str) {
    let flat = inputs.concat();
    let mut workspace = Workspace::for_inference(network, Engine::portable(), inputs.len());
    let rows = Rows::of_slice(&flat, inputs.len(), network.inputs());
    let layers = 0..network.layers().len();
    network.forward(layers, rows, &mut workspace).unwrap();
    let found = workspace.logits();
    assert_eq!(expected.len(), inputs.len(), "{file}");
    for (row, expected) in expected.iter().enumerate() {
        assert_eq!(expected.len(), network.outputs(), "{file}");
        for (output, &expected) in expected.iter().enumerate() {
            let found = found[[row, output]];
            assert!(
                (found - expected).abs() <= TOLERANCE,
                "{file}, row {row}, logit {output}: {found}, there {expected}"
            );
        }
    }
}
