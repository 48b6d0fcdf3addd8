//! [`ClassRef`]: a class by its number or its name.

use std::fmt;

use serde::{Deserialize, Serialize};

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
        let found = match self {
            Self::Number(number) => Some(usize::from(*number)).filter(|&n| n < names.len()),
            Self::Name(name) => names
                .iter()
                .position(|other| other.eq_ignore_ascii_case(name))
                .or_else(|| name.parse().ok().filter(|&n: &usize| n < names.len())),
        };
        let number = found.and_then(|number| u8::try_from(number).ok());
        number.ok_or_else(|| {
            let near = match self {
                Self::Number(_) => String::new(),
                Self::Name(name) => {
                    crate::names::did_you_mean(name, names.iter().map(String::as_str))
                }
            };
            format!("a class from 0 to {}, or its name{near}", names.len() - 1)
        })
    }
}

impl From<u8> for ClassRef {
    fn from(number: u8) -> Self {
        Self::Number(number)
    }
}

impl fmt::Display for ClassRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Name(name) => f.write_str(name),
        }
    }
}
