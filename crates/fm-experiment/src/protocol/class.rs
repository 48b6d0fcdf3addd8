//! [`ClassRef`]: a class by its number or its name.

use serde::{Deserialize, Serialize};

use crate::names::did_you_mean;

/// A class of the dataset, by its number from 0 on, or by its name in any case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a class by its number or name")]
pub enum ClassRef {
    /// By number.
    Number(u8),
    /// By name.
    Name(String),
}

impl ClassRef {
    /// The number of the class among the dataset's `names`.
    ///
    /// # Errors
    /// What is expected, in words, if there is no such class.
    pub fn resolve(&self, names: &[String]) -> Result<u8, String> {
        let below = |number: &usize| *number < names.len();
        let found = match self {
            Self::Number(number) => Some(usize::from(*number)).filter(below),
            Self::Name(name) => names
                .iter()
                .position(|other| other.eq_ignore_ascii_case(name))
                .or_else(|| name.parse().ok().filter(below)),
        };
        let number = found.and_then(|number| u8::try_from(number).ok());
        number.ok_or_else(|| {
            let near = match self {
                Self::Number(_) => String::new(),
                Self::Name(name) => did_you_mean(name, names.iter().map(String::as_str)),
            };
            format!("a class from 0 to {}, or its name{near}", names.len() - 1)
        })
    }
}
