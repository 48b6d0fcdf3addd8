//! [`TestRows`] and [`TestImages`]: the test rows of a task, kept once for all cells that are
//! scored on them.

use std::collections::BTreeMap;

use fm_data::Dataset;

use crate::tensors::{TensorReader, TensorWriter};

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
        let mut file = TensorWriter::default();
        file.u8("labels", &[self.labels.len()], &self.labels);
        file.u32("row_numbers", &self.row_numbers);
        let names = serde_json::to_string(&self.class_names).expect("names are text");
        file.finish(BTreeMap::from([("class_names".to_owned(), names)]))
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let file = TensorReader::new(bytes)?;
        let (_, labels) = file.u8("labels")?;
        let row_numbers = file.u32("row_numbers")?;
        if row_numbers.len() != labels.len() {
            let (labels, numbers) = (labels.len(), row_numbers.len());
            return Err(format!("{labels} labels and {numbers} row numbers"));
        }
        let class_names: Vec<String> = serde_json::from_str(file.metadata("class_names")?)
            .map_err(|error| format!("class_names: {error}"))?;
        Ok(Self {
            labels,
            row_numbers,
            class_names,
        })
    }
}

/// The images of a task's test rows, so that a report can show them without the data: `images` u8
/// `[rows, height, width]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestImages {
    /// Height and width in pixels.
    pub size: (usize, usize),
    /// Height × width bytes of every row, in order.
    pub pixels: Vec<u8>,
}

impl TestImages {
    pub(crate) fn of(data: &Dataset) -> Self {
        Self {
            size: data.image_size(),
            pixels: data.pixels().iter().copied().collect(),
        }
    }

    /// The pixels of a row, height × width; `None` past the last row.
    pub fn image(&self, row: usize) -> Option<&[u8]> {
        let pixels = self.size.0.checked_mul(self.size.1)?;
        let start = row.checked_mul(pixels)?;
        self.pixels.get(start..start.checked_add(pixels)?)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut file = TensorWriter::default();
        let (height, width) = self.size;
        let rows = self.pixels.len() / (height * width).max(1);
        file.u8("images", &[rows, height, width], &self.pixels);
        file.finish(BTreeMap::new())
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let (shape, pixels) = TensorReader::new(bytes)?.u8("images")?;
        match shape.as_slice() {
            &[_, height, width] => Ok(Self {
                size: (height, width),
                pixels,
            }),
            other => Err(format!(
                "images: expected [rows, height, width], found {other:?}"
            )),
        }
    }
}
