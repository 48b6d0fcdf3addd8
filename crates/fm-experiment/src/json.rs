//! JSON by way of [`serde_json::Value`], so that no type is compiled for a second reader or writer.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Error, Value};

pub(crate) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_value(serde_json::from_slice(bytes)?)
}

/// A value as readable JSON, with its keys in alphabetical order.
pub(crate) fn to_json(value: &impl Serialize) -> Vec<u8> {
    let value: Value = serde_json::to_value(value).expect("plain data");
    format!("{value:#}\n").into_bytes()
}
