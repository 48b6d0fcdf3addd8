//! Tensors into a network that is there: all of them, or those that fit.

use super::names::{self, Part, Places};
use super::read::{self, Layer};
use super::{Layout, Misfit, ReadOptions, TensorError};
use crate::network::Network;

/// What [`Network::copy_matching`] did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// Names of the tensors that were copied.
    pub copied: Vec<String>,
    /// Those that were not, and why; also those that the network has and the file does not.
    pub left: Vec<Misfit>,
}

/// Layers that fit, with their place, and what was found out on the way.
struct Fit<'a> {
    layers: Vec<(usize, Layer<'a>)>,
    matched: Matched,
}

impl Network {
    /// Replaces all weights and biases by those of a safetensors file, whose activations are not
    /// looked at. The network stays as it is if a single tensor does not fit.
    ///
    /// Layers are matched by their order; where the file has more or fewer, by the numbers in
    /// their names.
    ///
    /// # Errors
    /// [`TensorError::Misfit`] lists every tensor that is missing, too many or of another shape;
    /// others as [`Model::from_safetensors`](crate::Model::from_safetensors).
    pub fn load_tensors(&mut self, bytes: &[u8], options: &ReadOptions) -> Result<(), TensorError> {
        let fit = self.fit(bytes, options)?;
        if !fit.matched.left.is_empty() {
            return Err(TensorError::Misfit(fit.matched.left));
        }
        self.fill(&fit);
        Ok(())
    }

    /// As [`load_tensors`](Self::load_tensors), but takes the layers that fit, weights and biases
    /// together, and leaves the others as they are: a trunk under a changed head, say.
    ///
    /// # Errors
    /// A file that cannot be read. A tensor that does not fit is no error here, but listed.
    pub fn copy_matching(
        &mut self,
        bytes: &[u8],
        options: &ReadOptions,
    ) -> Result<Matched, TensorError> {
        let fit = self.fit(bytes, options)?;
        self.fill(&fit);
        Ok(fit.matched)
    }

    fn fill(&mut self, fit: &Fit<'_>) {
        for (l, layer) in &fit.layers {
            read::fill(&mut self.layers_mut()[*l], layer);
        }
    }

    fn fit<'a>(&self, bytes: &'a [u8], options: &ReadOptions) -> Result<Fit<'a>, TensorError> {
        let read::Grouped {
            groups,
            extra: mut left,
            ..
        } = read::open(bytes, options)?;
        let n = self.layers().len();
        let places = Places::find(&groups, n);
        let mut there = vec![false; n];
        let (mut layers, mut copied) = (Vec::new(), Vec::new());
        for (group, &l) in groups.into_iter().zip(&places.layers) {
            let names = [&group.weight, &group.bias].map(|part| part.as_ref().map(|p| p.0.clone()));
            let (false, Some(own)) = (there.get(l).copied().unwrap_or(true), self.layers().get(l))
            else {
                let parts = [group.weight, group.bias].into_iter().flatten();
                left.extend(parts.map(|(name, tensor)| names::no_place(name, tensor)));
                continue;
            };
            there[l] = true;
            let shapes = match group.layout {
                Layout::PyTorch => [vec![own.outputs(), own.inputs()], vec![own.outputs()]],
                Layout::Keras => [vec![own.inputs(), own.outputs()], vec![own.outputs()]],
            };
            let misfits = against(&group, shapes, |part| places.name(l, n, part));
            if misfits.is_empty()
                && let Ok(layer) = read::whole_layer(group)
            {
                copied.extend(names.into_iter().flatten());
                layers.push((l, layer));
                continue;
            }
            let fits = |name: &String| !misfits.iter().any(|m| m.name() == name);
            let partners: Vec<Misfit> = names
                .into_iter()
                .flatten()
                .filter(fits)
                .map(|name| Misfit::Partner { name })
                .collect();
            left.extend(misfits);
            left.extend(partners);
        }
        for l in (0..n).filter(|&l| !there[l]) {
            let own = &self.layers()[l];
            let weight = match places.layout() {
                Layout::PyTorch => vec![own.outputs(), own.inputs()],
                Layout::Keras => vec![own.inputs(), own.outputs()],
            };
            for (part, expected) in [(Part::Weight, weight), (Part::Bias, vec![own.outputs()])] {
                let name = places.name(l, n, part);
                left.push(Misfit::Missing { name, expected });
            }
        }
        Ok(Fit {
            layers,
            matched: Matched { copied, left },
        })
    }
}

/// What is wrong with a layer's tensors, whose shapes should be these.
fn against(
    group: &names::Group<'_>,
    shapes: [Vec<usize>; 2],
    missing: impl Fn(Part) -> String,
) -> Vec<Misfit> {
    let parts = [(Part::Weight, &group.weight), (Part::Bias, &group.bias)];
    type Found<'a> = Option<(String, super::file::Tensor<'a>)>;
    let check = |((part, found), expected): ((Part, &Found<'_>), Vec<usize>)| match found {
        None => Some(Misfit::Missing {
            name: missing(part),
            expected,
        }),
        Some((name, tensor)) => read::misfit(name, tensor, expected),
    };
    parts.into_iter().zip(shapes).filter_map(check).collect()
}
