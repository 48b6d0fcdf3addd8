//! From tensors to the layers of a new network.

use std::borrow::Cow;
use std::collections::BTreeMap;

use fm_matmul::Matrix;

use super::file::{Tensor, TensorFile};
use super::names::{self, Group, shape_text};
use super::{ACTIVATION, CLASS_NAMES, FORMAT, INPUT_SCALE, Layout, MOST_HEADER, ReadOptions};
use crate::activation::Activation;
use crate::dense::Dense;
use crate::error::FileError;
use crate::model::{Metadata, Model};
use crate::network::Network;

/// A layer's floats where they lie, known to be as many as its shape says.
struct Layer<'a> {
    name: String,
    inputs: usize,
    outputs: usize,
    layout: Layout,
    weight: Cow<'a, [u8]>,
    bias: Cow<'a, [u8]>,
}

pub(super) fn model(bytes: &[u8], options: &ReadOptions) -> Result<Model, FileError> {
    let file = TensorFile::read(bytes, MOST_HEADER)?;
    let (mut groups, mut misfits) = names::group(file.tensors);
    if !options.layers.is_empty() {
        // Other tensors are left out on purpose.
        (groups, misfits) = (chosen(groups, &options.layers)?, Vec::new());
    }
    let mut layers = Vec::with_capacity(groups.len());
    for mut group in groups {
        group.layout = options.layout.unwrap_or(group.layout);
        match whole_layer(group) {
            Ok(layer) => layers.push(layer),
            Err(problems) => misfits.extend(problems),
        }
    }
    if layers.is_empty() && misfits.is_empty() {
        misfits.push(missing("weight", &[0, 0]));
    }
    if !misfits.is_empty() {
        return Err(FileError::Contents(format!(
            "the tensors do not fit: {}",
            list(&misfits)
        )));
    }
    for pair in layers.windows(2) {
        if pair[0].outputs != pair[1].inputs {
            let (below, above) = (&pair[0], &pair[1]);
            return Err(FileError::Contents(format!(
                "{} takes {} inputs, but {}, taken as the layer below it, gives {}; if the layers \
                 come in another order, or their weights are stored the other way round, say so",
                above.name, above.inputs, below.name, below.outputs
            )));
        }
    }
    let said = file.metadata.get(ACTIVATION).map(String::as_str);
    let activations = activations(options.activation, said, layers.len() - 1)?;
    let activations = activations.into_iter().chain([Activation::Identity]);
    let mut layers: Vec<Dense> = layers
        .iter()
        .zip(activations)
        .map(|(layer, activation)| dense(layer, activation))
        .collect();
    let head = layers
        .pop()
        .ok_or_else(|| FileError::contents("no layers"))?;
    let network = Network::new(layers, head)?;
    let metadata = read_metadata(file.metadata, network.outputs())?;
    Ok(Model { network, metadata })
}

/// The layers of these names, in this order.
fn chosen<'a>(mut groups: Vec<Group<'a>>, layers: &[String]) -> Result<Vec<Group<'a>>, FileError> {
    let take = |name: &String| match groups.iter().position(|group| group.name == *name) {
        Some(at) => Ok(groups.remove(at)),
        None => {
            let there: Vec<&str> = groups.iter().map(|g| g.name.as_str()).collect();
            Err(FileError::Contents(format!(
                "no layer is called {name:?}; there are {}",
                there.join(", ")
            )))
        }
    };
    layers.iter().map(take).collect()
}

/// The activations of the hidden layers.
fn activations(
    asked: Option<Activation>,
    said: Option<&str>,
    hidden: usize,
) -> Result<Vec<Activation>, FileError> {
    if let Some(activation) = asked {
        return Ok(vec![activation; hidden]);
    }
    let Some(said) = said else {
        return match hidden {
            0 => Ok(Vec::new()),
            hidden => Err(FileError::Contents(format!(
                "the file does not say the activation of its {hidden} hidden layers: give it, or \
                 write it into the file as metadata {{\"activation\": \"relu\"}}"
            ))),
        };
    };
    let names = said.split(',').map(|name| name.trim().parse());
    let names: Result<Vec<Activation>, _> = names.collect();
    let names = names.map_err(|error| FileError::Contents(error.to_string()))?;
    match names.as_slice() {
        [one] => Ok(vec![*one; hidden]),
        several if several.len() == hidden => Ok(names),
        several => {
            let expected = format!("one name, or one for each of {hidden} hidden layers");
            Err(wrong(
                ACTIVATION,
                &expected,
                &format!("{} names", several.len()),
            ))
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

/// The layer of a group, or everything that is wrong with its tensors.
fn whole_layer(group: Group<'_>) -> Result<Layer<'_>, Vec<String>> {
    let mut misfits = Vec::new();
    let layout = group.layout;
    let shape = |inputs, outputs| match layout {
        Layout::PyTorch => [outputs, inputs],
        Layout::Keras => [inputs, outputs],
    };
    let (weight_part, separator) = match (layout, &group.weight) {
        (_, Some((name, _))) if name.ends_with("kernel") => ("kernel", "/"),
        (Layout::Keras, None) => ("kernel", "/"),
        _ => ("weight", "."),
    };
    let separator = if group.name.is_empty() { "" } else { separator };
    let part_name = |part: &str| format!("{}{separator}{part}", group.name);
    let bias_outputs = match &group.bias {
        Some((_, tensor)) if tensor.shape.len() == 1 => tensor.shape[0],
        _ => 0,
    };
    let mut outputs = 0;
    if let Some((name, tensor)) = &group.weight {
        misfits.extend(misfit(name, tensor, &[0, 0]));
        outputs = match (layout, tensor.shape.as_slice()) {
            (Layout::PyTorch, &[outputs, _]) | (Layout::Keras, &[_, outputs]) => outputs,
            _ => 0,
        };
    }
    if let Some((name, tensor)) = &group.bias {
        misfits.extend(misfit(name, tensor, &[outputs]));
    }
    if group.weight.is_none() {
        misfits.push(missing(&part_name(weight_part), &shape(0, bias_outputs)));
    }
    if group.bias.is_none() {
        misfits.push(missing(&part_name("bias"), &[outputs]));
    }
    match (group.weight, group.bias) {
        (Some((_, weight)), Some((_, bias))) if misfits.is_empty() => Ok(Layer {
            name: group.name,
            inputs: weight.shape[usize::from(layout == Layout::PyTorch)],
            outputs,
            layout,
            weight: weight.data,
            bias: bias.data,
        }),
        _ => Err(misfits),
    }
}

/// All of a few, the first of many.
fn list(misfits: &[String]) -> String {
    const MOST: usize = 12;
    let mut words = misfits[..misfits.len().min(MOST)].to_vec();
    if misfits.len() > MOST {
        words.push(format!("and {} more", misfits.len() - MOST));
    }
    words.join("; ")
}

fn missing(name: &str, expected: &[usize]) -> String {
    format!("{name} {} is missing", shape_text(expected))
}

/// What is wrong with a tensor of f32 whose shape should be `expected`, 0 standing for any size
/// but none.
fn misfit(name: &str, tensor: &Tensor<'_>, expected: &[usize]) -> Option<String> {
    if tensor.dtype != "F32" {
        return Some(format!("{name}: expected F32, found {}", tensor.dtype));
    }
    let fits = |(&found, &expected): (&usize, &usize)| match expected {
        0 => found > 0,
        expected => found == expected,
    };
    let same_rank = tensor.shape.len() == expected.len();
    if same_rank && tensor.shape.iter().zip(expected).all(fits) {
        return None;
    }
    let (expected, found) = (shape_text(expected), shape_text(&tensor.shape));
    Some(format!("{name}: expected {expected}, found {found}"))
}

/// A layer from floats that are known to be as many as it has.
fn dense(layer: &Layer<'_>, activation: Activation) -> Dense {
    let (inputs, outputs) = (layer.inputs, layer.outputs);
    let float = |bytes: &[u8], at: usize| {
        let bytes = &bytes[4 * at..][..4];
        f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    };
    let (mut weight, mut bias) = (Matrix::zeros(inputs, outputs), Matrix::zeros(1, outputs));
    for input in 0..inputs {
        for (output, w) in weight.row_mut(input).iter_mut().enumerate() {
            let at = match layer.layout {
                Layout::PyTorch => output * inputs + input,
                Layout::Keras => input * outputs + output,
            };
            *w = float(&layer.weight, at);
        }
    }
    for (output, b) in bias.row_mut(0).iter_mut().enumerate() {
        *b = float(&layer.bias, output);
    }
    Dense::from_matrices(weight, bias, activation)
}
