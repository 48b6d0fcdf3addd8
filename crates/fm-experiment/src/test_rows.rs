//! [`TestRows`] and [`TestImages`]: the test rows of a task, kept once for all cells that are
//! scored on them.

use fm_data::Dataset;
use fm_nn::tensors::TensorFile;
use ndarray::{ArrayView1, ArrayView3};

use crate::record::Wrong;

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
        let (labels, numbers) = (file.get::<u8>("labels")?, file.get::<u32>("row_numbers")?);
        if numbers.len() != labels.len() {
            let (labels, numbers) = (labels.len(), numbers.len());
            return Err(format!("{labels} labels and {numbers} row numbers").into());
        }
        let names = file
            .metadata
            .get("class_names")
            .ok_or("class_names are missing")?;
        Ok(Self {
            labels: labels.into_iter().collect(),
            row_numbers: numbers.into_iter().collect(),
            class_names: serde_json::from_str(names)
                .map_err(|error| format!("class_names: {error}"))?,
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
        let (height, width) = self.size;
        let rows = self.pixels.len() / (height * width).max(1);
        let images = ArrayView3::from_shape((rows, height, width), &self.pixels);
        let mut file = TensorFile::default();
        file.add("images", &images.expect("height × width bytes a row"))
            .and_then(|()| file.to_bytes())
            .expect("one array and a short header")
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Wrong> {
        let images = TensorFile::from_bytes(bytes)?.get::<u8>("images")?;
        match *images.shape() {
            [_, height, width] => Ok(Self {
                size: (height, width),
                pixels: images.into_iter().collect(),
            }),
            ref other => {
                let wrong = format!("images: expected [rows, height, width], found {other:?}");
                Err(wrong.into())
            }
        }
    }
}
