//! [`Table`]: typed columns, so that people see percent and programs see fractions.

use crate::number::Unit;

/// Rows under typed columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Name of its CSV file, without `.csv`; unique in a document. No file where it is empty.
    pub name: String,
    /// What the table shows.
    pub caption: String,
    /// Its columns; the first names the rows.
    pub columns: Vec<Column>,
    /// Its rows: a value per column, those that are left out are [`Value::Missing`].
    pub rows: Vec<Vec<Value>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in CSV files; a pair of columns has `_mean` and `_sd`, or `_low` and `_high`.
    pub key: String,
    /// Its heading for people, to which the unit is added.
    pub title: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether a terminal may leave it out where there is too little room.
    pub detail: bool,
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// A number.
    Number(Unit),
    /// A mean and its standard deviation: two columns of a CSV file.
    MeanSd(Unit),
    /// Two ends: two columns of a CSV file.
    Interval(Unit),
    /// Pairs won, equal and lost: three columns of a CSV file.
    Wins,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing: a dash, or an empty cell of a CSV file.
    Missing,
    /// Words.
    Text(String),
    /// A whole number.
    Count(u64),
    /// A number.
    Number(f64),
    /// A mean, and a standard deviation where there is more than one value.
    MeanSd(f64, Option<f64>),
    /// From low to high.
    Interval(f64, f64),
    /// Pairs won, equal and lost.
    Wins {
        /// Pairs in which the arm has the lower error.
        wins: usize,
        /// Pairs of equal error.
        ties: usize,
        /// Pairs in which it has the higher error.
        losses: usize,
    },
}

impl Table {
    /// A table without rows.
    pub fn new(
        name: impl Into<String>,
        caption: impl Into<String>,
        columns: impl IntoIterator<Item = Column>,
    ) -> Self {
        Self {
            name: name.into(),
            caption: caption.into(),
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn push(&mut self, row: impl IntoIterator<Item = Value>) {
        self.rows.push(row.into_iter().collect());
    }

    /// A row's cell, missing where the row is short.
    pub(crate) fn value(row: &[Value], column: usize) -> &Value {
        row.get(column).unwrap_or(&Value::Missing)
    }
}

impl Column {
    /// A column of numbers.
    pub fn new(key: impl Into<String>, title: impl Into<String>, unit: Unit) -> Self {
        Self {
            key: key.into(),
            title: title.into(),
            kind: Kind::Number(unit),
            detail: false,
        }
    }

    /// A column of words.
    pub fn text(key: impl Into<String>, title: impl Into<String>) -> Self {
        Self::new(key, title, Unit::Count).of(|_| Kind::Text)
    }

    /// Pairs won and lost: "27:3".
    pub fn wins(title: impl Into<String>) -> Self {
        Self::new("", title, Unit::Count).of(|_| Kind::Wins)
    }

    /// The column with means and standard deviations as its values.
    #[must_use]
    pub fn mean_sd(self) -> Self {
        self.of(Kind::MeanSd)
    }

    /// The column with intervals as its values.
    #[must_use]
    pub fn interval(self) -> Self {
        self.of(Kind::Interval)
    }

    /// The column, left out by a terminal that is too narrow for all columns.
    #[must_use]
    pub fn detail(mut self) -> Self {
        self.detail = true;
        self
    }

    fn of(mut self, kind: fn(Unit) -> Kind) -> Self {
        self.kind = kind(self.unit());
        self
    }

    fn unit(&self) -> Unit {
        match self.kind {
            Kind::Number(unit) | Kind::MeanSd(unit) | Kind::Interval(unit) => unit,
            Kind::Text | Kind::Wins => Unit::Count,
        }
    }

    /// "test error, %"; the sign stays on the line of the word before it.
    pub(crate) fn heading(&self) -> String {
        match self.unit().name() {
            // An interval follows the column of its value.
            _ if matches!(self.kind, Kind::Interval(_)) => self.title.clone(),
            "" => self.title.clone(),
            name if self.title.is_empty() => name.to_owned(),
            "%" => format!("{},\u{a0}%", self.title),
            name => format!("{}, {name}", self.title),
        }
    }

    /// Whether values stand at the right edge.
    pub(crate) fn is_number(&self) -> bool {
        self.kind != Kind::Text
    }

    /// A cell as people read it.
    pub(crate) fn shown(&self, value: &Value) -> String {
        let unit = self.unit();
        match value {
            Value::Missing => "–".to_owned(),
            Value::Text(text) => text.clone(),
            Value::Count(count) => count.to_string(),
            Value::Number(value) => unit.number(*value),
            Value::MeanSd(mean, None) => unit.number(*mean),
            Value::MeanSd(mean, Some(sd)) => {
                format!("{} ± {}", unit.number(*mean), unit.spread(*sd))
            }
            Value::Interval(low, high) => unit.interval((*low, *high)),
            Value::Wins { wins, losses, .. } => format!("{wins}:{losses}"),
        }
    }

    /// Headings of the columns of a CSV file.
    pub(crate) fn csv_headings(&self) -> Vec<String> {
        let key = &self.key;
        let ends = |ends: &[&str]| ends.iter().map(|end| format!("{key}_{end}")).collect();
        match self.kind {
            Kind::Text | Kind::Number(_) => vec![key.clone()],
            Kind::MeanSd(_) => ends(&["mean", "sd"]),
            Kind::Interval(_) => ends(&["low", "high"]),
            Kind::Wins => ["wins", "ties", "losses"].map(str::to_owned).to_vec(),
        }
    }

    /// Cells of a CSV file, as many as there are headings: numbers read back exactly.
    pub(crate) fn csv_cells(&self, value: &Value) -> Vec<String> {
        let mut cells = match value {
            Value::Missing => Vec::new(),
            Value::Text(text) => vec![text.clone()],
            Value::Count(count) => vec![count.to_string()],
            Value::Number(value) => vec![value.to_string()],
            Value::MeanSd(mean, sd) => {
                vec![
                    mean.to_string(),
                    sd.map(|sd| sd.to_string()).unwrap_or_default(),
                ]
            }
            Value::Interval(low, high) => vec![low.to_string(), high.to_string()],
            Value::Wins { wins, ties, losses } => {
                [wins, ties, losses].map(|count| count.to_string()).to_vec()
            }
        };
        cells.resize(self.csv_headings().len(), String::new());
        cells
    }
}

impl Value {
    /// The ends of an interval, missing where there is none.
    pub fn interval(ends: Option<(f64, f64)>) -> Self {
        ends.map_or(Self::Missing, |(low, high)| Self::Interval(low, high))
    }
}

macro_rules! values {
    ($($from:ty => $value:expr),* $(,)?) => {$(
        impl From<$from> for Value {
            fn from(value: $from) -> Self {
                $value(value)
            }
        }
    )*};
}
values!(
    String => Self::Text,
    u64 => Self::Count,
    f64 => Self::Number,
    &str => |text: &str| Self::Text(text.to_owned()),
    usize => |count| Self::Count(count as u64),
);

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}
