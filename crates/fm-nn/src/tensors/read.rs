//! From tensors to the layers of a new network.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use ndarray::{Array, Dimension, Ix1, Ix2};

use super::file::{TensorFile, misfit};
use super::{ACTIVATION, CLASS_NAMES, FORMAT, INPUT_SCALE, Layout, ReadOptions};
use crate::activation::Activation;
use crate::dense::Dense;
use crate::error::{FileError, NetworkError};
use crate::model::{Metadata, Model};
use crate::network::Network;

pub(super) fn model(bytes: &[u8], options: &ReadOptions) -> Result<Model, FileError> {
    let file = TensorFile::from_bytes(bytes)?;
    let weights = weights(&file, &options.layers)?;
    let said = file.metadata.get(ACTIVATION).map(String::as_str);
    let activations = activations(options.activation, said, weights.len() - 1)?;
    let activations = activations.into_iter().chain([Activation::Identity]);
    let mut layers = Vec::with_capacity(weights.len());
    for (name, activation) in weights.iter().copied().zip(activations) {
        let weight = array::<Ix2>(&file, name)?;
        if weight.is_empty() {
            return Err(misfit(
                name,
                "sizes above 0",
                &format!("{:?}", weight.shape()),
            ));
        }
        let weight = match options.layout.or(layout(name)) {
            Some(Layout::Keras) => weight.view(),
            _ => weight.t(),
        };
        let name = bias_name(name);
        let bias = array::<Ix1>(&file, &name)?;
        let layer = Dense::from_parts(weight, &bias.to_vec(), activation);
        let wrong = |error| FileError::Contents(format!("tensor {name:?}: {error}"));
        layers.push(layer.map_err(wrong)?);
    }
    let head = layers.pop().expect("there are weights");
    let network = Network::new(layers, head).map_err(|error| {
        let names: Vec<&str> = weights.iter().map(|name| layer_name(name)).collect();
        let names = names.join(", ");
        FileError::Contents(format!(
            "{error}; the layers are taken in the order {names}: if they come in another, or \
             their weights are stored the other way round, say so"
        ))
    })?;
    let metadata = read_metadata(file.metadata, network.outputs())?;
    Ok(Model { network, metadata })
}

/// The names of the weights from the input on, at least one: those of `layers`, or of the whole
/// file.
fn weights<'a>(file: &'a TensorFile<'_>, layers: &[String]) -> Result<Vec<&'a str>, FileError> {
    let names = || file.tensors().map(|(name, _)| name);
    let mut weights: Vec<&str> = names().filter(|name| layout(name).is_some()).collect();
    weights.sort_by(|a, b| order(layer_name(a), layer_name(b)));
    if !layers.is_empty() {
        let find = |layer: &String| {
            let found = weights.iter().find(|name| layer_name(name) == layer);
            found.copied().ok_or_else(|| {
                let there: Vec<&str> = weights.iter().map(|name| layer_name(name)).collect();
                let there = there.join(", ");
                FileError::Contents(format!("no layer is called {layer:?}; there are {there}"))
            })
        };
        return layers.iter().map(find).collect();
    }
    let mut pairs = weights.windows(2);
    let twice = pairs.find(|pair| layer_name(pair[0]) == layer_name(pair[1]));
    let biases: BTreeSet<String> = weights.iter().map(|name| bias_name(name)).collect();
    let is_other = |name: &&str| layout(name).is_none() && !biases.contains(*name);
    if let Some(extra) = twice.map(|pair| pair[1]).or_else(|| names().find(is_other)) {
        let found = "one without a place; say which layers to read";
        return Err(misfit(extra, "weights or biases of a layer", found));
    }
    match weights.is_empty() {
        true => Err(misfit("weight", "a tensor of this name", "none")),
        false => Ok(weights),
    }
}

/// Which way round weights of this name are stored; none if they are no weights.
fn layout(name: &str) -> Option<Layout> {
    match &name[layer_name(name).len()..] {
        "weight" | ".weight" | "/weight" => Some(Layout::PyTorch),
        "kernel" | ".kernel" | "/kernel" => Some(Layout::Keras),
        _ => None,
    }
}

/// What the names of a layer's tensors have in common: `0`, `layers.0`, `dense_1`.
fn layer_name(name: &str) -> &str {
    name.rfind(['.', '/']).map_or("", |at| &name[..at])
}

/// The name of the biases beside these weights.
fn bias_name(weight: &str) -> String {
    format!("{}bias", &weight[..weight.len() - "weight".len()])
}

/// A copy of an array of f32.
fn array<D: Dimension>(file: &TensorFile<'_>, name: &str) -> Result<Array<f32, D>, FileError> {
    let array = file.get::<f32>(name)?;
    let shape = format!("{:?}", array.shape());
    let dimensions = D::NDIM.map_or_else(String::new, |n| format!("{n} dimensions"));
    let array = array.into_dimensionality();
    array.map_err(|_| misfit(name, &dimensions, &shape))
}

/// Which layer comes first, as far as names tell it: numbers count, and a head, output or
/// classifier comes last.
fn order(a: &str, b: &str) -> Ordering {
    let is_head = |name: &str| {
        let own = name.rsplit(['.', '/']).next().unwrap_or(name);
        ["head", "output", "classifier"].contains(&own)
    };
    is_head(a)
        .cmp(&is_head(b))
        .then_with(|| natural(a).cmp(natural(b)))
}

/// Pieces of text and numbers; of the numbers how long they are, and without leading zeros.
fn natural(name: &str) -> impl Iterator<Item = (usize, &[u8])> {
    let bytes = name.as_bytes();
    let pieces = bytes.chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    pieces.map(|piece| match piece[0].is_ascii_digit() {
        true => {
            let zeros = piece.iter().take_while(|digit| **digit == b'0').count();
            (piece.len() - zeros, &piece[zeros..])
        }
        false => (0, piece),
    })
}

/// The activations of the hidden layers.
fn activations(
    asked: Option<Activation>,
    said: Option<&str>,
    hidden: usize,
) -> Result<Vec<Activation>, FileError> {
    let names: Vec<Activation> = match (asked, said) {
        (Some(activation), _) => vec![activation],
        (None, Some(said)) => {
            let names = said.split(',').map(|name| name.trim().parse());
            let names: Result<_, NetworkError> = names.collect();
            names.map_err(|error| FileError::Contents(error.to_string()))?
        }
        (None, None) if hidden == 0 => Vec::new(),
        (None, None) => {
            return Err(FileError::Contents(format!(
                "the file does not say the activation of its {hidden} hidden layers: give it, or \
                 write it into the file as metadata {{\"activation\": \"relu\"}}"
            )));
        }
    };
    match names.as_slice() {
        [one] => Ok(vec![*one; hidden]),
        several if several.len() == hidden => Ok(names),
        several => {
            let expected = format!("one name, or one for each of {hidden} hidden layers");
            let found = format!("{} names", several.len());
            Err(wrong(ACTIVATION, &expected, &found))
        }
    }
}

/// A value of the metadata that is not what its key means.
fn wrong(key: &str, expected: &str, found: &str) -> FileError {
    FileError::Contents(format!(
        "the metadata's {key} is {found}, expected {expected}"
    ))
}

fn read_metadata(
    mut texts: BTreeMap<String, String>,
    outputs: usize,
) -> Result<Metadata, FileError> {
    let mut metadata = Metadata::default();
    if let Some(text) = texts.remove(CLASS_NAMES) {
        let names = serde_json::from_str(&text);
        metadata.class_names =
            names.map_err(|_| wrong(CLASS_NAMES, "a JSON list of texts", &text))?;
    }
    if let Some(text) = texts.remove(INPUT_SCALE) {
        let scale = text.parse();
        let scale = scale.map_err(|_| wrong(INPUT_SCALE, "a number", &text))?;
        metadata.input_scale = Some(scale);
    }
    texts.remove(ACTIVATION);
    texts.remove(FORMAT);
    metadata.notes = texts;
    metadata.check(outputs)?;
    Ok(metadata)
}
