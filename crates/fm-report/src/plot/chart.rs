//! [`Plot`]: axes and marks.
//!
//! The vertical axis decides the layout: names make strips one below the other, anything else is drawn on
//! two axes.

use fm_stats::Interval;

use crate::number::Unit;
use crate::table::{Column, Table, Value};

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Name of its CSV file, without `.csv`, and of the picture in the page: letters, digits, `-`
    /// and `_`, unique in a document.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// An explanation below it, or empty.
    pub note: String,
    /// Across.
    pub x: Axis,
    /// Up.
    pub y: Axis,
    /// What is drawn, the first on top.
    pub marks: Vec<Mark>,
    /// A line at zero of the value axis, with words for what lies below and above it. Points above
    /// zero are hollow, those at zero grey.
    pub zero: Option<[String; 2]>,
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// Its title, to which the unit is added; the column of its CSV file.
    pub title: String,
    /// What its values are.
    pub unit: Unit,
    /// Whether values are placed by their logarithm; those of zero are arrows at the edge.
    pub log: bool,
    /// Where the axis has names: the value `k` is the `k`-th.
    pub names: Vec<String>,
}

/// Data that are drawn in one way.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// How they are drawn.
    pub shape: Shape,
    /// Name in the legend and in the CSV file.
    pub name: String,
    /// Place in the palette of six, which also decides how a line is dashed. The same arm has the
    /// same colour in every plot.
    pub colour: usize,
    /// The data.
    pub data: Vec<Datum>,
}

/// How data are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A dot per datum.
    Points,
    /// A diamond on the bar of its interval per datum.
    Means,
    /// A line through the data, with a band where they have intervals.
    Line,
    /// A dotted line from the first datum to the last, which may lie at infinity, with the name at the
    /// right of its top. It has no row in the CSV file.
    Guide,
}

/// A value at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// Interval along the value axis: the vertical one, or the horizontal one of strips.
    pub interval: Option<Interval>,
    /// What it is: "seed 7".
    pub label: String,
}

impl Plot {
    /// A plot without marks.
    pub fn new(name: impl Into<String>, title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            note: String::new(),
            x,
            y,
            marks: Vec::new(),
            zero: None,
        }
    }

    /// The plot with an explanation below it.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The plot with a line at zero, and words for what lies below and above it.
    #[must_use]
    pub fn zero(mut self, below: impl Into<String>, above: impl Into<String>) -> Self {
        self.zero = Some([below.into(), above.into()]);
        self
    }

    /// The plot with another mark, below those before it.
    #[must_use]
    pub fn with(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// Whether the layout is strips: names up, values across.
    pub(crate) fn is_strips(&self) -> bool {
        !self.y.names.is_empty() && self.x.names.is_empty()
    }

    /// The axis of the values: across in strips, else up.
    pub(crate) fn values(&self) -> &Axis {
        if self.is_strips() { &self.x } else { &self.y }
    }

    /// A datum's value along the value axis.
    pub(crate) fn value_of(&self, datum: &Datum) -> f64 {
        if self.is_strips() { datum.x } else { datum.y }
    }

    /// A row per datum: what it belongs to, its place and, where it has one, its interval.
    pub(crate) fn table(&self) -> Table {
        let marks = self.marks.iter().filter(|mark| mark.shape != Shape::Guide);
        let rows = marks.flat_map(|mark| mark.data.iter().map(move |datum| (mark, datum)));
        let rows: Vec<(&Mark, &Datum)> = rows.collect();
        let text = |key: &str| Column::text(key, "");
        let cell = |axis: &Axis, place: f64| match axis.names.is_empty() {
            true => Value::Number(place),
            false => axis.name_at(place).into(),
        };
        Table::of(&self.name, &self.title, &rows)
            .column(text("series"), |(mark, _)| &mark.name)
            .column(text("label"), |(_, datum)| &datum.label)
            .column(text(&self.x.key()), |(_, datum)| cell(&self.x, datum.x))
            .column(text(&self.y.key()), |(_, datum)| cell(&self.y, datum.y))
            .column(text("").interval(), |(_, datum)| datum.interval)
            .table()
    }
}

impl Axis {
    /// An axis of evenly placed numbers.
    pub fn linear(title: impl Into<String>, unit: Unit) -> Self {
        Self {
            title: title.into(),
            unit,
            log: false,
            names: Vec::new(),
        }
    }

    /// A logarithmic axis.
    pub fn log(title: impl Into<String>, unit: Unit) -> Self {
        Self {
            log: true,
            ..Self::linear(title, unit)
        }
    }

    /// An axis of names.
    pub fn names(title: impl Into<String>, names: impl IntoIterator<Item = String>) -> Self {
        Self {
            names: names.into_iter().collect(),
            ..Self::linear(title, Unit::Count)
        }
    }

    /// The name of a place; empty where there is none.
    pub(crate) fn name_at(&self, place: f64) -> &str {
        self.names.get(place as usize).map_or("", String::as_str)
    }

    /// "test error" as the name of a column: `test_error`.
    fn key(&self) -> String {
        let key = self.title.to_lowercase();
        let key = key.replace(|c: char| !c.is_alphanumeric(), "_");
        key.trim_matches('_').to_owned()
    }

    /// "test error, %, log scale".
    pub(super) fn words(&self) -> String {
        let log = if self.log { ", log scale" } else { "" };
        format!("{}{log}", self.unit.heading(&self.title))
    }
}

impl Mark {
    /// Data under a name in the legend, in a colour.
    pub fn new(
        shape: Shape,
        name: impl Into<String>,
        colour: usize,
        data: impl IntoIterator<Item = Datum>,
    ) -> Self {
        Self {
            shape,
            name: name.into(),
            colour,
            data: data.into_iter().collect(),
        }
    }

    /// Means, which have no entry in the legend.
    pub fn means(data: impl IntoIterator<Item = Datum>) -> Self {
        Self::new(Shape::Means, "mean", 0, data)
    }

    /// A dotted upright line.
    pub fn guide(x: f64, words: impl Into<String>) -> Self {
        let ends = [f64::INFINITY, f64::NEG_INFINITY];
        let data = ends.map(|y| Datum::new(x, y, ""));
        Self::new(Shape::Guide, words, 0, data)
    }
}

impl Datum {
    /// A value without an interval.
    pub fn new(x: f64, y: f64, label: impl Into<String>) -> Self {
        Self {
            x,
            y,
            interval: None,
            label: label.into(),
        }
    }

    /// The datum with an interval.
    #[must_use]
    pub fn within(mut self, interval: Option<Interval>) -> Self {
        self.interval = interval;
        self
    }
}
