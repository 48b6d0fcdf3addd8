//! `fm inspect`

use anyhow::Result;
use fm_experiment::single::{self, Contents, ModelFacts};
use fm_report::{Document, Unit, counted};

use crate::args::Format;
use crate::args::model::InspectArgs;
use crate::print;

/// Shows what is in a file or a results folder.
pub(crate) fn run(args: &InspectArgs) -> Result<()> {
    let contents = single::inspect(&args.path)?;
    if args.format == Format::Json {
        print::json(&contents)?;
        return Ok(());
    }
    let path = args.path.display();
    let mut document = Document::new("");
    document.title = match contents {
        Contents::Model(facts) => {
            model(&mut document, &facts);
            format!("{path}: a model")
        }
        Contents::Checkpoint {
            model: facts,
            phases,
            phase,
            epochs_done,
        } => {
            let columns = [
                ("phase", Some(Unit::Count)),
                ("epochs", Some(Unit::Count)),
                ("", None),
            ];
            let mut table = print::table("Phases", &columns);
            for (number, (mask, epochs)) in phases.into_iter().enumerate() {
                let here = match phase == Some(number + 1) {
                    true => "; continues here",
                    false => "",
                };
                let mask = format!("{mask}{here}");
                table.push([(number + 1).into(), epochs.into(), mask.into()]);
            }
            document.push(table);
            model(&mut document, &facts);
            let epochs = counted(epochs_done, "epoch");
            format!("{path}: a training after {epochs}")
        }
        Contents::Safetensors { tensors, metadata } => {
            let title = format!("{path}: {}", counted(tensors.len(), "tensor"));
            let columns = [("tensor", None), ("type", None), ("shape", None)];
            let mut table = print::table("Tensors", &columns);
            for (name, dtype, shape) in tensors {
                table.push([name.into(), dtype.into(), format!("{shape:?}").into()]);
            }
            document.push(table);
            facts(&mut document, metadata);
            title
        }
        Contents::Idx {
            element,
            dims,
            min,
            max,
            mean,
        } => {
            if let (Some(min), Some(max), Some(mean)) = (min, max, mean) {
                document.about = vec![format!("from {min} to {max}, mean {mean:.3}")];
            }
            format!("{path}: {element} of {dims:?}")
        }
        Contents::Results {
            protocol,
            dataset,
            backend,
            seeds,
            cells,
            missing,
            failed,
        } => {
            let done = cells - missing;
            document.about = vec![format!(
                "{done} of {} trained, {failed} diverged. `fm status` has them by series, `fm report` \
                 the results.",
                counted(cells, "cell")
            )];
            let seeds = counted(seeds, "seed");
            format!("{path}: {protocol} on {dataset}, backend {backend}, {seeds}")
        }
        other => format!("{path}: {other:?}"),
    };
    print::document(&document);
    Ok(())
}

fn model(document: &mut Document, model: &ModelFacts) {
    let count = Some(Unit::Count);
    let columns = [
        ("layer", None),
        ("inputs", count),
        ("outputs", count),
        ("activation", None),
        ("parameters", count),
    ];
    let caption = format!("Layers: {} parameters", model.parameters);
    let mut table = print::table(&caption, &columns);
    for layer in &model.layers {
        table.push([
            layer.name.as_str().into(),
            layer.inputs.into(),
            layer.outputs.into(),
            layer.activation.as_str().into(),
            layer.parameters.into(),
        ]);
    }
    document.push(table);
    let mut more = Vec::new();
    if !model.class_names.is_empty() {
        more.push(("classes".to_owned(), model.class_names.join(", ")));
    }
    if let Some(scale) = model.input_scale {
        // Single precision does not tell smaller steps apart at 1/255.
        let parts = (1000.0 / f64::from(scale)).round() / 1000.0;
        more.push(("input scale".to_owned(), format!("1/{parts}")));
    }
    more.extend(model.notes.clone());
    more.push(("SHA-256 of the weights".to_owned(), model.sha256.clone()));
    facts(document, more);
}

fn facts(document: &mut Document, facts: impl IntoIterator<Item = (String, String)>) {
    let mut table = print::table("Metadata", &[("", None), ("value", None)]);
    for (name, value) in facts {
        table.push([name.into(), value.into()]);
    }
    document.push(table);
}
