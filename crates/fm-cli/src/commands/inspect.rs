//! `fm inspect`

use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::{Content, idx};
use fm_experiment::single::ModelFile;
use fm_nn::tensors::TensorFile;
use fm_nn::{Metadata, Model};
use fm_report::{Column, Document, Table, counted};
use fm_train::Checkpoint;
use serde_json::{Value, json};

use super::status;
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
    let name = path.display();
    let (json, mut document) = match ModelFile::read(path)? {
        ModelFile::Model(found) => model(&found, Document::new("a model")),
        ModelFile::Checkpoint(found) => checkpoint(&found),
        ModelFile::Safetensors(bytes) => {
            let file = TensorFile::from_bytes(&bytes);
            tensors(file.with_context(|| format!("cannot read {name}"))?)
        }
        ModelFile::Other(Content::Idx | Content::Gzip) => idx_file(path)?,
        ModelFile::Other(other) => bail!(
            "{name}: expected a model, a checkpoint, a safetensors file, an IDX file or a results \
             folder, found {other}"
        ),
    };
    document.title = format!("{name}: {}", document.title);
    print::result(args.format, &document, &json)
}

/// Layers and metadata, after what is in the document.
fn model(model: &Model, document: Document) -> Shown {
    let network = &model.network;
    let layers: Vec<_> = network.layers().iter().enumerate().collect();
    let table = Table::of(
        "",
        format!("Layers: {} parameters", network.parameters()),
        &layers,
    )
    .column(Column::text("", "layer"), |(at, _)| network.layer_name(*at))
    .column(Column::count("inputs"), |(_, layer)| layer.inputs())
    .column(Column::count("outputs"), |(_, layer)| layer.outputs())
    .column(Column::text("", "activation"), |(_, layer)| {
        layer.activation().name()
    })
    .column(Column::count("parameters"), |(_, layer)| layer.parameters());
    let layers = layers.iter().map(|(at, layer)| {
        json!({
            "name": network.layer_name(*at),
            "inputs": layer.inputs(),
            "outputs": layer.outputs(),
            "activation": layer.activation().name(),
            "parameters": layer.parameters(),
        })
    });
    let Metadata {
        class_names,
        input_scale,
        notes,
    } = &model.metadata;
    let sha256 = network.digest();
    let json = json!({
        "kind": "model",
        "layers": layers.collect::<Vec<_>>(),
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
    (json, document.with(table.table()).with(metadata(&facts)))
}

fn checkpoint(checkpoint: &Checkpoint) -> Shown {
    let layers = checkpoint.network().layers().len();
    let phases = (1..).zip(checkpoint.phases()).map(|(number, phase)| {
        let mask = phase.freeze.mask(layers);
        let mask = mask.map_or_else(|error| error.to_string(), |mask| mask.to_string());
        (number, phase.epochs, mask)
    });
    let phases: Vec<(usize, usize, String)> = phases.collect();
    let table = Table::of("", "Phases", &phases)
        .column(Column::count("phase"), |(number, ..)| *number)
        .column(Column::count("epochs"), |(_, epochs, _)| *epochs)
        .column(Column::text("", ""), |(number, _, mask)| {
            match checkpoint.phase() == Some(*number) {
                true => format!("{mask}; continues here"),
                false => mask.clone(),
            }
        });
    let epochs = checkpoint.history().len();
    let title = format!("a training after {}", counted(epochs, "epoch"));
    let document = Document::new(title).with(table.table());
    let (mut json, document) = model(&Model::new(checkpoint.network().clone()), document);
    let phases = phases.iter().map(|(_, epochs, mask)| json!([mask, epochs]));
    json["kind"] = "checkpoint".into();
    json["phases"] = phases.collect();
    json["phase"] = checkpoint.phase().into();
    json["epochs_done"] = epochs.into();
    (json, document)
}

fn tensors(file: TensorFile<'_>) -> Shown {
    let tensors: Vec<_> = file.tensors().collect();
    let table = Table::of("", "Tensors", &tensors)
        .column(Column::text("", "tensor"), |(name, _)| *name)
        .column(Column::text("", "type"), |(_, tensor)| {
            tensor.dtype.as_str()
        })
        .column(Column::text("", "shape"), |(_, tensor)| {
            format!("{:?}", tensor.shape)
        });
    let document = Document::new(counted(tensors.len(), "tensor")).with(table.table());
    let tensors = tensors
        .iter()
        .map(|(name, tensor)| json!([name, tensor.dtype, tensor.shape]));
    let json = json!({
        "kind": "safetensors",
        "tensors": tensors.collect::<Vec<_>>(),
        "metadata": file.metadata,
    });
    let facts: Vec<_> = file.metadata.into_iter().collect();
    (json, document.with(metadata(&facts)))
}

fn idx_file(path: &Path) -> Result<Shown> {
    let array = idx::open_any(path)?;
    let (min, max) = (f64::INFINITY, f64::NEG_INFINITY);
    let (min, max, sum) = array.values().fold((min, max, 0.0), |(min, max, sum), x| {
        (x.min(min), x.max(max), sum + x)
    });
    let mean = sum / array.values().len() as f64;
    let mut document = Document::new(array.header.to_string());
    document.about = vec![format!("from {min} to {max}, mean {mean:.3}")];
    let json = json!({
        "kind": "idx",
        "element": array.header.element.to_string(),
        "dims": array.header.dims,
        "min": min,
        "max": max,
        "mean": mean,
    });
    Ok((json, document))
}

fn metadata(facts: &[(String, String)]) -> Table {
    let table = Table::of("", "Metadata", facts).column(Column::text("", ""), |(name, _)| name);
    table
        .column(Column::text("", "value"), |(_, value)| value)
        .table()
}
