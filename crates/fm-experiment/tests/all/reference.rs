//! The scores of the first edition are reproduced exactly: a part of them, or with
//! `FM_REFERENCE=all` (in a release build) all.

use std::collections::BTreeMap;
use std::error::Error;

use fm_experiment::protocol::{Protocol, Values};
use fm_experiment::{Data, Executor, Plan, Request, SeedList, Store, jobs};
use fm_nn::{Backend, Engine};
use libtest_mimic::Trial;
use serde_json::json;

use crate::support::{Outcome, fixture, needs_data};

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        needs_data("reference_main_table_and_sweeps", main_table_and_sweeps),
        needs_data("reference_pairs", pairs),
        needs_data("reference_other_protocols", other_protocols),
    ]
}

fn all() -> bool {
    std::env::var("FM_REFERENCE").is_ok_and(|value| value == "all")
}

/// Scores by series, point, seed and model.
type Scores = BTreeMap<(String, String, u64, String), (usize, f64)>;

fn scores(request: &Request, data: &Data) -> Result<Scores, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let labels = data.labels();
    let store = Store::open(folder.path(), &labels)?;
    let plan = Plan::new(request, &labels)?;
    let jobs = jobs(&plan, &store.keys()?);
    Executor::new(Engine::portable()).run(&jobs, data, &store, &())?;
    let mut scores = Scores::new();
    for place in plan.places() {
        let series = &plan.series[place.series];
        let name = series.name().unwrap_or_default();
        let point = &series.points[place.point];
        let values: Vec<String> = point.values.iter().map(ToString::to_string).collect();
        let record = store
            .record(&plan.recipe(place).key())?
            .ok_or("no record")?;
        let test = record.scores().ok_or("a cell failed")?;
        let key = (
            name.to_owned(),
            values.join(","),
            place.seed,
            plan.model(place).to_owned(),
        );
        scores.insert(key, (test.correct, test.loss));
    }
    Ok(scores)
}

/// A row of a reference file: its columns by name.
fn rows(name: &str) -> Result<Vec<BTreeMap<String, String>>, Box<dyn Error>> {
    let text = fixture(&format!("reference/{name}"))?;
    let mut lines = text.lines().map(|line| line.split(','));
    let heading: Vec<&str> = lines.next().ok_or("no heading")?.collect();
    let row = |line: std::str::Split<'_, char>| {
        let named = heading.iter().zip(line);
        named
            .map(|(key, value)| ((*key).to_owned(), value.to_owned()))
            .collect()
    };
    Ok(lines.map(row).collect())
}

/// Compares every row of a reference file whose place is known, to the bit.
fn compare(
    found: &Scores,
    rows: &[BTreeMap<String, String>],
    place: impl Fn(&BTreeMap<String, String>) -> Option<(String, String, String)>,
) -> Result<usize, Box<dyn Error>> {
    let mut compared = 0;
    for row in rows {
        let Some((series, point, model)) = place(row) else {
            continue;
        };
        let seed: u64 = row["seed"].parse()?;
        let key = (series, point, seed, model);
        let Some(&(correct, loss)) = found.get(&key) else {
            continue;
        };
        assert_eq!(correct, row["correct"].parse::<usize>()?, "{key:?}");
        assert_eq!(
            loss.to_bits(),
            row["test_loss"].parse::<f64>()?.to_bits(),
            "{key:?}"
        );
        compared += 1;
    }
    Ok(compared)
}

fn request(protocol: &str, seeds: u64) -> Result<Request, Box<dyn Error>> {
    let protocol = Protocol::built_in(protocol).ok_or("no such protocol")?;
    let seeds: SeedList = seeds.to_string().parse()?;
    Ok(Request::new(protocol, &seeds, Backend::Portable))
}

/// A row of the main table.
fn main_place(row: &BTreeMap<String, String>) -> Option<(String, String, String)> {
    Some((String::new(), String::new(), row["model"].clone()))
}

fn main_table_and_sweeps(data: &Data) -> Outcome {
    let main_rows = rows("notebook-2e-30-runs.csv")?;
    if all() {
        let found = scores(&request("notebook-2e", 30)?, data)?;
        // The source network and five arms.
        assert_eq!(compare(&found, &main_rows, main_place)?, 6 * 30);
    }
    let seeds = if all() { 6 } else { 1 };
    let mut request = request("notebook-2e", seeds)?;
    request.protocol = request
        .protocol
        .with_arms(&["shuffled-source".to_owned()])?;
    for sweep in ["samples", "depth", "vary"] {
        request = request.with_named_sweep(sweep)?;
    }
    if !all() {
        // The others take a source training each.
        let held = Values::List(vec![json!(["target_rows"])]);
        request = request.with_values("vary", held)?;
    }
    let found = scores(&request, data)?;
    assert_eq!(compare(&found, &main_rows, main_place)?, 6 * seeds as usize);
    let rows = rows("notebook-2e-6-curves.csv")?;
    let moves = |what: &str| match what {
        "init" => "[\"init\"]",
        "order" => "[\"order\"]",
        "subset" => "[\"target_rows\"]",
        _ => "[\"init\",\"order\",\"target_rows\"]",
    };
    let place = |row: &BTreeMap<String, String>| {
        let (question, arm) = (row["question"].as_str(), row["arm"].clone());
        let number = |after: &str| {
            let rest = row["point"].strip_prefix(after)?;
            Some(rest.split(';').next()?.to_owned())
        };
        Some(match question {
            "samples" => {
                let rows = number("rows=")?;
                let all = "\"all\"".to_owned();
                let point = if rows == "11014" { all } else { rows };
                ("samples".to_owned(), point, arm)
            }
            "depth" => {
                // Without reused layers the four networks are one cell.
                let arm = if arm == "none-reused" {
                    "AnB".to_owned()
                } else {
                    arm
                };
                ("depth".to_owned(), number("layers=")?, arm)
            }
            "optional-arm" => (String::new(), String::new(), arm),
            vary => {
                let point = moves(vary.strip_prefix("vary-")?).to_owned();
                ("vary".to_owned(), point, arm)
            }
        })
    };
    // 8 numbers of rows and the sources of spread, two arms each; 5 × 4 networks and the one that
    // reuses no layer; the optional arm.
    let sources = if all() { 4 } else { 1 };
    assert_eq!(
        compare(&found, &rows, place)?,
        (16 + 2 * sources + 21 + 1) * seeds as usize
    );
    Ok(())
}

fn pairs(data: &Data) -> Outcome {
    let seeds = if all() { 2 } else { 1 };
    let pairs = if all() {
        vec![[5, 6], [0, 2], [2, 4], [7, 9]]
    } else {
        vec![[2, 4]]
    };
    let mut request = request("notebook-2e", seeds)?;
    request.protocol.arms.truncate(2);
    let pairs: Vec<_> = pairs.iter().map(|pair| json!(pair)).collect();
    let axis = (
        "task.target_classes".to_owned(),
        Values::List(pairs.clone()),
    );
    let request = request.with_sweep(&[axis]);
    let found = scores(&request, data)?;
    let rows = rows("notebook-2e-2-pairs.csv")?;
    let place = |row: &BTreeMap<String, String>| {
        let pair = row["point"].strip_prefix("classes=")?.replace('-', ",");
        let series = "task.target_classes".to_owned();
        Some((series, format!("[{pair}]"), row["arm"].clone()))
    };
    assert_eq!(
        compare(&found, &rows, place)?,
        3 * pairs.len() * seeds as usize
    );
    Ok(())
}

fn other_protocols(data: &Data) -> Outcome {
    let (seeds, names) = match all() {
        true => (
            3,
            ["third-edition", "book-2e", "course-as-published", "quick"].to_vec(),
        ),
        false => (1, ["quick"].to_vec()),
    };
    let rows = rows("presets-3.csv")?;
    for name in names {
        let request = request(name, seeds)?;
        let models = 1 + request.protocol.arms.len();
        let found = scores(&request, data)?;
        let place = |row: &BTreeMap<_, String>| {
            let own = row["protocol"] == name;
            own.then(|| (String::new(), String::new(), row["model"].clone()))
        };
        assert_eq!(
            compare(&found, &rows, place)?,
            models * seeds as usize,
            "{name}"
        );
    }
    Ok(())
}
