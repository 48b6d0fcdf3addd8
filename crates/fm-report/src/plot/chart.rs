//! [`Plot`]: axes and marks.
//!
//! The vertical axis decides the layout: categories make strips one below the other, anything else is
//! drawn on two axes.

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
    /// How values are placed.
    pub scale: AxisScale,
}

/// How an axis places its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AxisScale {
    /// Evenly.
    Linear,
    /// By logarithm; values of zero are drawn at the edge, as arrows.
    Log,
    /// By name: the value `k` is the `k`-th name.
    Categories(Vec<String>),
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
    /// A dotted line from the first datum to the last, which may lie at infinity, with the name
    /// at the right of its top. It is no row of the CSV file.
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

    /// Whether the layout is strips: categories up, values across.
    pub(crate) fn is_strips(&self) -> bool {
        let is_names = |axis: &Axis| matches!(axis.scale, AxisScale::Categories(_));
        is_names(&self.y) && !is_names(&self.x)
    }

    /// The axis of the values: across in strips, else up.
    pub(crate) fn values(&self) -> &Axis {
        match self.is_strips() {
            true => &self.x,
            false => &self.y,
        }
    }

    /// A datum's value along the value axis.
    pub(crate) fn value_of(&self, datum: &Datum) -> f64 {
        match self.is_strips() {
            true => datum.x,
            false => datum.y,
        }
    }

    /// A row per datum: what it belongs to, its place and, where it has one, its interval.
    pub(crate) fn table(&self) -> Table {
        let marks = self.marks.iter().filter(|mark| mark.shape != Shape::Guide);
        let rows = marks.flat_map(|mark| mark.data.iter().map(move |datum| (mark, datum)));
        let rows: Vec<(&Mark, &Datum)> = rows.collect();
        let text = |key: &str| Column::text(key, "");
        Table::of(&self.name, &self.title, &rows)
            .column(text("series"), |(mark, _)| &mark.name)
            .column(text("label"), |(_, datum)| &datum.label)
            .column(text(&self.x.key()), |(_, datum)| self.x.value(datum.x))
            .column(text(&self.y.key()), |(_, datum)| self.y.value(datum.y))
            .column(text("").interval(), |(_, datum)| datum.interval)
            .table()
    }
}

impl Axis {
    /// An axis of evenly placed numbers.
    pub fn linear(title: impl Into<String>, unit: Unit) -> Self {
        let (title, scale) = (title.into(), AxisScale::Linear);
        Self { title, unit, scale }
    }

    /// A logarithmic axis.
    pub fn log(title: impl Into<String>, unit: Unit) -> Self {
        let (title, scale) = (title.into(), AxisScale::Log);
        Self { title, unit, scale }
    }

    /// An axis of names.
    pub fn names(title: impl Into<String>, names: impl IntoIterator<Item = String>) -> Self {
        let scale = AxisScale::Categories(names.into_iter().collect());
        let (title, unit) = (title.into(), Unit::Count);
        Self { title, unit, scale }
    }

    /// The axis' names; none where it has numbers.
    pub(crate) fn categories(&self) -> &[String] {
        match &self.scale {
            AxisScale::Categories(names) => names,
            _ => &[],
        }
    }

    /// The name of a place; empty where there is none.
    pub(crate) fn name_at(&self, place: f64) -> &str {
        let name = (place >= 0.0).then(|| self.categories().get(place as usize));
        name.flatten().map_or("", String::as_str)
    }

    /// A place as a cell of a table.
    fn value(&self, place: f64) -> Value {
        match self.categories().is_empty() {
            true => place.into(),
            false => self.name_at(place).into(),
        }
    }

    /// "test error" as the name of a column: `test_error`.
    fn key(&self) -> String {
        let letter = |c: char| if c.is_alphanumeric() { c } else { '_' };
        let key: String = self.title.to_lowercase().chars().map(letter).collect();
        match key.trim_matches('_') {
            "" => "name".to_owned(),
            key => key.to_owned(),
        }
    }

    /// "test error, %, log scale".
    pub(super) fn words(&self) -> String {
        let log = match self.scale {
            AxisScale::Log => ", log scale",
            _ => "",
        };
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

    /// A dotted line from one place to another; an upright one reaches from −∞ to ∞.
    pub fn guide(ends: [(f64, f64); 2], words: impl Into<String>) -> Self {
        let data = ends.map(|(x, y)| Datum::new(x, y, ""));
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
