//! [`PhaseText`]: a phase in one line of text.

use std::str::FromStr;

use fm_nn::FreezeMask;
use fm_train::{Adam, Optimizer, Phase, RmsProp, Sgd};
use serde_json::{Map, Value};

use super::{SingleError, nearest, perhaps};

const KEYS: [&str; 8] = [
    "epochs",
    "freeze",
    "optimizer",
    "lr",
    "momentum",
    "nesterov",
    "weight_decay",
    "clip_norm",
];

/// A phase as people write it: `epochs=4,freeze=trunk,optimizer=adam,lr=0.001`.
///
/// `freeze` is `nothing` (the default), `trunk`, a number of layers from the input on, or names of
/// layers and parts with `+` between them: `layers.0+layers.1.bias`. `optimizer` is `sgd` (the
/// default), `adam`, `adamw` or `rmsprop`, with `lr` (default 0.001), `momentum`, `nesterov` and
/// `weight_decay` where it has them; `clip_norm` limits the gradient. `epochs` is required.
#[derive(Clone, Debug, PartialEq)]
pub struct PhaseText {
    text: String,
    epochs: usize,
    freeze: String,
    optimizer: Optimizer,
    clip_norm: Option<f64>,
}

impl FromStr for PhaseText {
    type Err = SingleError;

    fn from_str(text: &str) -> Result<Self, SingleError> {
        let wrong = |found: String, expected: &str| SingleError::Phase {
            text: text.to_owned(),
            found,
            expected: expected.to_owned(),
        };
        let (mut epochs, mut clip_norm) = (None, None);
        let (mut freeze, mut name) = ("nothing".to_owned(), "sgd".to_owned());
        let mut settings = Map::new();
        for part in text.split(',').map(str::trim) {
            let (key, value) = part
                .split_once('=')
                .map(|(key, value)| (key.trim(), value.trim()))
                .ok_or_else(|| wrong(format!("{part:?} has no '='"), "write epochs=4,lr=0.001"))?;
            let key = key.replace('-', "_");
            let number = |what: &str| {
                value
                    .parse::<f64>()
                    .map_err(|_| wrong(format!("{part:?}"), what))
            };
            match key.as_str() {
                "epochs" => {
                    let n = value.parse().ok().filter(|&n: &usize| n > 0);
                    let what = "a whole number from 1 on";
                    epochs = Some(n.ok_or_else(|| wrong(format!("{part:?}"), what))?);
                }
                "freeze" => freeze = value.to_owned(),
                "optimizer" => name = value.to_owned(),
                "clip_norm" => clip_norm = Some(number("a number above 0")?),
                "nesterov" => {
                    let flag = value
                        .parse()
                        .map_err(|_| wrong(format!("{part:?}"), "true or false"));
                    settings.insert(key, Value::Bool(flag?));
                }
                "lr" | "momentum" | "weight_decay" => {
                    settings.insert(key, number("a number")?.into());
                }
                other => {
                    let near = perhaps(", ", nearest(other, KEYS).as_deref());
                    let keys = format!("the keys are {}", KEYS.join(", "));
                    return Err(wrong(format!("there is no {other:?}{near}"), &keys));
                }
            }
        }
        Ok(Self {
            text: text.to_owned(),
            epochs: epochs.ok_or_else(|| wrong("epochs is missing".into(), "write epochs=4"))?,
            freeze,
            optimizer: optimizer(&name, settings)?,
            clip_norm,
        })
    }
}

impl PhaseText {
    /// The phase for a network of `layers`, the head included.
    ///
    /// # Errors
    /// [`SingleError::Phase`] if there is nothing of what is to be frozen.
    pub fn phase(&self, layers: usize) -> Result<Phase, SingleError> {
        let mask = FreezeMask::parse(&self.freeze, layers).map_err(|error| {
            let hidden = (0..layers.saturating_sub(1)).map(|l| format!("layers.{l}"));
            let there: Vec<String> = hidden
                .chain(["nothing", "trunk", "head"].map(str::to_owned))
                .collect();
            let mut names = self.freeze.split('+').map(|name| {
                let part = name.strip_suffix(".weight").or(name.strip_suffix(".bias"));
                part.unwrap_or(name)
            });
            let wrong = names.find(|name| !there.iter().any(|t| t == name));
            let near = wrong.and_then(|name| nearest(name, there.iter().map(String::as_str)));
            let near = perhaps("; ", near.as_deref());
            SingleError::Phase {
                text: self.text.clone(),
                found: format!("freeze={}", self.freeze),
                expected: format!("{error}{near}"),
            }
        })?;
        Ok(Phase {
            clip_norm: self.clip_norm,
            ..Phase::new(self.epochs, mask, self.optimizer)
        })
    }
}

/// The optimizer of this name with these settings; a learning rate of 0.001 unless they say another.
///
/// # Errors
/// [`SingleError::Optimizer`] for a name or a setting that there is not, or a value that cannot
/// be.
pub fn optimizer(name: &str, mut settings: Map<String, Value>) -> Result<Optimizer, SingleError> {
    let refuse = |reason: String| SingleError::Optimizer {
        name: name.to_owned(),
        reason,
    };
    let all = [
        Optimizer::Sgd(Sgd::plain(1e-3)),
        Optimizer::Adam(Adam::new(1e-3)),
        Optimizer::AdamW(fm_train::AdamW::new(1e-3)),
        Optimizer::RmsProp(RmsProp::new(1e-3)),
    ];
    let names = all.map(|optimizer| optimizer.name());
    if !names.contains(&name) {
        let near = perhaps(", ", nearest(name, names).as_deref());
        return Err(refuse(format!("there are {}{near}", names.join(", "))));
    }
    settings.entry("lr").or_insert_with(|| 1e-3.into());
    let value = Value::Object(
        [(name.to_owned(), Value::Object(settings))]
            .into_iter()
            .collect(),
    );
    let optimizer: Optimizer =
        serde_json::from_value(value).map_err(|error| refuse(error.to_string()))?;
    optimizer
        .check()
        .map_err(|error| refuse(error.to_string()))?;
    Ok(optimizer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Phase, String> {
        let phase = text.parse::<PhaseText>().and_then(|phase| phase.phase(3));
        phase.map_err(|error| error.to_string())
    }

    #[test]
    fn a_phase_is_what_its_text_says() {
        let phase = parse("epochs=4").unwrap();
        let plain = Optimizer::Sgd(Sgd::plain(1e-3));
        assert_eq!(phase, Phase::new(4, FreezeMask::none(3), plain));
        let phase =
            parse("epochs=1, freeze=trunk, optimizer=adamw, lr=1e-2, weight-decay=0").unwrap();
        let adamw = fm_train::AdamW {
            weight_decay: 0.0,
            ..fm_train::AdamW::new(0.01)
        };
        assert_eq!(
            phase,
            Phase::new(1, FreezeMask::trunk(3), Optimizer::AdamW(adamw))
        );
        let phase = parse("epochs=2,freeze=1,momentum=0.9,nesterov=true,clip_norm=1").unwrap();
        assert_eq!(phase.mask, FreezeMask::first(1, 3));
        assert_eq!(phase.clip_norm, Some(1.0));
        let phase = parse("epochs=2,freeze=layers.0+head.bias").unwrap();
        assert_eq!(phase.mask, FreezeMask::first(1, 3) | FreezeMask::bias(2, 3));
    }

    #[test]
    fn what_cannot_be_is_told_with_the_nearest_that_can() {
        for (text, words) in [
            ("", "no '='"),
            ("lr=1", "epochs is missing"),
            ("epochs=0", "from 1 on"),
            ("epochs=1,epoch=2", "perhaps \"epochs\""),
            ("epochs=1,freeze=trnk", "perhaps \"trunk\""),
            ("epochs=1,freeze=layers.7", "perhaps \"layers."),
            ("epochs=1,freeze=9", "no \"9\" to freeze"),
            ("epochs=1,optimizer=adm", "perhaps \"adam\""),
            (
                "epochs=1,optimizer=adam,momentum=0.9",
                "unknown field `momentum`",
            ),
            ("epochs=1,lr=0", "above 0"),
            ("epochs=1,lr=fast", "a number"),
        ] {
            let error = parse(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
