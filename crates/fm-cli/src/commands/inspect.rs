//! `fm inspect`

use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::{Content, idx};
use fm_experiment::single::ModelFile;
use fm_nn::tensors::TensorFile;
use fm_nn::{Metadata, Model};
use fm_report::{Document, Table, Unit, counted};
use fm_train::Checkpoint;
use serde_json::{Value, json};

use super::status;
use crate::args::Format;
use crate::args::model::InspectArgs;
use crate::print;

/// What is in a file: for programs, and for people.
type Shown = (Value, Document);

/// Shows what is in a file or a results folder.
pub(crate) fn run(args: &InspectArgs) -> Result<()> {
    let path = &args.path;
    if path.is_dir() {
        return status::show(path, args.format);
    }
    let (json, mut document) = match ModelFile::read(path)? {
        ModelFile::Model(found) => {
            let (mut json, tables) = model(&found);
            json["kind"] = "model".into();
            (
                json,
                tables
                    .into_iter()
                    .fold(Document::new("a model"), Document::with),
            )
        }
        ModelFile::Checkpoint(found) => checkpoint(&found),
        ModelFile::Safetensors(bytes) => {
            let file = TensorFile::from_bytes(&bytes);
            tensors(file.with_context(|| format!("cannot read {}", path.display()))?)
        }
        ModelFile::Other(Content::Idx | Content::Gzip) => idx_file(path)?,
        ModelFile::Other(other) => bail!(
            "{}: expected a model, a checkpoint, a safetensors file, an IDX file or a results \
             folder, found {other}",
            path.display()
        ),
    };
    match args.format {
        Format::Json => print::json(&json)?,
        Format::Text => {
            document.title = format!("{}: {}", path.display(), document.title);
            print::document(&document);
        }
    }
    Ok(())
}

/// Layers and metadata.
fn model(model: &Model) -> (Value, [Table; 2]) {
    let (network, count) = (&model.network, Some(Unit::Count));
    let columns = [
        ("layer", None),
        ("inputs", count),
        ("outputs", count),
        ("activation", None),
        ("parameters", count),
    ];
    let caption = format!("Layers: {} parameters", network.parameters());
    let mut table = print::table(&caption, &columns);
    let mut layers = Vec::new();
    for (at, layer) in network.layers().iter().enumerate() {
        let (name, activation) = (network.layer_name(at), layer.activation().to_string());
        let (inputs, outputs, parameters) = (layer.inputs(), layer.outputs(), layer.parameters());
        layers.push(json!({
            "name": name,
            "inputs": inputs,
            "outputs": outputs,
            "activation": activation,
            "parameters": parameters,
        }));
        table.push([
            name.into(),
            inputs.into(),
            outputs.into(),
            activation.into(),
            parameters.into(),
        ]);
    }
    let Metadata {
        class_names,
        input_scale,
        notes,
    } = &model.metadata;
    let sha256 = network.digest();
    let json = json!({
        "layers": layers,
        "parameters": network.parameters(),
        "class_names": class_names,
        "input_scale": input_scale,
        "notes": notes,
        "sha256": sha256,
    });
    let mut facts = Vec::new();
    if !class_names.is_empty() {
        facts.push(("classes".to_owned(), class_names.join(", ")));
    }
    if let Some(scale) = input_scale {
        // Single precision does not tell smaller steps apart at 1/255.
        let parts = (1000.0 / f64::from(*scale)).round() / 1000.0;
        facts.push(("input scale".to_owned(), format!("1/{parts}")));
    }
    facts.extend(notes.clone());
    facts.push(("SHA-256 of the weights".to_owned(), sha256));
    (json, [table, metadata(facts)])
}

fn checkpoint(checkpoint: &Checkpoint) -> Shown {
    let (mut json, tables) = model(&Model::new(checkpoint.network().clone()));
    let count = Some(Unit::Count);
    let columns = [("phase", count), ("epochs", count), ("", None)];
    let mut table = print::table("Phases", &columns);
    let mut phases = Vec::new();
    for (number, phase) in (1..).zip(checkpoint.phases()) {
        let mask = phase.mask.to_string();
        let here = match checkpoint.phase() == Some(number) {
            true => "; continues here",
            false => "",
        };
        let words = format!("{mask}{here}");
        table.push([number.into(), phase.epochs.into(), words.into()]);
        phases.push(json!([mask, phase.epochs]));
    }
    let epochs = checkpoint.history().len();
    json["kind"] = "checkpoint".into();
    json["phases"] = phases.into();
    json["phase"] = checkpoint.phase().into();
    json["epochs_done"] = epochs.into();
    let title = format!("a training after {}", counted(epochs, "epoch"));
    let document = Document::new(title).with(table);
    (json, tables.into_iter().fold(document, Document::with))
}

fn tensors(file: TensorFile<'_>) -> Shown {
    let columns = [("tensor", None), ("type", None), ("shape", None)];
    let mut table = print::table("Tensors", &columns);
    let mut tensors = Vec::new();
    for (name, tensor) in file.tensors() {
        let shape = format!("{:?}", tensor.shape);
        table.push([name.into(), tensor.dtype.as_str().into(), shape.into()]);
        tensors.push(json!([name, tensor.dtype, tensor.shape]));
    }
    let json = json!({
        "kind": "safetensors",
        "tensors": tensors,
        "metadata": file.metadata,
    });
    let document = Document::new(counted(tensors.len(), "tensor"));
    (json, document.with(table).with(metadata(file.metadata)))
}

fn idx_file(path: &Path) -> Result<Shown> {
    let array = idx::open_any(path)?;
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut sum, mut count) = (0.0, 0u64);
    let mut see = |x: f64| {
        (min, max) = (min.min(x), max.max(x));
        (sum, count) = (sum + x, count + 1);
    };
    // Most files are of bytes, and need no larger copy.
    match array.view::<u8>() {
        Some(bytes) => bytes.iter().for_each(|&x| see(x.into())),
        None => array.to_f64().iter().for_each(|&x| see(x)),
    }
    let (element, dims) = (array.element().to_string(), array.dims());
    let mean = sum / count.max(1) as f64;
    let mut document = Document::new(format!("{element} of {dims:?}"));
    let mut range = [None; 3];
    if count > 0 {
        document.about = vec![format!("from {min} to {max}, mean {mean:.3}")];
        range = [min, max, mean].map(Some);
    }
    let json = json!({
        "kind": "idx",
        "element": element,
        "dims": dims,
        "min": range[0],
        "max": range[1],
        "mean": range[2],
    });
    Ok((json, document))
}

fn metadata(facts: impl IntoIterator<Item = (String, String)>) -> Table {
    let mut table = print::table("Metadata", &[("", None), ("value", None)]);
    for (name, value) in facts {
        table.push([name.into(), value.into()]);
    }
    table
}
