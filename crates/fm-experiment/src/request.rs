//! [`Request`]: what is asked of a store.

use fm_nn::Backend;
use serde::{Deserialize, Serialize};

use crate::protocol::{Protocol, ProtocolError, SweepSpec, Values};
use crate::seeds::SeedList;

/// A question: a protocol, its seeds, and sweeps beside the main table.
///
/// It enumerates cells and is no part of what decides them: the same cell may serve several
/// requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The recipe.
    pub protocol: Protocol,
    /// What computes the products.
    pub backend: Backend,
    /// The seeds, ascending.
    pub seeds: Vec<u64>,
    /// Sweeps with their names, in the order of asking.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sweeps: Vec<NamedSweep>,
}

/// A sweep and what it is called.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedSweep {
    /// Name, such as `samples`; that of the keys for one that the protocol does not name.
    pub name: String,
    /// Keys, values and arms.
    pub sweep: SweepSpec,
}

impl Request {
    /// A protocol's arms over some seeds.
    pub fn new(protocol: Protocol, seeds: &SeedList, backend: Backend) -> Self {
        Self {
            protocol,
            backend,
            seeds: seeds.seeds().to_vec(),
            sweeps: Vec::new(),
        }
    }

    /// The request with a sweep that the protocol names.
    ///
    /// # Errors
    /// A name that the protocol does not have.
    pub fn with_named_sweep(mut self, name: &str) -> Result<Self, ProtocolError> {
        let Some(sweep) = self.protocol.sweeps.get(name).cloned() else {
            let known: Vec<&str> = self.protocol.sweeps.keys().map(String::as_str).collect();
            let what = format!("sweep {name:?} (a table [sweeps.{name}])");
            return Err(self.protocol.has_no(&what, name, &known));
        };
        self.add(name.to_owned(), sweep);
        Ok(self)
    }

    /// The request with a sweep that the protocol names, over these values of its key.
    ///
    /// # Errors
    /// As [`with_named_sweep`](Self::with_named_sweep), and a sweep that is not over one key.
    pub fn with_values(mut self, name: &str, values: Values) -> Result<Self, ProtocolError> {
        self = self.with_named_sweep(name)?;
        let named = self.sweeps.iter_mut().find(|named| named.name == name);
        let over = named.map(|named| &mut named.sweep.over);
        let over = over.filter(|over| over.len() == 1);
        let Some(axis) = over.and_then(|over| over.values_mut().next()) else {
            let what = format!("sweep {name:?} over one key; ask for it without values");
            let protocol = &self.protocol.name;
            return Err(ProtocolError(format!("protocol {protocol} has no {what}")));
        };
        *axis = values;
        Ok(self)
    }

    /// The request with a sweep over some keys, all combinations of their values.
    #[must_use]
    pub fn with_sweep(mut self, axes: &[(String, Values)]) -> Self {
        let names: Vec<&str> = axes.iter().map(|(key, _)| key.as_str()).collect();
        let sweep = SweepSpec {
            over: axes.iter().cloned().collect(),
            ..SweepSpec::default()
        };
        self.add(names.join(" × "), sweep);
        self
    }

    /// Adds a sweep, in place of one of the same name.
    fn add(&mut self, name: String, sweep: SweepSpec) {
        let new = NamedSweep { name, sweep };
        match self.sweeps.iter_mut().find(|old| old.name == new.name) {
            Some(old) => *old = new,
            None => self.sweeps.push(new),
        }
    }
}
