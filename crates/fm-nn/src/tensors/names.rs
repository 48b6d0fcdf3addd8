//! Names of tensors: which belong to one layer, and which layer comes first.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::file::Tensor;
use super::{Layout, Misfit};

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
pub(super) fn group(tensors: BTreeMap<String, Tensor<'_>>) -> (Vec<Group<'_>>, Vec<Misfit>) {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut extra = Vec::new();
    for (name, tensor) in tensors {
        let Some((layer, part, layout)) = split(&name) else {
            extra.push(no_place(name, tensor));
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
            extra.push(no_place(name, tensor));
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

pub(super) fn no_place(name: String, tensor: Tensor<'_>) -> Misfit {
    Misfit::Extra {
        name,
        found: tensor.shape,
    }
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

/// A layer's number at the end of its name, and what stands before it; Keras leaves out a zero.
fn numbered(name: &str) -> (&str, Option<usize>) {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    match name[stem.len()..].parse() {
        Ok(number) => (stem, Some(number)),
        Err(_) => (name, None),
    }
}

/// Whether the names are Keras'.
fn is_keras(group: &Group<'_>) -> bool {
    match &group.weight {
        Some((name, _)) => name.ends_with("kernel"),
        None => group.layout == Layout::Keras,
    }
}

/// Which layer of a network each group is, and what the names of a layer that is not there are.
pub(super) struct Places {
    /// Per group, in their order.
    pub(super) layers: Vec<usize>,
    stem: String,
    start: usize,
    step: usize,
    numbered: bool,
    keras: bool,
    layout: Layout,
}

impl Places {
    /// Finds the places in a network of `layers`. As many groups as layers are the layers. Of
    /// others the numbers tell, if they have any: `0`, `4` are the first and the third of
    /// three, since activations count too in a `Sequential`.
    pub(super) fn find(groups: &[Group<'_>], layers: usize) -> Self {
        let names: Vec<(&str, Option<usize>)> = groups.iter().map(|g| numbered(&g.name)).collect();
        let stem = names.iter().find(|(_, n)| n.is_some()).or(names.first());
        let stem = stem.map_or("", |(stem, _)| *stem);
        let first = names.first().map_or(0, |(_, n)| n.unwrap_or(0));
        // Keras' first layer is `dense`, the next `dense_1`.
        let same = |(name, n): &(&str, Option<usize>)| match n {
            Some(n) => *name == stem && *n >= first,
            None => !stem.is_empty() && *name == stem.trim_end_matches('_'),
        };
        let layout = groups.first().map_or(Layout::PyTorch, |g| g.layout);
        let keras = groups.iter().any(is_keras);
        let numbered = names.iter().all(same);
        let offset = |n: &Option<usize>| n.unwrap_or(0).saturating_sub(first);
        let multiple = |of: usize| names.iter().all(|(_, n)| offset(n).is_multiple_of(of));
        let step = [2, 3].into_iter().find(|&step| !keras && multiple(step));
        let step = step.unwrap_or(1);
        let place = |(at, (_, n)): (usize, &(&str, Option<usize>))| match numbered {
            _ if groups.len() == layers => at,
            true => offset(n) / step,
            false if is_head(&groups[at].name) => layers.saturating_sub(1),
            false => at,
        };
        Self {
            layers: names.iter().enumerate().map(place).collect(),
            stem: stem.to_owned(),
            start: first,
            step,
            numbered,
            keras,
            layout,
        }
    }

    /// Which way round the weights of the file's layers are.
    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    /// The name that the weights or biases of layer `layer` of `layers` would have.
    pub(super) fn name(&self, layer: usize, layers: usize, part: Part) -> String {
        let keras = self.keras;
        let part = match part {
            Part::Weight if keras => "/kernel",
            Part::Weight => ".weight",
            Part::Bias if keras => "/bias",
            Part::Bias => ".bias",
        };
        // A number from a file may be any; one past the last is nobody's.
        let number = self.start.saturating_add(layer.saturating_mul(self.step));
        let stem = &self.stem;
        match self.numbered {
            true if keras && number == 0 => format!("{}{part}", stem.trim_end_matches('_')),
            true if keras && !stem.ends_with('_') => format!("{stem}_{number}{part}"),
            true => format!("{stem}{number}{part}"),
            false => format!("{}{part}", crate::freeze::layer_name(layer, layers)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(name: &str, layout: Layout) -> Group<'static> {
        Group {
            name: name.to_owned(),
            weight: None,
            bias: None,
            layout,
        }
    }

    #[test]
    fn numbers_count_in_the_order_of_names() {
        let mut names = ["dense_10", "dense", "dense_2", "a.9", "a.10", "a.09b"];
        names.sort_by(|a, b| natural(a, b));
        assert_eq!(
            names,
            ["a.9", "a.09b", "a.10", "dense", "dense_2", "dense_10"]
        );
    }

    #[test]
    fn places_are_told_by_numbers() {
        let find = |names: &[&str], layout, layers| {
            let groups: Vec<_> = names.iter().map(|name| group(name, layout)).collect();
            let places = Places::find(&groups, layers);
            let missing = places.name(1, layers, Part::Weight);
            (places.layers, missing)
        };
        let torch = Layout::PyTorch;
        assert_eq!(find(&["0", "4"], torch, 3), (vec![0, 2], "2.weight".into()));
        assert_eq!(
            find(&["net.1", "net.5"], torch, 3),
            (vec![0, 2], "net.3.weight".into())
        );
        assert_eq!(
            find(&["1", "2", "9"], torch, 3),
            (vec![0, 1, 2], "2.weight".into())
        );
        assert_eq!(
            find(&["layers.0", "head"], torch, 3),
            (vec![0, 2], "layers.1.weight".into())
        );
        assert_eq!(
            find(&["dense", "dense_2"], Layout::Keras, 3),
            (vec![0, 2], "dense_1/kernel".into())
        );
        assert_eq!(find(&[], torch, 3), (vec![], "2.weight".into()));
    }
}
