//! The task split: some classes become the target task, the others the source task.

use crate::{DataError, Dataset};

/// Which classes make the target task and which the source task, with their new labels.
///
/// Target classes get labels 0, 1, … in the order given; the other classes keep their order and
/// close up to 0, 1, …. With classes 5 and 6 of ten as the target, sandals become 0 and shirts 1,
/// and the source task's labels are 0 to 7.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSplit {
    target: Vec<u8>,
    source: Vec<u8>,
}

impl TaskSplit {
    /// The split of data of `n_classes` with these target classes.
    ///
    /// # Errors
    ///
    /// Fewer than two target classes, a class given twice or out of range, or fewer than two
    /// classes left for the source task.
    pub fn new(target_classes: &[u8], n_classes: usize) -> Result<Self, DataError> {
        check(target_classes, n_classes)?;
        let is_source = |class: &u8| !target_classes.contains(class);
        let source: Vec<u8> = (0..=u8::MAX).take(n_classes).filter(is_source).collect();
        if source.len() < 2 {
            let (targets, left) = (target_classes.len(), source.len());
            return Err(DataError::Invalid(format!(
                "{targets} target classes of {n_classes} leave {left} for the source task: \
                 expected two or more"
            )));
        }
        let target = target_classes.to_vec();
        Ok(Self { target, source })
    }

    /// The rows of `part` that belong to the target task, in their order, with new labels.
    ///
    /// # Errors
    ///
    /// If `part` has no such row, or another number of classes than the split.
    pub fn target(&self, part: &Dataset) -> Result<Dataset, DataError> {
        self.task(part, &self.target)
    }

    /// The rows of `part` that belong to the source task, in their order, with new labels.
    ///
    /// # Errors
    ///
    /// As [`target`](Self::target).
    pub fn source(&self, part: &Dataset) -> Result<Dataset, DataError> {
        self.task(part, &self.source)
    }

    /// Refuses a part that was split before: the same numbers would be other classes there.
    fn task(&self, part: &Dataset, classes: &[u8]) -> Result<Dataset, DataError> {
        let (expected, found) = (self.target.len() + self.source.len(), part.n_classes());
        if expected != found {
            let reason = format!("the task split is for {expected} classes, the data has {found}");
            return Err(DataError::invalid(part.name(), reason));
        }
        part.of_classes(classes)
    }
}

/// Refuses fewer than two classes, and a class given twice or out of range.
fn check(classes: &[u8], n_classes: usize) -> Result<(), DataError> {
    let refused = |reason| Err(DataError::Invalid(reason));
    if classes.len() < 2 {
        return refused(format!(
            "a task needs two classes or more, found {classes:?}"
        ));
    }
    for (at, class) in classes.iter().enumerate() {
        if usize::from(*class) >= n_classes {
            return refused(format!("class {class}: the data has {n_classes} classes"));
        }
        if classes[..at].contains(class) {
            return refused(format!("class {class} is given twice"));
        }
    }
    Ok(())
}

impl Dataset {
    /// The rows of these classes alone, in their order; the classes get labels 0, 1, … in the
    /// order given. Unlike a [`TaskSplit`], they may be all that there are.
    ///
    /// ```
    /// use fm_data::Dataset;
    /// use ndarray::Array2;
    ///
    /// let names = ["cat", "dog", "owl"];
    /// let data = Dataset::new("pets", Array2::zeros((4, 1)), vec![0, 1, 2, 1], &names, (1, 1))?;
    /// let two = data.of_classes(&[2, 1])?;
    /// assert_eq!(two.class_names(), ["owl", "dog"]);
    /// assert_eq!(two.labels(), [1, 0, 1]);
    /// # Ok::<(), fm_data::DataError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fewer than two classes, a class given twice or out of range, or no row of any of them.
    pub fn of_classes(&self, classes: &[u8]) -> Result<Self, DataError> {
        check(classes, self.n_classes())?;
        let names = classes
            .iter()
            .map(|&class| &self.class_names()[usize::from(class)]);
        let names: Vec<String> = names.cloned().collect();
        let new_label = |label: &u8| {
            (0..=u8::MAX)
                .zip(classes)
                .find(|(_, class)| *class == label)
        };
        let labels = self.labels().iter().map(new_label).enumerate();
        let (positions, labels): (Vec<usize>, Vec<u8>) = labels
            .filter_map(|(position, label)| Some((position, label?.0)))
            .unzip();
        if positions.is_empty() {
            return Err(DataError::NoRows {
                origin: self.name().to_owned(),
                classes: names,
            });
        }
        let mut part = self.pick(&positions);
        (part.labels, part.class_names) = (labels.into(), names.into());
        Ok(part)
    }
}
