//! A small document with every kind of block.

use fm_report::{
    Axis, Column, Datum, Document, Image, Images, Mark, Plot, Section, Shape, Shown, Table, Text,
    Tone, Unit, Value,
};
use fm_stats::Interval;

/// A text that has a meaning in every format it is written to.
pub(crate) const HOSTILE: &str =
    "<script src=\"https://example.org/x.js\"></script> & 'q' | *b* ]]> ``` \u{1b}[2J \u{202e}end";

/// Differences of two arms to a third, the second far away.
pub(crate) fn strips() -> Plot {
    let names = ["transfer − scratch", "linear-probe − scratch"];
    let near = [-0.0135, -0.009, -0.0055, -0.012, 0.0015];
    let far = [0.03, 0.12, 0.06, 0.31, 0.08];
    let points = |row: usize, values: [f64; 5]| {
        let datum = move |(k, value)| Datum::new(value, row as f64, format!("seed {}", k + 1));
        values.into_iter().enumerate().map(datum)
    };
    let means = vec![
        Datum::new(-0.0077, 0.0, "").within(interval(-0.0152, -0.0002)),
        Datum::new(0.12, 1.0, "").within(interval(-0.018, 0.258)),
    ];
    Plot::new(
        "differences",
        "Test error minus that of scratch, seed by seed",
        Axis::linear("difference of the test errors", Unit::Points),
        Axis::names("comparison", names.map(str::to_owned)),
    )
    .zero("better", "worse than scratch")
    .with(Mark::means(means))
    .with(Mark::new(
        Shape::Points,
        "",
        0,
        points(0, near).chain(points(1, far)),
    ))
}

pub(crate) fn interval(low: f64, high: f64) -> Option<Interval> {
    Some(Interval { low, high })
}

fn curves() -> Plot {
    let line = |name, colour, first: f64| {
        let datum = |epoch: u32| {
            let loss = first / f64::from(epoch);
            Datum::new(f64::from(epoch), loss, format!("epoch {epoch}"))
                .within(interval(0.9 * loss, 1.1 * loss))
        };
        Mark::new(Shape::Line, name, colour, (1..=4).map(datum))
    };
    Plot::new(
        "curves",
        "Validation loss",
        Axis::linear("epoch", Unit::Count),
        Axis::log("validation loss", Unit::Loss),
    )
    .with(Mark::guide(2.5, "all trained"))
    .with(line("transfer", 0, 0.4))
    .with(line("scratch", 1, 0.7))
}

/// A heat map.
fn map() -> Table {
    let points = |name: &str| Column::new(name, name, Unit::Points).shaded();
    let columns = [
        Column::text("epochs", "epochs"),
        points("0.01"),
        points("0.1"),
    ];
    let mut table = Table::new("map", "transfer − scratch, points", columns);
    table.push(["20".into(), Value::Starred(-0.012), Value::Number(0.003)]);
    table.push(["80".into(), Value::Number(0.0)]);
    table
}

/// The scores of two models.
pub(crate) fn scores() -> Table {
    let columns = [
        Column::text("model", "model"),
        Column::new("seeds", "seeds", Unit::Count),
        Column::new("test_error", "test error", Unit::Fraction).mean_sd(),
        Column::new(
            "error_interval",
            "95 % interval of the mean",
            Unit::Fraction,
        )
        .interval()
        .detail(),
        Column::new("test_loss", "test loss", Unit::Loss)
            .mean_sd()
            .detail(),
        Column::new("difference", "difference to scratch", Unit::Points),
        Column::wins("won:lost"),
        Column::new("p", "p", Unit::PValue),
    ];
    let mut table = Table::new(
        "scores",
        "Scores on test rows, mean ± standard deviation",
        columns,
    );
    table.push([
        "scratch".into(),
        5_usize.into(),
        Value::MeanSd(0.0198, Some(0.0055)),
        interval(0.0176, 0.0217).into(),
        Value::MeanSd(0.1123, Some(0.0202)),
    ]);
    table.push([
        "transfer".into(),
        5_usize.into(),
        Value::MeanSd(0.0121, None),
        Value::Missing,
        Value::MeanSd(0.0792, Some(0.0114)),
        Value::Number(-0.0077),
        Value::Wins([4, 0, 1]),
        Value::Number(0.0004),
    ]);
    table
}

/// The document; `name` is a text from outside.
pub(crate) fn document(name: &str) -> Document {
    let grey = Image::grey((2, 2), &[0, 255, 128, 64]).unwrap();
    let signed = Image::signed((2, 2), &[-1.0, 1.0, 0.0, 0.5], 1.0).unwrap();
    let mut document = Document::new(format!("Does a reused trunk help? {name}"));
    document.about = vec![format!("Protocol {name}"), "5 seeds (1–5)".to_owned()];
    document
        .with(strips())
        .with(Text::Lead(
            format!("{name}: transfer has the lower error."),
            Tone::Better,
        ))
        .with(Text::Verdict(
            "linear-probe: undecided.".to_owned(),
            Tone::Neutral,
        ))
        .with(Text::Warning(format!(
            "{name} has 5 seeds. Run it with 30."
        )))
        .with(Text::note(
            "Held fixed: the 200 training images and the 2,000 test images.",
        ))
        .with(scores())
        .with(
            Section::new(format!("Learning curves of {name}"), Shown::Details)
                .with(curves())
                .with(Section::new("Heat map", Shown::Open).with(map())),
        )
        .with(Section::new("Images", Shown::Details).with(Images {
            title: "Test images".to_owned(),
            images: vec![
                grey.described(name, vec![name.to_owned(), "in 3 of 5 seeds".to_owned()]),
                signed.described("unit 1", Vec::new()),
            ],
        }))
        .with(
            Section::new("How to reproduce", Shown::Details).with(Text::Code(
                "sh",
                format!("fm experiment --protocol '{name}'"),
            )),
        )
}
