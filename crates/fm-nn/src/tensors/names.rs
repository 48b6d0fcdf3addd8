//! Names of tensors: which belong to one layer, and which layer comes first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::Layout;
use super::file::Tensor;

/// The tensors of one layer.
pub(super) struct Group<'a> {
    /// What their names have in common, without the separator: `0`, `layers.0`, `dense_1`.
    pub(super) name: String,
    /// The weights, under their whole name.
    pub(super) weight: Option<(String, Tensor<'a>)>,
    /// The biases, under their whole name.
    pub(super) bias: Option<(String, Tensor<'a>)>,
    /// Which way the weights lie, by the name of their tensor.
    pub(super) layout: Layout,
}

/// Which names a layer's tensors have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Weight,
    Bias,
}

/// The layer's and the part's share of a name, and whose it is.
fn split(name: &str) -> Option<(&str, Part, Option<Layout>)> {
    let (layer, part) = match name.rfind(['.', '/']) {
        Some(at) => (&name[..at], &name[at + 1..]),
        None => ("", name),
    };
    match part {
        "weight" => Some((layer, Part::Weight, Some(Layout::PyTorch))),
        "kernel" => Some((layer, Part::Weight, Some(Layout::Keras))),
        "bias" => Some((layer, Part::Bias, None)),
        _ => None,
    }
}

/// Puts tensors together that are one layer's, in the order of the layers as far as names tell
/// it: numbers count, and a head, output or classifier comes last. Others have no place.
pub(super) fn group(tensors: BTreeMap<String, Tensor<'_>>) -> (Vec<Group<'_>>, Vec<String>) {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut extra = Vec::new();
    for (name, tensor) in tensors {
        let Some((layer, part, layout)) = split(&name) else {
            extra.push(no_place(&name, &tensor));
            continue;
        };
        let at = groups.iter().position(|group| group.name == layer);
        let at = at.unwrap_or_else(|| {
            groups.push(Group {
                name: layer.to_owned(),
                weight: None,
                bias: None,
                layout: Layout::PyTorch,
            });
            groups.len() - 1
        });
        let group = &mut groups[at];
        let place = match part {
            Part::Weight => &mut group.weight,
            Part::Bias => &mut group.bias,
        };
        if place.is_some() {
            // A `weight` beside a `kernel`.
            extra.push(no_place(&name, &tensor));
            continue;
        }
        *place = Some((name, tensor));
        group.layout = layout.unwrap_or(group.layout);
    }
    groups.sort_by(|a, b| {
        let last = is_head(&a.name).cmp(&is_head(&b.name));
        last.then_with(|| natural(&a.name, &b.name))
    });
    (groups, extra)
}

fn no_place(name: &str, tensor: &Tensor<'_>) -> String {
    format!("{name} {} has no place", shape_text(&tensor.shape))
}

/// A shape in words; a size of 0 stands for any.
pub(super) fn shape_text(sizes: &[usize]) -> String {
    let size = |&n: &usize| match n {
        0 => "any".to_owned(),
        n => n.to_string(),
    };
    let sizes: Vec<String> = sizes.iter().map(size).collect();
    format!("[{}]", sizes.join(", "))
}

/// Whether a layer's own name says that it is the last.
pub(super) fn is_head(name: &str) -> bool {
    let own = name.rsplit(['.', '/']).next().unwrap_or(name);
    ["head", "output", "classifier"].contains(&own)
}

/// Text against text, numbers by their value: `dense`, `dense_2`, `dense_10`.
fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (text_a, number_a, rest_a) = chunk(a);
        let (text_b, number_b, rest_b) = chunk(b);
        let by_number = (number_a.len(), number_a).cmp(&(number_b.len(), number_b));
        let order = text_a.cmp(text_b).then(by_number);
        if order != Ordering::Equal || rest_a.is_empty() || rest_b.is_empty() {
            return order.then(rest_a.len().cmp(&rest_b.len()));
        }
        (a, b) = (rest_a, rest_b);
    }
}

/// What comes before the first digit, the digits without leading zeros, and the rest.
fn chunk(name: &str) -> (&str, &str, &str) {
    let digit = |c: char| c.is_ascii_digit();
    let (text, rest) = name.split_at(name.find(digit).unwrap_or(name.len()));
    let end = rest.find(|c| !digit(c)).unwrap_or(rest.len());
    let (number, rest) = rest.split_at(end);
    (text, number.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_in_the_order_of_names() {
        let mut names = ["dense_10", "dense", "dense_2", "a.9", "a.10", "a.09b"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            ["a.9", "a.09b", "a.10", "dense", "dense_2", "dense_10"]
        );
    }
}
