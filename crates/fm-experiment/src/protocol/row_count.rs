//! [`RowCount`]: a number of rows, or all of them.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of rows: in TOML a number, or `"all"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowCount {
    /// The first rows, so many.
    First(usize),
    /// All rows.
    All,
}

impl RowCount {
    /// The number of rows when `available` exist; `None` if that is fewer than asked for.
    pub fn of(self, available: usize) -> Option<usize> {
        match self {
            Self::First(rows) => (rows <= available).then_some(rows),
            Self::All => Some(available),
        }
    }
}

impl FromStr for RowCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "all" => Ok(Self::All),
            number => number
                .parse()
                .map(Self::First)
                .map_err(|_| format!("{number:?} is not a number of rows or \"all\"")),
        }
    }
}

impl fmt::Display for RowCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First(rows) => write!(f, "{rows}"),
            Self::All => f.write_str("all"),
        }
    }
}

impl Serialize for RowCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::First(rows) => serializer.serialize_u64(*rows as u64),
            Self::All => serializer.serialize_str("all"),
        }
    }
}

impl<'de> Deserialize<'de> for RowCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RowsVisitor;

        impl Visitor<'_> for RowsVisitor {
            type Value = RowCount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of rows, or \"all\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<RowCount, E> {
                match text {
                    "all" => Ok(RowCount::All),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }

            fn visit_u64<E: Error>(self, rows: u64) -> Result<RowCount, E> {
                let rows = usize::try_from(rows);
                rows.map(RowCount::First)
                    .map_err(|_| E::custom("too many rows"))
            }

            fn visit_i64<E: Error>(self, rows: i64) -> Result<RowCount, E> {
                let invalid = || E::invalid_value(Unexpected::Signed(rows), &self);
                let rows = usize::try_from(rows);
                rows.map(RowCount::First).map_err(|_| invalid())
            }
        }

        deserializer.deserialize_any(RowsVisitor)
    }
}
