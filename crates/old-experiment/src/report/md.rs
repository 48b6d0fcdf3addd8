//! `report.md`: the page's words and tables, for where pictures are not wanted.

use super::command::command;
use super::curve_section;
use super::html::title_words;
use super::load::Material;
use super::text::{markdown, markdown_code};
use super::warning::Warning;
use super::{rows, tables};

/// The report of a folder as Markdown.
pub(super) fn page(material: &Material, warnings: &[Warning]) -> String {
    let protocol = &material.plan.identity.protocol;
    let mut out = format!("# {}\n\n", markdown(&title_words(material)));
    out.push_str(&format!("Protocol {}", markdown(&protocol.name)));
    if !protocol.about.is_empty() {
        out.push_str(&format!(", {}", markdown(&protocol.about)));
    }
    out.push_str(".\n\n");
    for verdict in &material.summary.verdicts {
        out.push_str(&format!("**{}.**\n\n", markdown(verdict)));
    }
    for warning in warnings {
        let (says, advice) = (warning.says(), warning.advice());
        out.push_str(&format!(
            "> Warning. {} {}\n\n",
            markdown(&says),
            markdown(&advice)
        ));
    }
    out.push_str("## Results\n\n");
    let mut results = vec![tables::scores(material)];
    results.extend(tables::comparisons(material));
    results.push(tables::seeds(material));
    results.extend(rows::all_tables(material));
    for table in results {
        out.push_str(&table.markdown());
        out.push('\n');
    }
    out.push_str("## The arms\n\n");
    out.push_str(&tables::arms(protocol).markdown());
    curve_section::markdown(&mut out, material);
    out.push_str("\n## How to reproduce it\n\n");
    let (command, own_file) = command(material);
    out.push_str(if own_file {
        "Save the protocol below as protocol.toml; then this makes the same results.\n\n"
    } else {
        "This makes the same results.\n\n"
    });
    out.push_str(&markdown_code("sh", &command));
    out.push('\n');
    out.push_str(&tables::facts(material).markdown());
    out.push_str("\nThe protocol:\n\n");
    out.push_str(&markdown_code("toml", &material.protocol_toml));
    out
}
