//! `fm evaluate`

use anyhow::Result;
use fm_experiment::single;
use fm_report::{Document, Unit, Value};

use crate::args::Format;
use crate::args::model::EvaluateArgs;
use crate::data;
use crate::openblas;
use crate::print::{self, note, percent};

/// Scores a model on the test images, or on files of one's own.
pub(crate) fn run(args: &EvaluateArgs) -> Result<()> {
    let mut model = single::open(&args.model, &args.reading.options())?;
    let mut data = data::test_set(&args.source)?;
    if !args.classes.is_empty() {
        data = data.of_classes(&single::of_names(&data, &args.classes)?)?;
        model.metadata.class_names.clear();
    }
    let data = single::align(&model, &data)?;
    let found = single::evaluate(&model, &data, &openblas::engine(args.backend.backend)?)?;
    if args.format == Format::Json {
        print::json(&found)?;
        return Ok(());
    }
    let scores = &found.scores;
    let title = format!(
        "{} on {}: accuracy {}, {} of {} images, loss {:.4}",
        args.model.display(),
        data.name(),
        percent(scores.accuracy),
        scores.correct,
        scores.rows,
        scores.loss
    );
    let columns = [
        ("class", None),
        ("images", Some(Unit::Count)),
        ("recall", Some(Unit::Fraction)),
        ("precision", Some(Unit::Fraction)),
        ("most frequent error", None),
    ];
    let mut table = print::table("Scores by class", &columns);
    for (class, of) in found.classes.iter().enumerate() {
        let others = found.confusion[class].iter().enumerate();
        let wrong = others.filter(|&(other, &n)| other != class && n > 0);
        let most = wrong.max_by_key(|&(_, n)| n);
        let most = most.map(|(other, n)| format!("{} ({n})", found.classes[other].name));
        table.push([
            of.name.as_str().into(),
            of.rows.into(),
            of.recall.into(),
            of.precision.into(),
            Value::from(most),
        ]);
    }
    print::document(&Document::new(title).with(table));
    if let Some(class) = found.constant_prediction {
        let name = &found.classes[class as usize].name;
        note(&format!(
            "Warning: the model predicts {name} for every image; it has learned nothing."
        ));
    }
    Ok(())
}
