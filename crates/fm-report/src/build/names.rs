//! Names of files, of models, of axes and of their values.

use fm_experiment::Results;
use serde_json::Value as Json;

use crate::table::Value;

/// A name of letters, digits, `-` and `_`.
pub(crate) fn plain(name: &str) -> String {
    let is_other = |c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_');
    name.replace(is_other, "-")
}

/// The models of the main table, the source network first, and their places among the arms.
pub(crate) fn models(results: &Results) -> impl Iterator<Item = (&str, Option<usize>)> {
    let arms = results.main().points[0].arms.iter().enumerate();
    let arms = arms.map(|(index, name)| (name.as_str(), Some(index)));
    [("source", None)].into_iter().chain(arms)
}

/// An axis in words; its key where it has none.
pub(crate) fn axis_words(axis: &str) -> &str {
    match axis {
        "task.target_rows" => "target rows trained on",
        "arms.*.reuse" => "layers reused",
        "task.target_classes" => "target classes",
        "*.lr" => "learning rate",
        "*.weight_decay" => "weight decay",
        "*.epochs" => "epochs",
        other => other,
    }
}

/// A value of an axis as text: a string without quotes, anything else as JSON.
pub(crate) fn value_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value of an axis as a cell of a table.
pub(crate) fn value_cell(value: &Json) -> Value {
    match value.as_f64() {
        Some(number) => number.into(),
        None => value_text(value).into(),
    }
}

/// A point of a sweep: "learning rate 0.03, epochs 80".
pub(crate) fn point_words(axes: &[String], values: &[Json]) -> String {
    let values = axes.iter().zip(values);
    let values = values.map(|(axis, value)| format!("{} {}", axis_words(axis), value_text(value)));
    values.collect::<Vec<_>>().join(", ")
}

/// Names of classes: "Sandal, Shirt".
pub(crate) fn class_names<C: Copy + Into<usize>>(
    classes: &[C],
    names: &[String],
    between: &str,
) -> String {
    let names = classes.iter().filter_map(|&class| names.get(class.into()));
    names.map(String::as_str).collect::<Vec<_>>().join(between)
}
