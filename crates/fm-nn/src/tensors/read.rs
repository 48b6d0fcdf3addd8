//! From tensors to the layers of a new network.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::file::{Tensor, TensorFile};
use super::names::{self, Group};
use super::{
    ACTIVATION, CLASS_NAMES, FORMAT, INPUT_SCALE, Layout, MOST_HEADER, Misfit, ReadOptions,
    TensorError, dense,
};
use crate::activation::Activation;
use crate::dense::Dense;
use crate::model::{Metadata, Model};
use crate::network::Network;

/// A layer's floats where they lie, known to be as many as its shape says.
pub(super) struct Layer<'a> {
    pub(super) name: String,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) layout: Layout,
    pub(super) weight: Cow<'a, [u8]>,
    pub(super) bias: Cow<'a, [u8]>,
}

/// A file's tensors by layer, in the order asked for.
pub(super) struct Grouped<'a> {
    pub(super) groups: Vec<Group<'a>>,
    /// Tensors that are no layer's.
    pub(super) extra: Vec<Misfit>,
    pub(super) metadata: BTreeMap<String, String>,
}

pub(super) fn open<'a>(bytes: &'a [u8], options: &ReadOptions) -> Result<Grouped<'a>, TensorError> {
    let contents = TensorFile::read(bytes, MOST_HEADER)?;
    let (mut groups, mut extra) = names::group(contents.tensors);
    if !options.layers.is_empty() {
        let mut chosen = Vec::with_capacity(options.layers.len());
        for name in &options.layers {
            let at = groups.iter().position(|group| group.name == *name);
            let Some(at) = at else {
                let there: Vec<&str> = groups.iter().map(|g| g.name.as_str()).collect();
                return Err(TensorError::LayerName {
                    name: name.clone(),
                    there: there.join(", "),
                });
            };
            chosen.push(groups.remove(at));
        }
        // Whoever names the layers leaves out the rest knowingly.
        (groups, extra) = (chosen, Vec::new());
    }
    if let Some(layout) = options.layout {
        groups.iter_mut().for_each(|group| group.layout = layout);
    }
    Ok(Grouped {
        groups,
        extra,
        metadata: contents.metadata,
    })
}

pub(super) fn model(bytes: &[u8], options: &ReadOptions) -> Result<Model, TensorError> {
    let Grouped {
        groups,
        extra,
        metadata,
    } = open(bytes, options)?;
    let mut misfits = extra;
    let mut layers = Vec::with_capacity(groups.len());
    for group in groups {
        match whole_layer(group) {
            Ok(layer) => layers.push(layer),
            Err(problems) => misfits.extend(problems),
        }
    }
    if layers.is_empty() && misfits.is_empty() {
        misfits.push(Misfit::Missing {
            name: "weight".to_owned(),
            expected: vec![0, 0],
        });
    }
    if !misfits.is_empty() {
        return Err(TensorError::Misfit(misfits));
    }
    for pair in layers.windows(2) {
        if pair[0].outputs != pair[1].inputs {
            return Err(TensorError::Chain {
                below: pair[0].name.clone(),
                outputs: pair[0].outputs,
                above: pair[1].name.clone(),
                inputs: pair[1].inputs,
            });
        }
    }
    let said = metadata.get(ACTIVATION).map(String::as_str);
    let activations = activations(options.activation, said, layers.len() - 1)?;
    let activations = activations.into_iter().chain([Activation::Identity]);
    let mut layers: Vec<Dense> = layers
        .iter()
        .zip(activations)
        .map(|(layer, activation)| dense(layer, activation))
        .collect();
    let head = layers
        .pop()
        .ok_or(TensorError::NoActivation { hidden: 0 })?;
    let network = Network::new(layers, head)?;
    let metadata = read_metadata(metadata, network.outputs())?;
    Ok(Model { network, metadata })
}

/// The activations of the hidden layers.
fn activations(
    asked: Option<Activation>,
    said: Option<&str>,
    hidden: usize,
) -> Result<Vec<Activation>, TensorError> {
    if let Some(activation) = asked {
        return Ok(vec![activation; hidden]);
    }
    let Some(said) = said else {
        return match hidden {
            0 => Ok(Vec::new()),
            hidden => Err(TensorError::NoActivation { hidden }),
        };
    };
    let names = said.split(',').map(|name| name.trim().parse());
    let names: Vec<Activation> = names.collect::<Result<_, _>>()?;
    match names.as_slice() {
        [one] => Ok(vec![*one; hidden]),
        several if several.len() == hidden => Ok(names),
        several => Err(TensorError::Metadata {
            key: ACTIVATION.to_owned(),
            expected: format!("one name, or one for each of {hidden} hidden layers"),
            found: format!("{} names", several.len()),
        }),
    }
}

fn read_metadata(
    mut texts: BTreeMap<String, String>,
    outputs: usize,
) -> Result<Metadata, TensorError> {
    let wrong = |key: &str, expected: &str, found: String| TensorError::Metadata {
        key: key.to_owned(),
        expected: expected.to_owned(),
        found,
    };
    let mut metadata = Metadata::default();
    if let Some(text) = texts.remove(CLASS_NAMES) {
        let names = serde_json::from_str(&text);
        metadata.class_names =
            names.map_err(|_| wrong(CLASS_NAMES, "a JSON list of texts", text))?;
    }
    if let Some(text) = texts.remove(INPUT_SCALE) {
        let scale = text.parse();
        let scale = scale.map_err(|_| wrong(INPUT_SCALE, "a number", text))?;
        metadata.input_scale = Some(scale);
    }
    texts.remove(ACTIVATION);
    texts.remove(FORMAT);
    metadata.notes = texts;
    match metadata.problem(outputs) {
        Some(found) => Err(wrong("content", "what fits the tensors", found)),
        None => Ok(metadata),
    }
}

/// The layer of a group, or everything that is wrong with its tensors.
pub(super) fn whole_layer(group: Group<'_>) -> Result<Layer<'_>, Vec<Misfit>> {
    let mut misfits = Vec::new();
    let layout = group.layout;
    let shape = |inputs, outputs| match layout {
        Layout::PyTorch => vec![outputs, inputs],
        Layout::Keras => vec![inputs, outputs],
    };
    let (weight_part, separator) = match (layout, &group.weight) {
        (_, Some((name, _))) if name.ends_with("kernel") => ("kernel", "/"),
        (Layout::Keras, None) => ("kernel", "/"),
        _ => ("weight", "."),
    };
    let separator = if group.name.is_empty() { "" } else { separator };
    let missing = |part: &str| format!("{}{separator}{part}", group.name);
    let bias_outputs = match &group.bias {
        Some((_, tensor)) if tensor.shape.len() == 1 => tensor.shape[0],
        _ => 0,
    };
    let mut outputs = 0;
    if let Some((name, tensor)) = &group.weight {
        misfits.extend(misfit(name, tensor, vec![0, 0]));
        outputs = match (layout, tensor.shape.as_slice()) {
            (Layout::PyTorch, &[outputs, _]) | (Layout::Keras, &[_, outputs]) => outputs,
            _ => 0,
        };
    }
    if let Some((name, tensor)) = &group.bias {
        misfits.extend(misfit(name, tensor, vec![outputs]));
    }
    if group.weight.is_none() {
        misfits.push(Misfit::Missing {
            name: missing(weight_part),
            expected: shape(0, bias_outputs),
        });
    }
    if group.bias.is_none() {
        misfits.push(Misfit::Missing {
            name: missing("bias"),
            expected: vec![outputs],
        });
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

/// What is wrong with a tensor of f32 whose shape should be `expected`, 0 standing for any size
/// but none.
pub(super) fn misfit(name: &str, tensor: &Tensor<'_>, expected: Vec<usize>) -> Option<Misfit> {
    let name = name.to_owned();
    if tensor.dtype != "F32" {
        let found = tensor.dtype.clone();
        return Some(Misfit::Type { name, found });
    }
    let fits = |(&found, &expected): (&usize, &usize)| match expected {
        0 => found > 0,
        expected => found == expected,
    };
    let same_rank = tensor.shape.len() == expected.len();
    if same_rank && tensor.shape.iter().zip(&expected).all(fits) {
        return None;
    }
    let found = tensor.shape.clone();
    Some(Misfit::Shape {
        name,
        expected,
        found,
    })
}

/// Copies a layer's floats into one of its shape.
pub(super) fn fill(dense: &mut Dense, layer: &Layer<'_>) {
    let float = |bytes: &[u8], at: usize| {
        let bytes = &bytes[4 * at..][..4];
        f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
    };
    let (inputs, outputs) = (layer.inputs, layer.outputs);
    for input in 0..inputs {
        let row = dense.weight.row_mut(input);
        for (output, w) in row.iter_mut().enumerate() {
            let at = match layer.layout {
                Layout::PyTorch => output * inputs + input,
                Layout::Keras => input * outputs + output,
            };
            *w = float(&layer.weight, at);
        }
    }
    for (output, b) in dense.bias.row_mut(0).iter_mut().enumerate() {
        *b = float(&layer.bias, output);
    }
}
