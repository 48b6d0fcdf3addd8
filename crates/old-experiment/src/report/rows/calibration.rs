//! Reliability diagrams: how often predictions of a probability are right.

use fm_train::Reliability;

use crate::report::charts::{Titled, together};
use crate::report::load::Material;
use crate::report::numbers::percent;
use crate::report::svg::{Anchor, Scale, Svg, WIDTH};
use crate::report::text::shortened;
use crate::test_rows::TestRowsSummary;

const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 12.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 290.0;
/// Bins of fewer predictions say nothing and are not drawn.
const FEWEST: u64 = 10;

struct Line<'a> {
    name: &'a str,
    reliability: &'a Reliability,
}

/// Of every comparison's arms, all on equal axes.
pub(super) fn charts(material: &Material, summary: &TestRowsSummary) -> Vec<Titled> {
    let arms = &material.plan.identity.protocol.arms;
    let line = |index: usize| {
        let name = arms[index].name.as_str();
        let reliability = &summary.arms[name].model.reliability;
        Line { name, reliability }
    };
    let chart = |(arm, against): (usize, Option<usize>)| {
        let lines: Vec<Line<'_>> = [Some(arm), against]
            .into_iter()
            .flatten()
            .map(line)
            .collect();
        let names: Vec<&str> = lines.iter().map(|line| line.name).collect();
        let title = format!("{}: right how often, percent", names.join(" and "));
        let id = format!("calibration-{}", names.join("-"));
        diagram(&id, title, lowest(summary), &lines)
    };
    let charts = together(&material.plan.identity.protocol);
    charts.into_iter().map(chart).collect()
}

/// The source network's.
pub(super) fn source_chart(summary: &TestRowsSummary) -> Titled {
    let line = Line {
        name: "source network",
        reliability: &summary.source.reliability,
    };
    let title = "source network: right how often, percent".to_owned();
    diagram("calibration-of-source", title, 0.0, &[line])
}

/// The predicted class of two has a probability of one half or more.
fn lowest(summary: &TestRowsSummary) -> f64 {
    let two = |arm: &crate::test_rows::ArmRows| arm.model.confusion.counts().nrows() == 2;
    if summary.arms.values().all(two) {
        50.0
    } else {
        0.0
    }
}

fn diagram(id: &str, title: String, lowest: f64, lines: &[Line<'_>]) -> Titled {
    let errors = lines.iter().map(|line| {
        let error = percent(line.reliability.calibration_error());
        format!("{}: calibration error {error}", line.name)
    });
    let description = format!("{}.", errors.collect::<Vec<_>>().join("; "));
    let mut svg = Svg::new(id, &title, &description, BOTTOM + 44.0);
    let across = Scale::new((lowest, 100.0), (LEFT + 6.0, RIGHT - 6.0));
    let accuracies = lines.iter().flat_map(|line| shown(line.reliability));
    let least = accuracies.map(|(_, y, _)| y).fold(lowest, f64::min);
    let up = Scale::new((least, 100.0), (BOTTOM, TOP + 6.0));
    for tick in up.ticks(6) {
        let y = up.at(tick.value);
        svg.line("grid", (LEFT, y), (RIGHT, y));
        svg.text("tick", Anchor::End, (LEFT - 6.0, y + 4.0), &tick.text);
    }
    for tick in across.ticks(6) {
        let at = (across.at(tick.value), BOTTOM + 17.0);
        svg.text("tick", Anchor::Middle, at, &tick.text);
    }
    svg.line("axis", (LEFT, BOTTOM), (RIGHT, BOTTOM));
    let middle = ((LEFT + RIGHT) / 2.0, BOTTOM + 37.0);
    svg.text(
        "tick",
        Anchor::Middle,
        middle,
        "probability of the predicted class, percent",
    );
    let ends = [lowest, 100.0].map(|v| (across.at(v), up.at(v)));
    svg.line("phase", ends[0], ends[1]);
    for (index, line) in lines.iter().enumerate().rev() {
        let class = if index == 0 { "a" } else { "b" };
        let bins = shown(line.reliability);
        let most = bins.iter().map(|bin| bin.2).max().unwrap_or(1) as f64;
        let places: Vec<(f64, f64)> = bins
            .iter()
            .map(|&(x, y, _)| (across.at(x), up.at(y)))
            .collect();
        svg.polyline(&format!("curve {class}"), &places);
        for (&(x, y, rows), place) in bins.iter().zip(places) {
            // By area, and never too small to be seen.
            let radius = 2.5 + 5.0 * (rows as f64 / most).sqrt();
            let says = format!(
                "{}: {rows} predictions of {x:.1} % on average, {y:.1} % of them right",
                line.name
            );
            svg.dot(&format!("node {class}"), place, radius, &says);
        }
    }
    let mut x = LEFT;
    for (index, line) in lines.iter().enumerate() {
        let class = if index == 0 { "curve a" } else { "curve b" };
        svg.line(class, (x, 12.0), (x + 30.0, 12.0));
        let name = shortened(line.name);
        svg.text("label", Anchor::Start, (x + 36.0, 16.5), &name);
        x += 56.0 + 7.5 * name.chars().count() as f64;
    }
    Titled {
        title,
        svg: svg.finish(),
    }
}

/// Mean probability and accuracy in percent, and rows, of the bins that are drawn.
fn shown(reliability: &Reliability) -> Vec<(f64, f64, u64)> {
    let bins = reliability.bins().iter().filter(|bin| bin.rows >= FEWEST);
    bins.filter_map(|bin| {
        let (p, right) = (bin.mean_probability()?, bin.accuracy()?);
        Some((100.0 * p, 100.0 * right, bin.rows))
    })
    .collect()
}
