//! [`Plot`]: axes and marks.
//!
//! The marks and axes decide the layout: cells make a heat map, a vertical axis of categories makes
//! strips one below the other, anything else is drawn on two numeric axes.

use crate::number::Unit;

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

/// Something drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Mark {
    /// A dot per datum.
    Points(Series, Vec<Datum>),
    /// A diamond on the bar of its interval per datum.
    Means(Series, Vec<Datum>),
    /// A line through the data, with a band where they have intervals.
    Line(Series, Vec<Datum>),
    /// Cells of a heat map.
    Cells {
        /// What the cells show; the column of the CSV file.
        title: String,
        /// What their values are.
        unit: Unit,
        /// How they are coloured.
        palette: Palette,
        /// The cells.
        cells: Vec<Cell>,
    },
    /// A line at zero of the value axis, with words for its two sides. Points above zero are
    /// hollow.
    Zero {
        /// What a value below zero means.
        below: String,
        /// What a value above zero means.
        above: String,
    },
    /// An upright line at a place of the horizontal axis, with words to its right.
    Upright(f64, String),
    /// A dotted line from one place to another, such as a diagonal.
    Guide([(f64, f64); 2]),
}

/// A name in the legend and a colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// Its place in the palette of six, which also decides how a line is dashed. The same arm has
    /// the same colour in every plot.
    pub colour: usize,
}

/// A value at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Datum {
    /// Across.
    pub x: f64,
    /// Up.
    pub y: f64,
    /// Ends along the value axis: the vertical one, or the horizontal one of strips.
    pub interval: Option<(f64, f64)>,
    /// What it is: "seed 7".
    pub label: String,
}

/// A cell of a heat map.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Its place among the names of the horizontal axis.
    pub x: usize,
    /// Its place among the names of the vertical axis.
    pub y: usize,
    /// Its value.
    pub value: f64,
    /// A sign after the value, such as `*`.
    pub sign: &'static str,
    /// What it is, in the words that a pointer shows.
    pub label: String,
}

/// How cells are coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    /// Not at all.
    Plain,
    /// Blue below zero, orange above.
    Diverging,
    /// The stronger, the larger.
    Sequential,
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
        }
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
}

impl Axis {
    /// An axis of evenly placed numbers.
    pub fn linear(title: impl Into<String>, unit: Unit) -> Self {
        let (title, scale) = (title.into(), AxisScale::Linear);
        Self { title, unit, scale }
    }

    /// A logarithmic axis.
    pub fn log(title: impl Into<String>, unit: Unit) -> Self {
        let scale = AxisScale::Log;
        Self {
            scale,
            ..Self::linear(title, unit)
        }
    }

    /// An axis of names.
    pub fn names(title: impl Into<String>, names: impl IntoIterator<Item = String>) -> Self {
        let scale = AxisScale::Categories(names.into_iter().collect());
        Self {
            scale,
            ..Self::linear(title, Unit::Count)
        }
    }

    /// The axis' names; none where it has numbers.
    pub(crate) fn categories(&self) -> &[String] {
        match &self.scale {
            AxisScale::Categories(names) => names,
            _ => &[],
        }
    }

    /// "test error, %, log scale".
    pub(super) fn words(&self) -> String {
        let log = match self.scale {
            AxisScale::Log => ", log scale",
            _ => "",
        };
        match self.unit.name() {
            "" => format!("{}{log}", self.title),
            name => format!("{}, {name}{log}", self.title),
        }
    }

    /// A place on the axis as people read it.
    pub(crate) fn shown(&self, value: f64) -> String {
        match &self.scale {
            AxisScale::Categories(names) => {
                let name = (value >= 0.0).then(|| names.get(value as usize)).flatten();
                name.cloned().unwrap_or_default()
            }
            _ => self.unit.with_unit(value),
        }
    }
}

impl Series {
    /// A series.
    pub fn new(name: impl Into<String>, colour: usize) -> Self {
        let name = name.into();
        Self { name, colour }
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
    pub fn within(mut self, interval: Option<(f64, f64)>) -> Self {
        self.interval = interval;
        self
    }
}
