//! `fm evaluate`

use anyhow::Result;
use fm_experiment::report::percent;
use fm_experiment::single;

use super::train::engine;
use crate::args::Format;
use crate::data;
use crate::model_args::EvaluateArgs;
use crate::table::{note, paragraph, plain};

/// Scores a model on the test images, or on files of one's own.
pub(crate) fn run(args: &EvaluateArgs) -> Result<()> {
    let mut model = single::open(&args.model, &args.reading.options())?;
    let data = data::test_set(&args.source)?;
    let data = if args.classes.is_empty() {
        single::align(&model, &data)?
    } else {
        let data = data.of_classes(&single::of_names(&data, &args.classes)?)?;
        model.metadata.class_names.clear();
        single::align(&model, &data)?
    };
    let found = single::evaluate(&model, &data, engine(args.backend.backend)?)?;
    if args.format == Format::Json {
        println!("{}", serde_json::to_string_pretty(&found)?);
        return Ok(());
    }
    let scores = &found.scores;
    let line = format!(
        "{} on {}: accuracy {}, {} of {} images, loss {:.4}",
        args.model.display(),
        data.name(),
        percent(scores.accuracy),
        scores.correct,
        scores.rows,
        scores.loss
    );
    println!("{}\n", paragraph(&line));
    let mut table = plain(&["class", "images", "recall", "precision", "most taken for"]);
    let share = |x: Option<f64>| x.map_or_else(|| "–".to_owned(), percent);
    for (class, of) in found.classes.iter().enumerate() {
        let others = found.confusion[class].iter().enumerate();
        let wrong = others.filter(|&(other, &n)| other != class && n > 0);
        let taken = wrong.max_by_key(|&(_, n)| n).map_or_else(
            || "–".to_owned(),
            |(other, n)| format!("{} ({n})", found.classes[other].name),
        );
        table.add_row([
            of.name.clone(),
            of.rows.to_string(),
            share(of.recall),
            share(of.precision),
            taken,
        ]);
    }
    println!("{table}");
    if let Some(class) = found.constant_prediction {
        let name = &found.classes[class as usize].name;
        note(&format!(
            "Warning: every image is taken for {name}; the model has learned nothing."
        ));
    }
    Ok(())
}
