//! [`fit_to_data`]: a protocol's row counts on a dataset that is smaller than it expects.

use fm_data::LoadedData;

use crate::protocol::{Protocol, RowCount};
use crate::recipe::RowsUsed;

/// Source epochs on the embedded sample, as a factor on the protocol's. The sample has an
/// eleventh of the source rows. In `notebook-2e` the mean validation loss of the source networks, seeds 1 to
/// 12, falls until epoch 80 and rises after it, where 20 epochs are enough for the whole data.
const SAMPLE_EPOCHS: usize = 4;

/// The protocol with the row counts that the dataset has, and a sentence for each change.
///
/// Rows of the training and test file that do not exist are not asked for; a twelfth of the
/// training rows is held out (5,000 of Fashion-MNIST's 60,000) where the protocol would hold out
/// all; all target rows are used where the protocol asks for more. On the embedded sample the
/// source network is trained for more epochs. Other datasets get the protocol as it is.
pub fn fit_to_data(protocol: &Protocol, data: &LoadedData) -> (Protocol, Vec<String>) {
    let mut fitted = protocol.clone();
    let mut changes = Vec::new();
    let mut change = |key: &str, from: usize, to: &str, why: &str| {
        changes.push(format!("{key} is {to} instead of {from}: {why}"));
    };
    for (key, asked, file) in [
        ("data.train_rows", &mut fitted.data.train_rows, &data.train),
        ("data.test_rows", &mut fitted.data.test_rows, &data.test),
    ] {
        let rows = file.rows();
        if let Some(more) = asked.filter(|&asked| asked > rows) {
            *asked = None;
            change(key, more, "all", &format!("the data have {rows}"));
        }
    }
    let used = fitted.data.train_rows.unwrap_or(data.train.rows());
    let held_out = &mut fitted.data.validation_rows;
    if *held_out >= used {
        let rows = (used / 12).max(1);
        let why = format!("a twelfth of {used} training rows");
        change("data.validation_rows", *held_out, &rows.to_string(), &why);
        *held_out = rows;
    }
    let names = data.train.class_names();
    if let RowCount::First(rows) = fitted.task.target_rows
        && let Ok(classes) = fitted.target_classes(names)
    {
        let counts = RowsUsed::of(&fitted.data).per_class(data.train.labels(), names.len());
        let counts = classes.iter().map(|&class| counts[usize::from(class)]);
        let available: usize = counts.sum();
        if rows > available {
            fitted.task.target_rows = RowCount::All;
            let why = format!("these classes have {available} training rows");
            change("task.target_rows", rows, "all", &why);
        }
    }
    if data.origin.is_sample() {
        let (from, to) = (
            fitted.source.epochs,
            fitted.source.epochs.saturating_mul(SAMPLE_EPOCHS),
        );
        let why = "the sample has fewer source rows, and their validation loss is lowest then";
        change("source.epochs", from, &to.to_string(), why);
        fitted.source.epochs = to;
    }
    (fitted, changes)
}
