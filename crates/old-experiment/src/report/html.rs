//! `report.html`: one file that loads nothing and runs nothing.
//!
//! Written so that it is well-formed XML too, which a test checks.

use super::charts::{self, Titled};
use super::command::command;
use super::curve_section;
use super::first_layer::FirstLayer;
use super::load::Material;
use super::numbers::{self, seeds};
use super::text::html;
use super::warning::Warning;
use super::weights::UnitImage;
use super::{rows, tables};

const STYLE: &str = include_str!("style.css");

/// A browser that keeps to this asks for nothing, whatever the page held.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/// The page of a folder.
pub(super) fn page(material: &Material, warnings: &[Warning], units: &[UnitImage]) -> String {
    let protocol = &material.plan.identity.protocol;
    let title = format!("{}: {}", protocol.name, title_words(material));
    let mut out = head(&title);
    header(&mut out, material);
    for verdict in &material.summary.verdicts {
        out.push_str(&format!("<p class=\"verdict\">{}.</p>\n", html(verdict)));
    }
    for warning in warnings {
        out.push_str(&format!(
            "<p class=\"warning\"><strong>Warning.</strong> {} {}</p>\n",
            html(&warning.says()),
            html(&warning.advice())
        ));
    }
    results(&mut out, material);
    learning(&mut out, material);
    curve_section::html(&mut out, material);
    rows::section(&mut out, material);
    source(&mut out, material, units);
    reproduce(&mut out, material);
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

/// The beginning of a page, up to and with `<main>`.
pub(super) fn head(title: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"color-scheme\" content=\"light dark\"/>\n\
         <title>{}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n",
        html(title)
    )
}

/// The question, and on which data it is asked.
pub(super) fn title_words(material: &Material) -> String {
    format!(
        "Does a reused trunk help? {} ({})",
        tables::target_classes(&material.plan),
        material.plan.identity.dataset.name
    )
}

fn header(out: &mut String, material: &Material) {
    let identity = &material.plan.identity;
    out.push_str(&format!(
        "<header>\n<h1>{}</h1>\n",
        html(&title_words(material))
    ));
    let about = match identity.protocol.about.as_str() {
        "" => String::new(),
        about => format!(", {about}"),
    };
    let protocol = format!("Protocol {}{about}", identity.protocol.name);
    let done: Vec<u64> = material.records.iter().map(|record| record.seed).collect();
    let runs = format!(
        "{} ({}) · {} target rows · backend {}",
        numbers::counted(done.len(), "seed"),
        seeds(&done),
        identity.protocol.task.target_rows,
        identity.backend
    );
    for line in [protocol, runs] {
        out.push_str(&format!("<p>{}</p>\n", html(&line)));
    }
    out.push_str("</header>\n");
}

fn results(out: &mut String, material: &Material) {
    out.push_str("<section>\n<h2>Results</h2>\n");
    // One below the other: half a page is too narrow for two arms and their intervals. Many columns
    // are set smaller.
    let arms = material.plan.identity.protocol.arms.len();
    let class = if arms <= 3 { "tables" } else { "stack" };
    out.push_str(&format!("<div class=\"{class}\">\n<div>\n"));
    out.push_str(&tables::scores(material).html());
    files(out, &["report/arms.csv", "runs.csv", "summary.json"]);
    out.push_str("</div>\n");
    if let Some(table) = tables::comparisons(material) {
        out.push_str("<div>\n");
        out.push_str(&table.html());
        files(out, &["report/comparisons.csv"]);
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n");
    note(
        out,
        "The test rows were seen by no training and scored once. Intervals are those of the mean \
         over seeds. A difference below zero, a ratio above 1 and a probability above 0.5 speak \
         for the arm.",
    );
    out.push_str("<div class=\"pair\">\n");
    figure(
        out,
        &Titled {
            title: "Test error of every arm".to_owned(),
            svg: charts::errors(material),
        },
    );
    if let Some(svg) = charts::differences(material) {
        let title = match tables::one_baseline(material) {
            Some(against) => format!("Difference to {against}, seed by seed"),
            None => "Difference of the two arms, seed by seed".to_owned(),
        };
        figure(out, &Titled { title, svg });
    }
    out.push_str("</div>\n");
    note(
        out,
        "Each dot is a seed; the diamond is the mean, on the bar of its interval. A seed gives \
         every arm the same head and the same order of rows, so that its difference shows what \
         the arms do differently.",
    );
    files(out, &["report/differences.csv", "runs.csv"]);
    out.push_str("<details>\n<summary>Every seed</summary>\n");
    out.push_str("<div class=\"stack\">\n");
    out.push_str(&tables::seeds(material).html());
    out.push_str("</div>\n</details>\n</section>\n");
}

fn learning(out: &mut String, material: &Material) {
    out.push_str("<section>\n<h2>Learning curves</h2>\n");
    out.push_str(&tables::arms(&material.plan.identity.protocol).html());
    let charts = charts::learning_curves(material);
    if charts.is_empty() {
        note(out, "The records hold no validation scores.");
    } else {
        out.push_str("<div class=\"pair\">\n");
        for chart in &charts {
            figure(out, chart);
        }
        out.push_str("</div>\n");
        note(
            out,
            "Lines are means over the seeds, bands hold the middle 80 % of them, dotted uprights \
             stand between phases. Validation rows are never trained on, and choose nothing.",
        );
        files(out, &["report/curves.csv", "history.csv"]);
    }
    out.push_str("</section>\n");
}

fn source(out: &mut String, material: &Material, units: &[UnitImage]) {
    let test = &material.summary.source;
    out.push_str("<section>\n<h2>The source network</h2>\n");
    note(
        out,
        &format!(
            "Trained on the other classes first; its trunk is what is reused. Test accuracy {}, \
             test loss {}.",
            numbers::percent_and_sd(&test.test_accuracy.description),
            numbers::loss_and_sd(&test.test_loss.description),
        ),
    );
    out.push_str("<div class=\"pair\">\n");
    for chart in charts::source_curves(material) {
        figure(out, &chart);
    }
    out.push_str("</div>\n");
    files(out, &["report/curves.csv", "history.csv"]);
    rows::source(out, material);
    if let (Some((seed, _)), false) = (&material.source_model, units.is_empty()) {
        out.push_str("<h3>What its first layer looks for</h3>\n");
        note(
            out,
            &format!(
                "The {} units of seed {seed} that training moved furthest: an image per unit, a \
                 pixel per input. Red adds to the unit where the picture is bright, blue takes \
                 away; each image has its own scale. First what training added to the weights:",
                units.len()
            ),
        );
        unit_grid(out, units, "change of", |unit| {
            (&unit.change, unit.change_norm)
        });
        note(
            out,
            "The weights themselves, the random ones they began with included:",
        );
        unit_grid(out, units, "weights of", |unit| (&unit.weights, unit.norm));
        files(out, &["report/units.csv"]);
    }
    if let Some(first_layer) = FirstLayer::of(material) {
        reused(out, &first_layer);
    }
    out.push_str("</section>\n");
}

fn reused(out: &mut String, first_layer: &FirstLayer<'_>) {
    let arm = first_layer.arm;
    let title = format!("What {arm} makes of the reused first layer");
    out.push_str(&format!("<h3>{}</h3>\n", html(&title)));
    note(
        out,
        &format!(
            "The {} units that {arm} moved furthest, of seed {}. What it added has a norm of {}, \
             the weights themselves one of {}: where that is much more, before and after look alike.",
            first_layer.len(),
            first_layer.seed,
            first_layer.change_words(),
            first_layer.norm_words(),
        ),
    );
    out.push_str(&first_layer.html());
    files(out, &["report/first_layer.csv"]);
}

fn unit_grid(
    out: &mut String,
    units: &[UnitImage],
    what: &str,
    image: fn(&UnitImage) -> (&String, f64),
) {
    out.push_str("<div class=\"units\">\n");
    for unit in units {
        let (png, norm) = image(unit);
        let says = format!("{what} unit {}, norm {norm:.2}", unit.unit);
        out.push_str(&format!(
            "<img src=\"{png}\" alt=\"{says}\" title=\"{says}\"/>\n"
        ));
    }
    out.push_str("</div>\n");
}

fn reproduce(out: &mut String, material: &Material) {
    let (command, own_file) = command(material);
    out.push_str("<section>\n<h2>How to reproduce it</h2>\n");
    if own_file {
        note(
            out,
            "Save the protocol below as protocol.toml; then this makes the same results.",
        );
    } else {
        note(out, "This makes the same results.");
    }
    out.push_str(&format!("<pre><code>{}</code></pre>\n", html(&command)));
    out.push_str(&tables::facts(material).html());
    out.push_str(&format!(
        "<details>\n<summary>The protocol</summary>\n<pre><code>{}</code></pre>\n</details>\n",
        html(&material.protocol_toml)
    ));
    files(out, &["plan.json"]);
    out.push_str("</section>\n");
}

pub(super) fn figure(out: &mut String, chart: &Titled) {
    out.push_str(&format!(
        "<figure>\n<figcaption>{}</figcaption>\n{}</figure>\n",
        html(&chart.title),
        chart.svg
    ));
}

pub(super) fn note(out: &mut String, text: &str) {
    out.push_str(&format!("<p class=\"note\">{}</p>\n", html(text)));
}

/// Where the numbers are, beside the page.
pub(super) fn files(out: &mut String, paths: &[&str]) {
    let links = paths
        .iter()
        .map(|path| format!("<a href=\"{path}\">{path}</a>"));
    out.push_str(&format!(
        "<p class=\"files\">Numbers: {}</p>\n",
        links.collect::<Vec<_>>().join(", ")
    ));
}
