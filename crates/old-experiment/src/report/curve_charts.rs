//! Test error over target rows and over layers reused: lines through means, bands of their
//! intervals.

use super::charts::Titled;
use super::load::Material;
use super::numbers;
use super::svg::{Anchor, Scale, Svg, WIDTH};
use super::text;
use crate::curves::{DepthCurve, DepthPointSummary};
use crate::stats::Bounds;
use crate::summary::Measure;

/// A point of a line: where, how high, and from where to where it may be.
struct Node {
    x: f64,
    y: f64,
    band: Option<(f64, f64)>,
    says: String,
}

struct Line<'a> {
    name: &'a str,
    /// Colour `a` or `b`, and `solid` or `dashed`.
    class: &'a str,
    nodes: Vec<Node>,
}

struct Plot<'a> {
    id: &'a str,
    title: String,
    /// Below the axis.
    across: &'a str,
    /// Values on the axis, and whether it is logarithmic.
    ticks: Vec<f64>,
    log_across: bool,
    /// Logarithmic upwards where all values are above zero.
    log_up: bool,
    /// Factor of 100 and a line at zero, for differences.
    zero: bool,
    lines: Vec<Line<'a>>,
}

const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 10.0;
const BOTTOM: f64 = 270.0;
const LEGEND_ROW: f64 = 18.0;

fn bounds(bounds: &Bounds) -> Option<(f64, f64)> {
    bounds.interval().map(|i| (i.low, i.high))
}

fn error_node(x: f64, at: &str, name: &str, error: &Measure) -> Node {
    let d = &error.description;
    Node {
        x,
        y: d.mean,
        band: bounds(&d.mean_interval),
        says: format!("{name}, {at}: {}", numbers::percent_and_sd(d)),
    }
}

/// Errors by target rows, and the differences to the first arm.
pub(super) fn samples(material: &Material) -> Vec<Titled> {
    let Some(samples) = &material.summary.curves.samples else {
        return Vec::new();
    };
    let ticks: Vec<f64> = samples.points.iter().map(|p| p.rows as f64).collect();
    let at = |rows: usize| format!("{rows} rows");
    let styles = ["b dashed", "a solid", "a dashed", "b solid"];
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (index, name) in samples.arms.iter().enumerate() {
        let nodes = samples.points.iter().map(|point| {
            let error = &point.arms[index].test_error;
            error_node(point.rows as f64, &at(point.rows), name, error)
        });
        lines.push(Line {
            name,
            class: styles[index % styles.len()],
            nodes: nodes.collect(),
        });
    }
    let errors = Plot {
        id: "samples-errors",
        title: "Test error by target rows, percent, log scale".to_owned(),
        across: "target rows trained on, log scale",
        ticks: ticks.clone(),
        log_across: true,
        log_up: true,
        zero: false,
        lines,
    };
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (index, name) in samples.arms.iter().enumerate().skip(1) {
        let nodes = samples.points.iter().map(|point| {
            let difference = &point.comparisons[index - 1].error_difference;
            let points = numbers::points(difference.mean);
            Node {
                x: point.rows as f64,
                y: difference.mean,
                band: bounds(&difference.bounds),
                says: format!("{name}, {}: {points} points", at(point.rows)),
            }
        });
        lines.push(Line {
            name,
            class: styles[index % styles.len()],
            nodes: nodes.collect(),
        });
    }
    let differences = Plot {
        id: "samples-differences",
        title: format!("Difference to {} by target rows, points", samples.arms[0]),
        across: "target rows trained on, log scale",
        ticks,
        log_across: true,
        log_up: false,
        zero: true,
        lines,
    };
    vec![draw(errors), draw(differences)]
}

/// Errors of the four curves by layers reused, and their differences to none.
pub(super) fn depth(material: &Material) -> Vec<Titled> {
    let Some(depth) = &material.summary.curves.depth else {
        return Vec::new();
    };
    let layers = depth.points.iter().map(|p| p.layers).max().unwrap_or(0);
    let lines = |first: &dyn Fn(&str) -> Node, node: &dyn Fn(&DepthPointSummary) -> Node| {
        let line = |curve: DepthCurve| {
            let points = depth.points.iter().filter(|point| point.curve == curve);
            Line {
                name: curve.name(),
                class: match curve {
                    DepthCurve::SourceFrozen => "a dashed",
                    DepthCurve::SourceTrained => "a solid",
                    DepthCurve::BaseFrozen => "b dashed",
                    DepthCurve::BaseTrained => "b solid",
                },
                nodes: [first(curve.name())]
                    .into_iter()
                    .chain(points.map(node))
                    .collect(),
            }
        };
        DepthCurve::ALL.map(line).into()
    };
    let plot = |id, title: &str, log_up: bool, lines| Plot {
        id,
        title: title.to_owned(),
        across: "layers reused from the input on, k",
        ticks: (0..=layers).map(|k| k as f64).collect(),
        log_across: false,
        log_up,
        zero: !log_up,
        lines,
    };
    let at = |p: &DepthPointSummary| format!("k = {}", p.layers);
    let errors = lines(
        &|name| error_node(0.0, "no layer", name, &depth.none_reused),
        &|p| error_node(p.layers as f64, &at(p), p.curve.name(), &p.test_error),
    );
    let differences = lines(
        &|name| Node {
            x: 0.0,
            y: 0.0,
            band: Some((0.0, 0.0)),
            says: format!("{name}, no layer: 0"),
        },
        &|p| {
            let difference = &p.comparison.error_difference;
            let points = numbers::points(difference.mean);
            Node {
                x: p.layers as f64,
                y: difference.mean,
                band: bounds(&difference.bounds),
                says: format!("{}, {}: {points} points", p.curve.name(), at(p)),
            }
        },
    );
    vec![
        draw(plot(
            "depth-errors",
            "Test error by layers reused, percent, log scale",
            true,
            errors,
        )),
        draw(plot(
            "depth-differences",
            "Difference to no layer reused, points",
            false,
            differences,
        )),
    ]
}

fn draw(plot: Plot<'_>) -> Titled {
    let top = 12.0 + LEGEND_ROW * plot.lines.len().div_ceil(2) as f64;
    let described = plot.lines.iter().flat_map(|line| &line.nodes);
    let described: Vec<&str> = described.map(|node| node.says.as_str()).collect();
    let description = format!("{}.", described.join("; "));
    let mut svg = Svg::new(plot.id, &plot.title, &description, BOTTOM + 44.0);
    let (across, up) = scales(&plot, top);
    let factor = 100.0;
    for tick in up.ticks(7) {
        let y = up.at(tick.value);
        let class = match plot.zero && tick.value == 0.0 {
            true => "zero",
            false => "grid",
        };
        svg.line(class, (LEFT, y), (RIGHT, y));
        svg.text("tick", Anchor::End, (LEFT - 6.0, y + 4.0), &tick.text);
    }
    for &tick in &plot.ticks {
        let at = (across.at(tick), BOTTOM + 17.0);
        svg.text("tick", Anchor::Middle, at, &tick.to_string());
    }
    svg.line("axis", (LEFT, BOTTOM), (RIGHT, BOTTOM));
    let middle = ((LEFT + RIGHT) / 2.0, BOTTOM + 37.0);
    svg.text("tick", Anchor::Middle, middle, plot.across);
    for line in &plot.lines {
        let colour = &line.class[..1];
        let at = |node: &Node, value: f64| (across.at(node.x), up.at(factor * value));
        let edge = |end: fn((f64, f64)) -> f64| {
            let nodes = line.nodes.iter();
            nodes.filter_map(move |node| Some(at(node, end(node.band?))))
        };
        let mut area: Vec<(f64, f64)> = edge(|band| band.0).collect();
        area.extend(edge(|band| band.1).collect::<Vec<_>>().into_iter().rev());
        if !area.is_empty() {
            svg.polygon(&format!("band {colour}"), &area);
        }
    }
    for line in &plot.lines {
        let colour = &line.class[..1];
        let at = |node: &Node| (across.at(node.x), up.at(factor * node.y));
        let path: Vec<(f64, f64)> = line.nodes.iter().map(at).collect();
        svg.polyline(&format!("curve {}", line.class), &path);
        for (node, &place) in line.nodes.iter().zip(&path) {
            svg.dot(&format!("node {colour}"), place, 2.5, &node.says);
        }
    }
    legend(&mut svg, &plot.lines);
    Titled {
        title: plot.title,
        svg: svg.finish(),
    }
}

fn scales(plot: &Plot<'_>, top: f64) -> (Scale, Scale) {
    let ends = |values: &mut dyn Iterator<Item = f64>| {
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| {
            (low.min(v), high.max(v))
        })
    };
    let sides = (LEFT + 14.0, RIGHT - 14.0);
    let wide = ends(&mut plot.ticks.iter().copied());
    let linear = || Scale::new(wide, sides);
    let across = match plot.log_across {
        true => Scale::log_around(wide, sides).unwrap_or_else(linear),
        false => linear(),
    };
    let nodes = || plot.lines.iter().flat_map(|line| &line.nodes);
    let of = |node: &Node| {
        let (low, high) = node.band.unwrap_or((node.y, node.y));
        [100.0 * low.min(node.y), 100.0 * high.max(node.y)]
    };
    let zero = plot.zero.then_some(0.0);
    let tall = ends(&mut nodes().flat_map(of).chain(zero));
    // The lower end of a mean's interval can be an error of zero; the means are then the range.
    let means = || ends(&mut nodes().map(|node| 100.0 * node.y));
    let linear = || Scale::around([tall.0, tall.1], (BOTTOM, top));
    let up = match plot.log_up {
        true => Scale::log_around(tall, (BOTTOM, top))
            .or_else(|| Scale::log_around(means(), (BOTTOM, top)))
            .unwrap_or_else(linear),
        false => linear(),
    };
    (across, up)
}

/// Two names to a row.
fn legend(svg: &mut Svg, lines: &[Line<'_>]) {
    for (index, line) in lines.iter().enumerate() {
        let x = LEFT + (index % 2) as f64 * (RIGHT - LEFT) / 2.0;
        let y = 10.0 + LEGEND_ROW * (index / 2) as f64;
        svg.line(&format!("curve {}", line.class), (x, y), (x + 30.0, y));
        let name = text::shortened(line.name);
        svg.text("label", Anchor::Start, (x + 36.0, y + 4.5), &name);
    }
}
