//! The curves in a report: all of them, well-formed, and with the numbers of the records.

mod report_support;

use std::fs;
use std::path::Path;

use fm_experiment::Protocol;
use fm_experiment::report::{self, Report};
use fm_experiment::stats::{mean, sd};
use quick_xml::Reader;
use quick_xml::events::Event;
use report_support::{curves, folder_of, plan, record};
use tempfile::TempDir;

fn with_curves() -> (TempDir, Report) {
    let mut plan = plan();
    let text = toml::to_string(&plan.identity.protocol).unwrap();
    plan.identity.protocol =
        Protocol::parse(&format!("{text}{}", curves::TABLES), "curves").unwrap();
    let records: Vec<_> = (1..=7).map(record).collect();
    let folder = folder_of(&plan, &records);
    curves::write(folder.path(), &plan.identity.seeds);
    let report = report::rebuild(folder.path()).unwrap();
    (folder, report)
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn every_curve_is_in_the_page_and_the_page_is_well_formed() {
    let (folder, _) = with_curves();
    let page = read(folder.path(), "report.html");
    let mut reader = Reader::from_str(&page);
    reader.config_mut().check_end_names = true;
    let (mut depth, mut charts) = (0, Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                depth += 1;
                if start.name().as_ref() == "svg" {
                    let named = start.try_get_attribute("aria-labelledby").unwrap().unwrap();
                    charts.push(named.value.split('-').next().unwrap().to_owned());
                }
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    let count = |name: &str| charts.iter().filter(|chart| *chart == name).count();
    assert_eq!(
        (count("samples"), count("depth"), count("pairs")),
        (2, 2, 2)
    );
    let markdown = read(folder.path(), "report.md");
    for heading in [
        "How many target rows?",
        "How many layers?",
        "Which classes?",
        "Where does the spread come from?",
    ] {
        assert!(page.contains(heading), "{heading}");
        assert!(markdown.contains(&format!("## {heading}")), "{heading}");
    }
    for name in ["samples", "depth", "pairs", "vary"] {
        assert!(
            page.contains(&format!("href=\"report/{name}.csv\"")),
            "{name}"
        );
    }
    let flags = "--curve samples --curve depth --pairs 0-1,3-9 --vary init,order,subset,all";
    assert!(page.contains(flags) && markdown.contains(flags));
    // Numbers that are none would stand in coordinates.
    assert!(!page.contains("NaN") && !page.contains("inf\""));
}

#[test]
fn files_and_summary_have_the_records_numbers() {
    let (folder, report) = with_curves();
    let wrong = |seed: usize| 40 + (seed * 5) % 9;
    let mut errors: Vec<f64> = (1..=7).map(|seed| wrong(seed) as f64 / 2000.0).collect();
    let samples = report.summary.curves.samples.unwrap();
    let found = &samples.points[1].arms[0].test_error;
    assert_eq!(found.per_seed, errors);
    // A description adds up in ascending order.
    errors.sort_by(f64::total_cmp);
    assert_eq!(found.description.mean, mean(&errors));
    // Two other arms at three points.
    assert_eq!(samples.comparisons, 6);
    let holm = samples.points[0].comparisons[0].holm.unwrap();
    assert_eq!(holm.comparisons, 6);

    let csv = read(folder.path(), "report/samples.csv");
    let line = csv.lines().find(|line| line.starts_with("40,scratch,4,7,"));
    let expected = format!("40,scratch,4,7,{},{},", mean(&errors), sd(&errors).unwrap());
    assert!(
        line.is_some_and(|line| line.starts_with(&expected)),
        "{csv}"
    );
    let lines = |name: &str| read(folder.path(), name).lines().count() - 1;
    // Three arms at three points; B, none and four curves of two layers; a pair each; three numbers
    // by four things varied.
    assert_eq!(lines("report/samples.csv"), 3 * 3);
    assert_eq!(lines("report/depth.csv"), 2 + 4 * 2);
    assert_eq!(lines("report/pairs.csv"), 2);
    assert_eq!(lines("report/vary.csv"), 3 * 4);
    // The page counts the pairs as the file does, and draws each once beside the matrix.
    let csv = read(folder.path(), "report/pairs.csv");
    let column = csv.lines().next().unwrap().split(',');
    let column = column.take_while(|name| *name != "difference").count();
    let difference = |line: &str| line.split(',').nth(column).unwrap().parse::<f64>().unwrap();
    let (fewer, more): (Vec<f64>, Vec<f64>) =
        csv.lines().skip(1).map(difference).partition(|d| *d < 0.0);
    let page = read(folder.path(), "report.html");
    let says = format!("transfer makes fewer errors in {} of 2 pairs", fewer.len());
    assert!(page.contains(&says), "{says}");
    let scatter = &page[page.find("pairs-scatter").unwrap()..];
    let scatter = &scatter[..scatter.find("</svg>").unwrap()];
    let dots = |class: &str| scatter.matches(&format!("class=\"{class}\" cx")).count();
    assert_eq!((dots("dot"), dots("dot hollow")), (fewer.len(), more.len()));
    // Made again from the same records, it is the same file.
    let before = read(folder.path(), "report.html");
    report::rebuild(folder.path()).unwrap();
    assert_eq!(read(folder.path(), "report.html"), before);
}

/// A pair without an error has a place on the logarithmic axis, below the others and called 0.
#[test]
fn a_pair_without_an_error_is_drawn_at_zero() {
    let (folder, _) = with_curves();
    for seed in 1..=7 {
        let record = folder
            .path()
            .join(format!("curves/pairs/0-1/seed-000{seed}.json"));
        let mut pair: serde_json::Value =
            serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
        pair["arms"][0]["test"]["correct"] = pair["arms"][0]["test"]["rows"].clone();
        pair["arms"][0]["test"]["accuracy"] = 1.0.into();
        fs::write(&record, pair.to_string()).unwrap();
    }
    report::rebuild(folder.path()).unwrap();
    let page = read(folder.path(), "report.html");
    let scatter = &page[page.find("pairs-scatter").unwrap()..];
    let scatter = &scatter[..scatter.find("</svg>").unwrap()];
    assert!(scatter.contains("log scale"));
    let number = |line: &str, name: &str| -> f64 {
        let value = line.split(&format!(" {name}=\"")).nth(1).unwrap();
        value.split('"').next().unwrap().parse().unwrap()
    };
    let places = |element: &str, name: &str| -> Vec<(f64, String)> {
        let lines = scatter.lines().filter(|line| line.starts_with(element));
        let mut places: Vec<_> = lines
            .map(|line| (number(line, name), line.to_owned()))
            .collect();
        places.sort_by(|a, b| a.0.total_cmp(&b.0));
        places
    };
    let dots = places("<circle", "cx");
    assert_eq!(dots.len(), 2);
    let zero = places("<text class=\"tick\" text-anchor=\"middle\"", "x");
    assert!(zero[0].1.ends_with(">0</text>"), "{}", zero[0].1);
    assert_eq!(zero[0].0, dots[0].0);
    assert!(dots[0].0 < dots[1].0);
}
