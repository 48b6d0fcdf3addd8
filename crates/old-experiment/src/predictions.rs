//! [`RunPredictions`]: what each test row got in a run.

use fm_data::Dataset;
use ndarray::{Array2, ArrayView1, ArrayView2};

use crate::tensors::{TensorReader, TensorWriter};

/// Labels are u8, so no head has more outputs.
const MOST_OUTPUTS: usize = 256;

/// What each test row got from every model of a run, as `runs/seed-0042.safetensors` holds it
/// beside the run's record:
///
/// | tensor | type, shape | what |
/// |---|---|---|
/// | `target/labels` | u8 `[rows]` | classes of the target task's test rows |
/// | `target/row_numbers` | u32 `[rows]` | the rows' numbers in the test file |
/// | `arms/NAME/logits` | f32 `[rows, outputs]` | an arm's outputs; one output is class 1 above 0 |
/// | `source/labels` | u8 `[rows]` | classes of the source task's test rows |
/// | `source/row_numbers` | u32 `[rows]` | the rows' numbers in the test file |
/// | `source/class` | u8 `[rows]` | the source model's class for each |
/// | `source/probability` | f32 `[rows]` | the probability it gives that class |
///
/// Of the source model, which is compared with nothing, the class and its probability alone are
/// kept: eight logits a row would be twice the rest together. Like the record it depends on
/// protocol, seed, data and backend only.
#[derive(Clone, Debug, PartialEq)]
pub struct RunPredictions {
    /// The rows that the arms were tested on.
    pub target: TestRows,
    /// Names and logits, `[rows, outputs]`, of the arms, in the protocol's order.
    pub arms: Vec<(String, Array2<f32>)>,
    /// The rows that the source model was tested on.
    pub source: TestRows,
    /// The source model's class for each of its rows.
    pub source_class: Vec<u8>,
    /// The probability that it gives this class.
    pub source_probability: Vec<f32>,
}

/// The test rows of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRows {
    /// Class of each row within its task.
    pub labels: Vec<u8>,
    /// Number of each row in the file that it came from, from 0.
    pub row_numbers: Vec<u32>,
}

impl TestRows {
    /// The rows of a data set.
    pub fn of(data: &Dataset) -> Self {
        Self {
            labels: data.labels().to_vec(),
            row_numbers: data.row_numbers().to_vec(),
        }
    }

    fn write(&self, task: &str, file: &mut TensorWriter) {
        file.u8(format!("{task}/labels"), &[self.labels.len()], &self.labels);
        file.u32(format!("{task}/row_numbers"), &self.row_numbers);
    }

    fn read(task: &str, file: &TensorReader<'_>) -> Result<Self, String> {
        let (_, labels) = file.u8(&format!("{task}/labels"))?;
        let row_numbers = file.u32(&format!("{task}/row_numbers"))?;
        same_rows(task, labels.len(), "row numbers", row_numbers.len())?;
        if labels.is_empty() {
            return Err(format!("{task} has no rows"));
        }
        Ok(Self {
            labels,
            row_numbers,
        })
    }
}

impl RunPredictions {
    /// The logits of an arm.
    pub fn arm(&self, name: &str) -> Option<ArrayView2<'_, f32>> {
        let (_, logits) = self.arms.iter().find(|(other, _)| other == name)?;
        Some(logits.view())
    }

    /// As the file's bytes; equal predictions are equal bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = TensorWriter::default();
        self.target.write("target", &mut file);
        self.source.write("source", &mut file);
        for (name, logits) in &self.arms {
            file.f32(format!("arms/{name}/logits"), logits);
        }
        let rows = self.source_class.len();
        file.u8("source/class", &[rows], &self.source_class);
        file.f32(
            "source/probability",
            &ArrayView1::from(&self.source_probability),
        );
        file.finish()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote, for the arms of these names.
    ///
    /// # Errors
    /// In words what is wrong with the bytes; they are not trusted in anything.
    pub fn from_bytes<'a>(
        bytes: &[u8],
        arms: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, String> {
        let file = TensorReader::new(bytes)?;
        let target = TestRows::read("target", &file)?;
        let source = TestRows::read("source", &file)?;
        let logits = |name: &str| {
            let tensor = format!("arms/{name}/logits");
            let (shape, values) = file.f32(&tensor)?;
            let &[rows, outputs] = shape.as_slice() else {
                return Err(format!(
                    "{tensor}: expected [rows, outputs], found {shape:?}"
                ));
            };
            same_rows("target", target.labels.len(), &tensor, rows)?;
            let classes = outputs.max(2);
            if outputs > MOST_OUTPUTS {
                return Err(format!(
                    "{tensor}: {outputs} outputs, at most {MOST_OUTPUTS}"
                ));
            }
            if outputs == 0 || target.labels.iter().any(|&l| usize::from(l) >= classes) {
                return Err(format!(
                    "{tensor}: {outputs} outputs are too few for the labels"
                ));
            }
            let logits = Array2::from_shape_vec((rows, outputs), values);
            let logits = logits.map_err(|error| format!("{tensor}: {error}"))?;
            Ok((name.to_owned(), logits))
        };
        let arms = arms.into_iter().map(logits).collect::<Result<_, _>>()?;
        let (_, source_class) = file.u8("source/class")?;
        let (_, source_probability) = file.f32("source/probability")?;
        let rows = source.labels.len();
        same_rows("source", rows, "source/class", source_class.len())?;
        same_rows(
            "source",
            rows,
            "source/probability",
            source_probability.len(),
        )?;
        Ok(Self {
            target,
            arms,
            source,
            source_class,
            source_probability,
        })
    }
}

fn same_rows(task: &str, rows: usize, what: &str, found: usize) -> Result<(), String> {
    if rows == found {
        Ok(())
    } else {
        Err(format!("{task} has {rows} rows, and {found} of {what}"))
    }
}

/// The test images of the target task, as `test-images.safetensors` holds them once for a folder,
/// so that a report can show rows without the data: `images` u8 `[rows, height, width]`, `labels`
/// u8 `[rows]`, `row_numbers` u32 `[rows]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestImages {
    /// The rows.
    pub rows: TestRows,
    /// Height and width in pixels.
    pub size: (usize, usize),
    /// Height × width bytes of every row, in order.
    pub pixels: Vec<u8>,
}

impl TestImages {
    /// The images of a data set.
    pub fn of(data: &Dataset) -> Self {
        Self {
            rows: TestRows::of(data),
            size: data.image_size(),
            pixels: data.pixels().iter().copied().collect(),
        }
    }

    /// The pixels of a row, height × width; none past the last row.
    pub fn image(&self, row: usize) -> Option<&[u8]> {
        let pixels = self.size.0.checked_mul(self.size.1)?;
        let start = row.checked_mul(pixels)?;
        self.pixels.get(start..start.checked_add(pixels)?)
    }

    /// As the file's bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = TensorWriter::default();
        let rows = self.rows.labels.len();
        file.u8("images", &[rows, self.size.0, self.size.1], &self.pixels);
        file.u8("labels", &[rows], &self.rows.labels);
        file.u32("row_numbers", &self.rows.row_numbers);
        file.finish()
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// In words what is wrong with the bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        let file = TensorReader::new(bytes)?;
        let (shape, pixels) = file.u8("images")?;
        let &[rows, height, width] = shape.as_slice() else {
            return Err(format!(
                "images: expected [rows, height, width], found {shape:?}"
            ));
        };
        let (_, labels) = file.u8("labels")?;
        let row_numbers = file.u32("row_numbers")?;
        same_rows("images", rows, "labels", labels.len())?;
        same_rows("images", rows, "row_numbers", row_numbers.len())?;
        Ok(Self {
            rows: TestRows {
                labels,
                row_numbers,
            },
            size: (height, width),
            pixels,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn predictions() -> RunPredictions {
        let rows = |n: u8| TestRows {
            labels: (0..n).map(|row| row % 2).collect(),
            row_numbers: (0..u32::from(n)).map(|row| 7 * row).collect(),
        };
        RunPredictions {
            target: rows(3),
            arms: vec![
                ("a".to_owned(), Array2::from_elem((3, 1), 0.5)),
                ("b".to_owned(), Array2::from_elem((3, 2), -1.5)),
            ],
            source: rows(2),
            source_class: vec![1, 0],
            source_probability: vec![0.25, 0.75],
        }
    }

    #[test]
    fn what_is_written_is_read_back_and_asks_for_its_arms() {
        let bytes = predictions().to_bytes();
        assert_eq!(
            RunPredictions::from_bytes(&bytes, ["a", "b"]),
            Ok(predictions())
        );
        let error = RunPredictions::from_bytes(&bytes, ["a", "c"]).unwrap_err();
        assert!(error.contains("\"arms/c/logits\""), "{error}");
    }

    /// Each of the tensors can be, but with the header behind them they are beyond a machine's word.
    #[test]
    fn lengths_beyond_all_files_are_refused() {
        let size = usize::MAX / 8;
        let tensor = |i: usize| {
            let (start, end) = (i * size, (i + 1) * size);
            format!(r#""{i}":{{"dtype":"U8","shape":[{size}],"data_offsets":[{start},{end}]}}"#)
        };
        let header = format!("{{{}}}", (0..8).map(tensor).collect::<Vec<_>>().join(","));
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header.into_bytes());
        let error = RunPredictions::from_bytes(&bytes, ["a"]).unwrap_err();
        assert!(error.contains(&(8 * size).to_string()), "{error}");
    }

    #[test]
    fn no_change_of_a_byte_and_no_end_makes_it_panic() {
        let bytes = predictions().to_bytes();
        for end in 0..bytes.len() {
            assert!(RunPredictions::from_bytes(&bytes[..end], ["a", "b"]).is_err());
        }
        let mut refused = 0;
        for place in 0..bytes.len() {
            for flip in [1, 16, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[place] ^= flip;
                match RunPredictions::from_bytes(&changed, ["a", "b"]) {
                    Ok(other) => assert_eq!(other.arms.len(), 2),
                    Err(_) => refused += 1,
                }
            }
        }
        // A header that is changed is none; only numbers can change unseen.
        assert!(
            refused > 2 * bytes.len(),
            "{refused} of {}",
            4 * bytes.len()
        );
    }
}
