//! Lines, bands and scattered points on two axes of numbers.

use std::cmp::Ordering;

use super::frame::{arrow_up, class, legend, legend_height, scaled};
use super::range::{range, without_outliers};
use super::scale::{Scale, Tick};
use super::svg::{Anchor, At, Svg, WIDTH};
use crate::escape::shortened;
use crate::number::Unit;

use super::chart::{Axis, AxisScale, Datum, Mark, Plot, Series};

const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 10.0;
const TALL: f64 = 230.0;

/// Draws the plot; gives the element and a sentence about values beyond the axis.
pub(super) fn draw(plot: &Plot) -> (String, String) {
    let zero = plot.marks.iter().find_map(|mark| match mark {
        Mark::Zero { above, .. } => Some(above),
        _ => None,
    });
    let top = legend_height(plot) + 24.0;
    let bottom = top + TALL;
    let drawing = Drawing {
        plot,
        across: horizontal(plot),
        up: vertical(plot, (bottom, top), zero.is_some()),
    };
    let mut svg = Svg::new();
    for tick in drawing.up.ticks(7) {
        let y = drawing.up.at(tick.value);
        let is_zero = zero.is_some() && tick.value == 0.0;
        svg.line(if is_zero { "zero" } else { "grid" }, (LEFT, y), (RIGHT, y));
        svg.text("tick", Anchor::End, (LEFT - 6.0, y + 4.0), &tick.text);
    }
    for tick in horizontal_ticks(plot, drawing.across) {
        let at = (drawing.across.at(tick.value), bottom + 17.0);
        svg.text("tick", Anchor::Middle, at, &tick.text);
    }
    svg.line("axis", (LEFT, bottom), (RIGHT, bottom));
    let middle = ((LEFT + RIGHT) / 2.0, bottom + 37.0);
    svg.text("tick", Anchor::Middle, middle, &plot.x.words());
    svg.text("tick", Anchor::Start, (2.0, top - 9.0), &plot.y.words());
    if let Some(above) = zero.filter(|above| !above.is_empty()) {
        svg.text(
            "tick",
            Anchor::End,
            (RIGHT, top - 9.0),
            &format!("↑ {above}"),
        );
    }
    let mut beyond = 0;
    // The first mark lies on top; all bands lie below all lines.
    for mark in plot.marks.iter().rev() {
        drawing.below(&mut svg, mark, (top, bottom));
    }
    for mark in plot.marks.iter().rev() {
        beyond += drawing.above(&mut svg, mark, zero.is_some());
    }
    legend(&mut svg, plot, LEFT);
    let svg = svg.finish(&plot.name, &plot.title, &plot.description(), bottom + 44.0);
    (svg, plot.beyond_words(beyond))
}

/// All data of points, means and lines.
fn data(plot: &Plot) -> impl Iterator<Item = (&Mark, &[Datum])> {
    plot.marks.iter().filter_map(|mark| match mark {
        Mark::Points(_, data) | Mark::Means(_, data) | Mark::Line(_, data) => {
            Some((mark, data.as_slice()))
        }
        _ => None,
    })
}

fn horizontal(plot: &Plot) -> Scale {
    let sides = (LEFT + 10.0, RIGHT - 10.0);
    let names = plot.x.categories().len();
    if names > 0 {
        return Scale::new((-0.5, names as f64 - 0.5), sides);
    }
    let log = plot.x.scale == AxisScale::Log;
    let values = data(plot).flat_map(|(_, data)| data).map(|datum| datum.x);
    let guides = plot.marks.iter().flat_map(|mark| match mark {
        Mark::Guide(ends) => ends.map(|end| end.0).to_vec(),
        _ => Vec::new(),
    });
    let values: Vec<f64> = values.chain(guides).filter(|v| !log || *v > 0.0).collect();
    Scale::with_air(
        scaled(range(&[values], &[]), plot.x.unit.factor()),
        sides,
        log,
    )
}

fn horizontal_ticks(plot: &Plot, across: Scale) -> Vec<Tick> {
    let names = plot.x.categories();
    if !names.is_empty() {
        let tick = |(k, name): (usize, &String)| Tick {
            value: k as f64,
            text: shortened(name, 12),
        };
        return names.iter().enumerate().map(tick).collect();
    }
    let mut ticks = across.ticks(8);
    if plot.x.unit == Unit::Count {
        ticks.retain(|tick| tick.value == libm::round(tick.value));
        for tick in &mut ticks {
            tick.text = tick.value.to_string();
        }
    }
    ticks
}

fn vertical(plot: &Plot, coordinates: (f64, f64), zero: bool) -> Scale {
    let Axis { unit, scale, .. } = &plot.y;
    let log = *scale == AxisScale::Log;
    let group = |(mark, data): (&Mark, &[Datum])| -> Vec<f64> {
        let means = data.iter().map(|datum| datum.y);
        let ends = data.iter().filter_map(|datum| datum.interval);
        let all: Vec<f64> = means
            .chain(ends.flat_map(|(low, high)| [low, high]))
            .collect();
        let all = all
            .into_iter()
            .filter(|v| !log || *v > 0.0)
            .collect::<Vec<_>>();
        match mark {
            Mark::Line(..) => all,
            _ => without_outliers(&all),
        }
    };
    let groups: Vec<Vec<f64>> = data(plot).map(group).collect();
    let mut always = if zero { vec![0.0] } else { Vec::new() };
    for mark in &plot.marks {
        if let Mark::Guide(ends) = mark {
            always.extend(ends.map(|end| end.1));
        }
    }
    // A logarithmic axis has room for all.
    let shown = match log {
        true => range(&[groups.concat()], &always),
        false => range(&groups, &always),
    };
    Scale::with_air(scaled(shown, unit.factor()), coordinates, log)
}

/// A plot and its scales.
struct Drawing<'a> {
    plot: &'a Plot,
    across: Scale,
    up: Scale,
}

impl Drawing<'_> {
    fn x(&self, value: f64) -> f64 {
        self.across.at(self.plot.x.unit.factor() * value)
    }

    fn y(&self, value: f64) -> f64 {
        self.up.at(self.plot.y.unit.factor() * value)
    }

    /// Bands, bars, and lines that help reading.
    fn below(&self, svg: &mut Svg, mark: &Mark, (top, bottom): (f64, f64)) {
        match mark {
            Mark::Line(series, data) => {
                let edge = |end: fn((f64, f64)) -> f64| {
                    let with = data
                        .iter()
                        .filter_map(move |d| Some((d.x, end(d.interval?))));
                    with.map(|(x, y)| (self.x(x), self.y(y)))
                        .collect::<Vec<At>>()
                };
                let mut area = edge(|ends| ends.0);
                area.extend(edge(|ends| ends.1).into_iter().rev());
                if !area.is_empty() {
                    svg.polygon(&format!("band {}", class(series)), &area, "");
                }
            }
            Mark::Points(_, data) | Mark::Means(_, data) => {
                for datum in data {
                    if let Some((low, high)) = datum.interval {
                        let x = self.x(datum.x);
                        svg.line("whisker", (x, self.y(low)), (x, self.y(high)));
                    }
                }
            }
            Mark::Upright(at, words) => {
                let x = self.x(*at);
                svg.line("upright", (x, top), (x, bottom));
                svg.text("tick", Anchor::Start, (x + 4.0, top + 10.0), words);
            }
            Mark::Guide(ends) => {
                let [from, to] = ends.map(|(x, y)| (self.x(x), self.y(y)));
                svg.line("upright", from, to);
            }
            Mark::Cells { .. } | Mark::Zero { .. } => {}
        }
    }

    /// Lines and dots; gives how many dots are arrows.
    fn above(&self, svg: &mut Svg, mark: &Mark, signs: bool) -> usize {
        match mark {
            Mark::Line(series, data) => {
                let path: Vec<At> = data.iter().map(|d| (self.x(d.x), self.y(d.y))).collect();
                svg.polyline(&format!("curve {}", class(series)), &path);
                let node = format!("node {}", class(series));
                self.dots(svg, series, data, 2.5, |_| node.clone())
            }
            Mark::Points(series, data) | Mark::Means(series, data) => {
                let dot = |datum: &Datum| match signs {
                    false => format!("dot {}", class(series)),
                    true if datum.y < 0.0 => "dot s0".to_owned(),
                    true => "dot s1 hollow".to_owned(),
                };
                self.dots(svg, series, data, 4.0, dot)
            }
            _ => 0,
        }
    }

    /// A dot per datum, or an arrow at the edge with its value; of neighbours of a line that are
    /// all beyond it, only the first has its value.
    fn dots(
        &self,
        svg: &mut Svg,
        series: &Series,
        data: &[Datum],
        radius: f64,
        class: impl Fn(&Datum) -> String,
    ) -> usize {
        let (mut beyond, mut told_up_to) = (0, f64::NEG_INFINITY);
        for datum in data {
            let x = self.x(datum.x);
            let y = self.up.place(self.plot.y.unit.factor() * datum.y);
            let says = self.plot.datum_words(&series.name, datum);
            if y.side == Ordering::Equal {
                svg.dot(&class(datum), (x, y.at), radius, &says);
                continue;
            }
            beyond += 1;
            arrow_up(svg, &class(datum), (x, y.at), y.side, &says);
            if x > told_up_to {
                let (anchor, away) = match x > WIDTH - 70.0 {
                    true => (Anchor::End, -6.0),
                    false => (Anchor::Start, 6.0),
                };
                let drop = if y.side == Ordering::Greater {
                    19.0
                } else {
                    -11.0
                };
                let text = self.plot.y.unit.number(datum.y);
                svg.text("tick", anchor, (x + away, y.at + drop), &text);
                told_up_to = x + 44.0;
            }
        }
        beyond
    }
}
