//! `fm evaluate`

use anyhow::Result;
use fm_experiment::single;
use fm_report::{Column, Document, Table, Unit};

use crate::args::model::EvaluateArgs;
use crate::data;
use crate::openblas;
use crate::print::{self, note, percent};

/// Scores a model on the test images, or on files of one's own.
pub(crate) fn run(args: &EvaluateArgs) -> Result<()> {
    let mut model = args.model.open()?;
    let mut data = data::test_set(&args.source)?;
    if !args.classes.is_empty() {
        data = data.of_classes(&single::of_names(&data, &args.classes)?)?;
        model.metadata.class_names.clear();
    }
    let data = single::align(&model, &data)?;
    let found = single::evaluate(&model, &data, &openblas::engine(args.backend.backend)?)?;
    let scores = &found.scores;
    let title = format!(
        "{} on {}: accuracy {}, {} of {} images, loss {:.4}",
        args.model.model.display(),
        data.name(),
        percent(scores.accuracy),
        scores.correct,
        scores.rows,
        scores.loss
    );
    // The class that is most often predicted in place of each.
    let errors = found.confusion.iter().enumerate().map(|(class, row)| {
        let others = row.iter().zip(&found.classes).enumerate();
        let wrong = others.filter(|&(other, (&n, _))| other != class && n > 0);
        let most = wrong.max_by_key(|&(_, (&n, _))| n);
        most.map(|(_, (n, other))| format!("{} ({n})", other.name))
    });
    let rows: Vec<_> = found.classes.iter().zip(errors).collect();
    let table = Table::of("", "Scores by class", &rows)
        .column(Column::text("", "class"), |(class, _)| &class.name)
        .column(Column::count("images"), |(class, _)| class.rows)
        .column(Column::new("", "recall", Unit::Fraction), |(class, _)| {
            class.recall
        })
        .column(
            Column::new("", "precision", Unit::Fraction),
            |(class, _)| class.precision,
        )
        .column(Column::text("", "most frequent error"), |(_, error)| {
            error.clone()
        });
    print::result(
        args.format,
        &Document::new(title).with(table.table()),
        &found,
    )?;
    if let Some(class) = found.constant_prediction {
        let name = &found.classes[class as usize].name;
        note(&format!(
            "Warning: the model predicts {name} for every image; it has learned nothing."
        ));
    }
    Ok(())
}
