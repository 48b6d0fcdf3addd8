//! The part of a report that is made from what each test row got: which images an arm misses and
//! another gets, where the spread comes from, confusions and calibration.

mod calibration;
mod confusion;
mod csv;
mod gallery;
mod tables;

pub(super) use csv::files;

use super::charts::Titled;
use super::html::{figure, files as links, note};
use super::load::Material;
use super::table::Table;
use crate::test_rows::TestRowsSummary;

/// The section of the page; nothing where no run left its predictions.
pub(super) fn section(out: &mut String, material: &Material) {
    let Some(summary) = &material.summary.test_rows else {
        return;
    };
    out.push_str("<section>\n<h2>The test images</h2>\n");
    gallery::section(out, material);
    spread(out, material, summary);
    confusions(out, material, summary);
    calibrations(out, material, summary);
    out.push_str("</section>\n");
}

/// The tables of this section, for Markdown.
pub(super) fn all_tables(material: &Material) -> Vec<Table> {
    let Some(summary) = &material.summary.test_rows else {
        return Vec::new();
    };
    let mut all = vec![tables::spread(material, summary)];
    all.extend(tables::confusions(material, summary));
    all.push(tables::beyond_accuracy(material, summary));
    all
}

fn spread(out: &mut String, material: &Material, summary: &TestRowsSummary) {
    out.push_str("<h3>How much is owed to these test rows</h3>\n");
    let table = tables::spread(material, summary).html();
    out.push_str(&format!("<div class=\"stack\">\n{table}</div>\n"));
    note(out, &tables::spread_words(summary));
    links(out, &["report/spread.csv"]);
}

fn confusions(out: &mut String, material: &Material, summary: &TestRowsSummary) {
    out.push_str("<h3>What is taken for what</h3>\n");
    match tables::confusions(material, summary) {
        Some(table) => out.push_str(&table.html()),
        None => {
            out.push_str("<div class=\"pair\">\n");
            for arm in &material.plan.identity.protocol.arms {
                let matrix = &summary.arms[&arm.name].model.confusion;
                let classes = tables::class_names(&material.plan).0;
                figure(out, &confusion::heat_map(&arm.name, matrix, &classes));
            }
            out.push_str("</div>\n");
        }
    }
    note(
        out,
        "All seeds together; percent of the test rows of the true class.",
    );
    links(out, &["report/confusion.csv"]);
}

fn calibrations(out: &mut String, material: &Material, summary: &TestRowsSummary) {
    out.push_str("<h3>Whether the probabilities can be believed</h3>\n");
    out.push_str(&tables::beyond_accuracy(material, summary).html());
    out.push_str("<div class=\"pair\">\n");
    for chart in calibration::charts(material, summary) {
        figure(out, &chart);
    }
    out.push_str("</div>\n");
    note(
        out,
        "A network that says 80 % should be right four times in five: then its dots lie on the \
         dotted line. Below it the network is too sure of itself, above it not sure enough. Dots \
         grow with the number of predictions, those of all seeds. The calibration error is the \
         mean distance from the line; the Brier score is the squared distance of the \
         probabilities from the truth, 0 at best and 2 at worst.",
    );
    links(out, &["report/calibration.csv", "summary.json"]);
}

/// The source network's confusions and calibration, for its own section of the page.
pub(super) fn source(out: &mut String, material: &Material) {
    let Some(summary) = &material.summary.test_rows else {
        return;
    };
    let classes = tables::class_names(&material.plan).1;
    out.push_str("<div class=\"pair\">\n");
    figure(
        out,
        &Titled {
            title: "source network: taken for what, percent".to_owned(),
            ..confusion::heat_map("source network", &summary.source.confusion, &classes)
        },
    );
    figure(out, &calibration::source_chart(summary));
    out.push_str("</div>\n");
    links(out, &["report/confusion.csv", "report/calibration.csv"]);
}
