//! `fm inspect`

use anyhow::Result;
use fm_experiment::single::{self, Contents, ModelFacts};

use crate::args::Format;
use crate::model_args::InspectArgs;
use crate::table::{paragraph, plain};

/// Says what is in a file or a folder.
pub(crate) fn run(args: &InspectArgs) -> Result<()> {
    let contents = single::inspect(&args.path)?;
    if args.format == Format::Json {
        println!("{}", serde_json::to_string_pretty(&contents)?);
        return Ok(());
    }
    let path = args.path.display();
    match &contents {
        Contents::Model(facts) => {
            println!("{path}: a model\n");
            model(facts);
        }
        Contents::Checkpoint {
            model: facts,
            phases,
            phase,
            epochs_done,
        } => {
            println!("{path}: a training after {epochs_done} epochs\n");
            for (number, (mask, epochs)) in phases.iter().enumerate() {
                let now = *phase == Some(number + 1);
                let next = if now { "  (goes on here)" } else { "" };
                println!("phase {}: {epochs} epochs, {mask}{next}", number + 1);
            }
            println!();
            model(facts);
        }
        Contents::Safetensors { tensors, metadata } => {
            println!("{path}: {} tensors\n", tensors.len());
            let mut table = plain(&["tensor", "type", "shape"]);
            for (name, dtype, shape) in tensors {
                table.add_row([name.clone(), dtype.clone(), format!("{shape:?}")]);
            }
            println!("{table}");
            for (key, value) in metadata {
                println!("{key}: {value}");
            }
        }
        Contents::Idx {
            element,
            dims,
            least,
            greatest,
            mean,
        } => {
            println!("{path}: {element} of {dims:?}");
            if let (Some(least), Some(greatest), Some(mean)) = (least, greatest, mean) {
                println!("from {least} to {greatest}, mean {mean:.3}");
            }
        }
        Contents::Results {
            protocol,
            dataset,
            backend,
            seeds,
            done,
            verdicts,
        } => {
            println!("{path}: {protocol} on {dataset}, backend {backend}, {done} of {seeds} seeds");
            for verdict in verdicts {
                println!("\n{}", paragraph(&format!("{verdict}.")));
            }
            if done < seeds {
                println!("\nThe same `fm experiment` goes on with the rest.");
            }
        }
        other => println!("{path}: {other:?}"),
    }
    Ok(())
}

fn model(facts: &ModelFacts) {
    println!("{}\n", facts.table);
    if !facts.class_names.is_empty() {
        println!("classes: {}", facts.class_names.join(", "));
    }
    if let Some(scale) = facts.input_scale {
        // A thousandth is more than single precision tells apart at 1/255.
        let parts = (1000.0 / f64::from(scale)).round() / 1000.0;
        println!("input scale: 1/{parts}");
    }
    for (key, value) in &facts.notes {
        println!("{key}: {value}");
    }
    println!("SHA-256 of the weights: {}", facts.sha256);
}
