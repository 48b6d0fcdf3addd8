//! [`Tasks`]: the data of a protocol, split once and shared by every run.

use fm_data::{DataError, Dataset, TaskSplit};
use fm_nn::Loss;
use fm_train::{Examples, Inputs, TrainError};

use crate::protocol::{Protocol, ValidationAt};

/// What a grey step of a pixel is worth: pixels are 0 to 1.
pub(crate) const PIXEL_SCALE: f32 = 1.0 / 255.0;

/// The parts of one task.
#[derive(Clone, Debug)]
pub struct Task {
    /// Trained on.
    pub train: Dataset,
    /// Scored after every epoch.
    pub valid: Dataset,
    /// Scored once, at the end.
    pub test: Dataset,
}

impl Task {
    /// Loss of the task and number of outputs of its head.
    pub fn loss(&self) -> (Loss, usize) {
        Loss::for_classes(self.train.n_classes())
    }

    /// Rows that training for an epoch goes through and scores: see [`Tasks::work`].
    pub(crate) fn epoch_work(&self) -> u64 {
        self.train_work() + self.valid.rows() as u64
    }

    /// The same without the scoring.
    pub(crate) fn train_work(&self) -> u64 {
        3 * self.train.rows() as u64
    }
}

/// Source and target task of a protocol.
#[derive(Clone, Debug)]
pub struct Tasks {
    /// What the trunk is trained on first.
    pub source: Task,
    /// What the arms are trained on.
    pub target: Task,
}

impl Tasks {
    /// Takes a protocol's rows from a training and a test set and splits them by class.
    ///
    /// # Errors
    /// [`DataError`] if the data has fewer rows or classes than the protocol asks for.
    pub fn split(protocol: &Protocol, train: &Dataset, test: &Dataset) -> Result<Self, DataError> {
        let first = |data: &Dataset, rows: Option<usize>| match rows {
            Some(rows) => data.first(rows),
            None => Ok(data.clone()),
        };
        let test = first(test, protocol.data.test_rows)?;
        let (valid, train) = hold_out(protocol, train)?;
        let split = TaskSplit::new(&protocol.task.target_classes, train.n_classes())?;
        Ok(Self {
            source: Task {
                train: split.source(&train)?,
                valid: split.source(&valid)?,
                test: split.source(&test)?,
            },
            target: Task {
                train: split.target(&train)?.first(protocol.task.target_rows)?,
                valid: split.target(&valid)?,
                test: split.target(&test)?,
            },
        })
    }

    /// The work of one run in forward passes of a row; a training step is worth three.
    pub fn work(&self, protocol: &Protocol) -> u64 {
        let arms: usize = protocol.arms.iter().map(Protocol::arm_epochs).sum();
        let epochs = protocol.source.epochs as u64;
        let shuffled = match protocol.needs_shuffled_source() {
            true => epochs * self.source.train_work(),
            false => 0,
        };
        epochs * self.source.epoch_work() + shuffled + arms as u64 * self.target.epoch_work()
    }
}

/// The validation and the training rows of a training file.
fn hold_out(protocol: &Protocol, train: &Dataset) -> Result<(Dataset, Dataset), DataError> {
    let data = &protocol.data;
    let train = match data.train_rows {
        Some(rows) => train.first(rows)?,
        None => train.clone(),
    };
    match data.validation_at {
        ValidationAt::Start => train.hold_out(data.validation_rows),
        // With too many rows to hold out, the error is that of holding them out at the start.
        ValidationAt::End if data.validation_rows < train.rows() => {
            let (train, valid) = train.hold_out(train.rows() - data.validation_rows)?;
            Ok((valid, train))
        }
        ValidationAt::End => train.hold_out(data.validation_rows),
    }
}

/// Every training row of a protocol's target task, in dataset order.
pub(crate) fn all_target_rows(protocol: &Protocol, train: &Dataset) -> Result<Dataset, DataError> {
    let (_, train) = hold_out(protocol, train)?;
    TaskSplit::new(&protocol.task.target_classes, train.n_classes())?.target(&train)
}

/// A dataset as a protocol's training takes it.
pub(crate) fn examples(data: &Dataset) -> Result<Examples<'_>, TrainError> {
    labelled(data, data.labels(), PIXEL_SCALE)
}

/// The images of a dataset under any labels, pixels multiplied by `scale`.
pub(crate) fn labelled<'a>(
    data: &'a Dataset,
    labels: &'a [u8],
    scale: f32,
) -> Result<Examples<'a>, TrainError> {
    let values = data.pixels();
    Examples::new(Inputs::U8 { values, scale }, labels)
}
