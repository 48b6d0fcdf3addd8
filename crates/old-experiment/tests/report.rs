//! Reports of a folder whose texts and numbers are hostile: well-formed, quiet, true, repeatable.

mod report_support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use fm_experiment::report::{self, Report, ReportError, Warning};
use fm_experiment::{RunRecord, Summary};
use quick_xml::Reader;
use quick_xml::events::Event;
use report_support::{HOSTILE, folder, folder_of, plan, record};

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// Name and attributes.
type Element = (String, BTreeMap<String, String>);

/// Every element of the page, and all its text.
fn parse(page: &str) -> (Vec<Element>, String) {
    let mut reader = Reader::from_str(page);
    reader.config_mut().check_end_names = true;
    let (mut elements, mut text) = (Vec::new(), String::new());
    let mut depth = 0_i32;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                depth += 1;
                elements.push(element(&start));
            }
            Event::Empty(start) => elements.push(element(&start)),
            Event::End(_) => depth -= 1,
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(part) => {
                let reference = format!("&{};", &*part);
                text.push_str(&quick_xml::escape::unescape(&reference).unwrap());
            }
            Event::Eof => break,
            Event::DocType(_) => {}
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(depth, 0, "elements left open");
    (elements, text)
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Element {
    let name = start.name().as_ref().to_owned();
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.unwrap();
        let key = attribute.key.as_ref().to_owned();
        let value: &str = &attribute.value;
        (
            key,
            quick_xml::escape::unescape(value).unwrap().into_owned(),
        )
    });
    (name, attributes.collect())
}

#[test]
fn the_page_is_well_formed_and_asks_for_nothing() {
    let folder = folder();
    report::rebuild(folder.path()).unwrap();
    let page = read(folder.path(), "report.html");
    let (elements, text) = parse(&page);
    let names: BTreeSet<&str> = elements.iter().map(|(name, _)| name.as_str()).collect();
    for name in [
        "script", "link", "iframe", "object", "embed", "base", "form", "video",
    ] {
        assert!(!names.contains(name), "<{name}>");
    }
    for (name, attributes) in &elements {
        for (key, value) in attributes {
            assert!(!key.starts_with("on"), "{name} {key}");
            match key.as_str() {
                "src" => assert!(value.starts_with("data:image/png;base64,"), "{value}"),
                "href" => assert!(folder.path().join(value).is_file(), "{value} is not there"),
                "style" | "srcset" | "background" | "data" | "xlink:href" => {
                    panic!("{name} has {key}")
                }
                _ => {}
            }
        }
    }
    let style = &page[page.find("<style>").unwrap()..page.find("</style>").unwrap()];
    assert!(!style.contains("url(") && !style.contains("@import"));
    assert!(style.contains("prefers-color-scheme: dark") && style.contains("@media print"));
    let policy = elements.iter().find_map(|(_, a)| {
        (a.get("http-equiv")? == "Content-Security-Policy").then(|| a["content"].clone())
    });
    assert!(policy.unwrap().starts_with("default-src 'none'"));

    // What came from outside is text, all of it, and no character turns the line round.
    assert!(HOSTILE.contains("<script") && !page.contains("<script"));
    assert!(
        text.contains(&HOSTILE.replace('\u{202e}', "\u{fffd}")),
        "the text is not there"
    );
    assert!(!page.contains('\u{202e}'));
}

#[test]
fn pictures_and_tables_say_what_they_are() {
    let folder = folder();
    report::rebuild(folder.path()).unwrap();
    let (elements, _) = parse(&read(folder.path(), "report.html"));
    let mut ids = BTreeSet::new();
    for (_, attributes) in &elements {
        if let Some(id) = attributes.get("id") {
            assert!(ids.insert(id.clone()), "{id} is there twice");
        }
    }
    let count = |name: &str| elements.iter().filter(|(n, _)| n == name).count();
    // Errors, differences, three per other arm, four of the source network.
    assert_eq!(count("svg"), 2 + 3 * 2 + 4);
    assert_eq!(count("desc"), count("svg"));
    for (name, attributes) in &elements {
        match name.as_str() {
            "svg" => {
                assert_eq!(attributes["role"], "img");
                let named = attributes["aria-labelledby"].split(' ');
                assert!(named.clone().count() == 2 && named.clone().all(|id| ids.contains(id)));
            }
            "img" => {
                let says = &attributes["alt"];
                assert!(says.contains("unit ") || says.starts_with("test image "));
            }
            _ => {}
        }
    }
    let captions = elements
        .iter()
        .filter(|(_, a)| a.values().any(|v| v == "caption"));
    assert_eq!(captions.count(), count("table"));
}

#[test]
fn equal_records_give_equal_bytes_wherever_they_are() {
    let (one, other) = (folder(), folder());
    for folder in [&one, &other, &one] {
        report::rebuild(folder.path()).unwrap();
    }
    let files = [
        "report.html",
        "report.md",
        "runs.csv",
        "history.csv",
        "summary.json",
        "report/arms.csv",
        "report/comparisons.csv",
        "report/differences.csv",
        "report/curves.csv",
        "report/units.csv",
        "report/rows.csv",
        "report/spread.csv",
        "report/confusion.csv",
        "report/calibration.csv",
    ];
    for name in files {
        assert_eq!(read(one.path(), name), read(other.path(), name), "{name}");
    }
    let page = read(one.path(), "report.html");
    assert!(!page.contains(one.path().to_str().unwrap()));
}

/// The cells of a CSV file by column; none of those read here is quoted.
fn columns(text: &str) -> Vec<BTreeMap<&str, &str>> {
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            assert_eq!(cells.len(), heading.len(), "{line}");
            heading.iter().copied().zip(cells).collect()
        })
        .collect()
}

fn number(row: &BTreeMap<&str, &str>, column: &str) -> f64 {
    row[column].parse().unwrap()
}

#[test]
fn the_numbers_beside_the_pictures_are_the_summary_s() {
    let folder = folder();
    let Report { summary, .. } = report::rebuild(folder.path()).unwrap();
    let kept: Summary = serde_json::from_str(&read(folder.path(), "summary.json")).unwrap();
    assert_eq!(kept, summary);

    let arms = read(folder.path(), "report/arms.csv");
    let mut seen = 0;
    for row in columns(&arms)
        .iter()
        .filter(|row| row["measure"] == "test_error")
    {
        let d = &summary.arms[row["model"]].test_error.description;
        assert_eq!(number(row, "mean"), d.mean);
        assert_eq!(Some(number(row, "sd")), d.sd);
        assert_eq!(Some(number(row, "mean_low")), d.mean_interval.low);
        assert_eq!(Some(number(row, "mean_high")), d.mean_interval.high);
        seen += 1;
    }
    assert_eq!(seen, 3);

    let runs = read(folder.path(), "runs.csv");
    let errors: Vec<f64> = columns(&runs)
        .iter()
        .filter(|row| row["model"] == "transfer")
        .map(|row| number(row, "test_error"))
        .collect();
    assert_eq!(errors, summary.arms["transfer"].test_error.per_seed);

    let comparisons = read(folder.path(), "report/comparisons.csv");
    for (row, c) in columns(&comparisons).iter().zip(&summary.comparisons) {
        assert_eq!(number(row, "difference"), c.error_difference.mean);
        assert_eq!(
            Some(number(row, "difference_low")),
            c.error_difference.bounds.low
        );
        assert_eq!(number(row, "sign_flip_p"), c.sign_flip.p);
        assert_eq!(number(row, "wins") as usize, c.wins.wins);
    }
    let differences = read(folder.path(), "report/differences.csv");
    let rows = columns(&differences);
    assert_eq!(rows.len(), 7 * 2);
    for row in &rows {
        assert_eq!(
            number(row, "difference"),
            number(row, "arm_error") - number(row, "against_error")
        );
    }

    // The last point of a curve, from the records themselves.
    let losses: Vec<f64> = (1..=7)
        .map(|seed| {
            let text = read(folder.path(), &format!("runs/seed-{seed:04}.json"));
            let record: RunRecord = serde_json::from_str(&text).unwrap();
            record.arms[1].history[3].valid.unwrap().loss
        })
        .collect();
    let curves = read(folder.path(), "report/curves.csv");
    let found = columns(&curves)
        .into_iter()
        .find(|row| (row["model"], row["measure"], row["epoch"]) == ("transfer", "valid_loss", "4"))
        .unwrap();
    assert_eq!(number(&found, "mean"), losses.iter().sum::<f64>() / 7.0);
    assert_eq!(
        number(&found, "min"),
        losses.iter().copied().fold(f64::INFINITY, f64::min)
    );
    assert_eq!(found["phase"], "2");
    assert_eq!(
        read(folder.path(), "history.csv").lines().count(),
        1 + 7 * (2 + 3 * 4)
    );
}

#[test]
fn event_files_have_a_run_per_model_and_seed_and_one_for_the_mean() {
    let folder = folder();
    let logs = report::write_tensorboard(folder.path()).unwrap();
    let file = |run: &str| fs::read(logs.join(run).join("events.out.tfevents.0.fm")).unwrap();
    let runs: Vec<_> = fs::read_dir(&logs).unwrap().map(Result::unwrap).collect();
    assert_eq!(runs.len(), 7 + 1);
    for run in &runs {
        assert_eq!(fs::read_dir(run.path()).unwrap().count(), 3 + 1);
    }
    let has = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    let transfer = file("seed-0003/transfer");
    for tag in [
        "train/loss",
        "valid/loss",
        "valid/accuracy",
        "test/accuracy",
    ] {
        assert!(has(&transfer, tag), "{tag}");
    }
    // A mean over seeds has no test score: the summary has it.
    assert!(has(&file("mean/transfer"), "valid/loss"));
    assert!(!has(&file("mean/transfer"), "test/"));
    report::write_tensorboard(folder.path()).unwrap();
    assert_eq!(file("seed-0003/transfer"), transfer);
}

#[test]
fn markdown_keeps_hostile_text_in_its_place() {
    let folder = folder();
    report::rebuild(folder.path()).unwrap();
    let page = read(folder.path(), "report.md");
    assert!(page.contains("\\|") && page.contains("&lt;script"));
    let (before, code) = page.split_once("toml\n").unwrap();
    assert!(!before.contains("<script"), "outside the protocol's text");
    assert!(code.contains("<script"), "the protocol is as it was");
    let rows = |line: &&str| line.starts_with("| transfer | copied");
    for line in before.lines().filter(rows) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 4, "{line}");
    }
}

#[test]
fn what_is_odd_is_a_warning() {
    let plan = plan();
    let mut records: Vec<RunRecord> = (1..=6).map(record).collect();
    records[1].source.sha256_after_arms = "other".to_owned();
    records[2].arms[1].trunk_sha256[1] = "thawed".to_owned();
    records[3].arms[0].test.correct = records[3].arms[0].test.rows / 2;
    records[3].arms[0].test.accuracy = 0.5;
    // Without what the rows got, which would say for certain that it is not constant.
    records[3].predictions_sha256 = None;
    let folder = folder_of(&plan, &records);
    let report = report::rebuild(folder.path()).unwrap();
    let arm = "transfer".to_owned();
    let training = "scratch".to_owned();
    assert_eq!(
        report.warnings,
        [
            Warning::SourceChanged { seeds: vec![2] },
            Warning::FrozenTrunkChanged {
                arm,
                seeds: vec![3]
            },
            Warning::ConstantPredictions {
                training,
                seeds: vec![4]
            },
            // Two comparisons: 6 seeds reach p = 2 · 2⁻⁵ = 0.0625 only.
            Warning::TooFewSeeds {
                seeds: 6,
                to_conclude: 7,
                to_detect: 29
            },
            Warning::MissingRuns {
                done: 6,
                missing: vec![7]
            },
            Warning::NoPredictions {
                seeds: vec![4],
                of: 6
            },
        ]
    );
    let page = read(folder.path(), "report.html");
    for warning in &report.warnings {
        assert!(page.contains(&warning.says()), "{}", warning.says());
        assert!(page.contains(&warning.advice()), "{}", warning.advice());
    }
}

#[test]
fn one_seed_has_a_report_without_intervals() {
    let folder = folder_of(&plan(), &[record(5)]);
    let report = report::rebuild(folder.path()).unwrap();
    let to_few = Warning::OneSeed {
        to_conclude: 7,
        to_detect: 29,
    };
    assert!(report.warnings.contains(&to_few), "{:?}", report.warnings);
    // The model in the folder is seed 1's.
    assert!(
        report
            .warnings
            .contains(&Warning::NoSourceModel { seed: 5 })
    );
    let (_, text) = parse(&read(folder.path(), "report.html"));
    assert!(!text.contains("NaN") && !text.contains("inf"));
}

#[test]
fn what_no_report_can_be_made_of_is_refused_with_the_reason() {
    let empty = tempfile::tempdir().unwrap();
    let error = report::rebuild(empty.path()).unwrap_err();
    assert!(matches!(error, ReportError::NotResults { .. }), "{error}");
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);

    let error = report::rebuild(folder_of(&plan(), &[]).path()).unwrap_err();
    assert!(matches!(error, ReportError::NoRecords { .. }), "{error}");

    let mut newer = plan();
    newer.identity.format += 1;
    let error = report::rebuild(folder_of(&newer, &[]).path()).unwrap_err();
    assert!(matches!(error, ReportError::Format { .. }), "{error}");

    let mut impossible = plan();
    impossible.identity.protocol.arms.clear();
    let error = report::rebuild(folder_of(&impossible, &[]).path()).unwrap_err();
    assert!(matches!(error, ReportError::Protocol { .. }), "{error}");

    let mut fewer = record(1);
    fewer.arms.pop();
    let mut more_right = record(1);
    more_right.arms[0].test.correct = more_right.arms[0].test.rows + 1;
    for (record, reason) in [(fewer, "expected the arms"), (more_right, "2001 of 2000")] {
        let error = report::rebuild(folder_of(&plan(), &[record]).path()).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
}
