//! [`TestRows`]: the test rows of a task, kept once for all cells that are scored on them.

use fm_data::Dataset;
use fm_nn::tensors::TensorFile;
use ndarray::{ArrayView1, Ix1};

use crate::arrays::{Wrong, array};

/// The test rows of a task: `labels` u8 `[rows]` and `row_numbers` u32 `[rows]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRows {
    /// Class of each row within its task.
    pub labels: Vec<u8>,
    /// Number of each row in the test file, from 0.
    pub row_numbers: Vec<u32>,
    /// Names of the task's classes.
    pub class_names: Vec<String>,
}

impl TestRows {
    pub(crate) fn of(data: &Dataset) -> Self {
        Self {
            labels: data.labels().to_vec(),
            row_numbers: data.row_numbers().to_vec(),
            class_names: data.class_names().to_vec(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut file = TensorFile::default();
        let names = serde_json::to_string(&self.class_names).expect("names are text");
        file.metadata.insert("class_names".to_owned(), names);
        file.add("labels", &ArrayView1::from(&self.labels))
            .and_then(|()| file.add("row_numbers", &ArrayView1::from(&self.row_numbers)))
            .and_then(|()| file.to_bytes())
            .expect("the names differ and the header is short")
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Wrong> {
        let file = TensorFile::from_bytes(bytes)?;
        let labels = array::<u8, Ix1>(&file, "labels")?.to_vec();
        let row_numbers = array::<u32, Ix1>(&file, "row_numbers")?.to_vec();
        if row_numbers.len() != labels.len() {
            let (labels, numbers) = (labels.len(), row_numbers.len());
            return Err(format!("{labels} labels and {numbers} row numbers").into());
        }
        let names = file.metadata.get("class_names");
        Ok(Self {
            labels,
            row_numbers,
            class_names: serde_json::from_str(names.ok_or("class_names are missing")?)?,
        })
    }
}
