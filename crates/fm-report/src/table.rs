//! [`Table`]: columns with units, so that people see percent and programs see fractions.

use fm_stats::{Comparison, Description, Interval};

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
    /// Its rows: a value per column.
    pub rows: Vec<Vec<Value>>,
}

/// A table that is made from `rows` column by column: see [`Table::of`].
#[derive(Clone, Debug)]
pub struct Rows<'a, R> {
    rows: &'a [R],
    table: Table,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name in CSV files, to which the names of the parts are added.
    pub key: String,
    /// Its heading for people, to which the unit is added.
    pub title: String,
    /// What its numbers are; `None` for words.
    pub unit: Option<Unit>,
    /// The columns of a CSV file that a value of several numbers takes; none for a single number.
    parts: &'static [&'static str],
    /// Whether a terminal may leave it out where there is too little room.
    pub detail: bool,
    /// Whether its cells are coloured by their numbers: see [`Column::shaded`].
    pub(crate) shaded: bool,
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
    /// A number with a star.
    Starred(f64),
    /// A mean, and a standard deviation where there is more than one value.
    MeanSd(f64, Option<f64>),
    /// From low to high.
    Interval(Interval),
    /// Pairs in which the arm has the lower error, an equal one, and the higher one.
    Wins([usize; 3]),
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

    /// A table with a row for each of `rows`, to which [`Rows::column`] adds the columns.
    pub fn of<R>(name: impl Into<String>, caption: impl Into<String>, rows: &[R]) -> Rows<'_, R> {
        let mut table = Self::new(name, caption, []);
        table.rows.resize(rows.len(), Vec::new());
        Rows { rows, table }
    }

    /// Adds a row; values that it lacks are [`Value::Missing`].
    pub fn push(&mut self, row: impl IntoIterator<Item = Value>) {
        let mut row: Vec<Value> = row.into_iter().collect();
        row.resize(self.columns.len(), Value::Missing);
        self.rows.push(row);
    }

    /// The largest size of a number in a shaded column; `None` of a table without such columns.
    pub(crate) fn deepest(&self) -> Option<f64> {
        let rows = self.rows.iter();
        let cells = rows.flat_map(|row| self.columns.iter().zip(row));
        let shaded = cells.filter(|(column, _)| column.shaded);
        let sizes = shaded.filter_map(|(_, value)| value.number()).map(f64::abs);
        let finite = sizes.filter(|size| size.is_finite());
        let is_map = self.columns.iter().any(|column| column.shaded);
        is_map.then(|| finite.fold(0.0, f64::max))
    }
}

impl<'a, R> Rows<'a, R> {
    /// The table with another column and its value in each row.
    #[must_use]
    pub fn column<V: Into<Value>>(mut self, column: Column, value: impl Fn(&'a R) -> V) -> Self {
        self.table.columns.push(column);
        for (cells, row) in self.table.rows.iter_mut().zip(self.rows) {
            cells.push(value(row).into());
        }
        self
    }

    /// The table.
    pub fn table(self) -> Table {
        self.table
    }
}

impl Column {
    /// A column of numbers.
    pub fn new(key: impl Into<String>, title: impl Into<String>, unit: Unit) -> Self {
        Self {
            unit: Some(unit),
            ..Self::text(key, title)
        }
    }

    /// A column of words.
    pub fn text(key: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            title: title.into(),
            unit: None,
            parts: &[],
            detail: false,
            shaded: false,
        }
    }

    /// A column of whole numbers whose key is its title.
    pub fn count(title: &str) -> Self {
        Self::new(title, title, Unit::Count)
    }

    /// Pairs won and lost: "27:3".
    pub fn wins(title: impl Into<String>) -> Self {
        Self {
            parts: &["wins", "ties", "losses"],
            ..Self::new("", title, Unit::Count)
        }
    }

    /// The column with means and standard deviations as its values.
    #[must_use]
    pub fn mean_sd(mut self) -> Self {
        self.parts = &["mean", "sd"];
        self
    }

    /// The column with intervals as its values.
    #[must_use]
    pub fn interval(mut self) -> Self {
        self.parts = &["low", "high"];
        self
    }

    /// The column, left out by a terminal that is too narrow for all columns.
    #[must_use]
    pub fn detail(mut self) -> Self {
        self.detail = true;
        self
    }

    /// The column as a part of a heat map: its cells are blue below zero and orange above, the
    /// stronger, the larger. Units without a sign are blue. A terminal leaves the table out.
    #[must_use]
    pub fn shaded(mut self) -> Self {
        self.shaded = true;
        self
    }

    /// "test error, %". The unit of a heat map is in its caption.
    pub(crate) fn heading(&self) -> String {
        match self.unit.filter(|_| !self.shaded) {
            Some(unit) => unit.heading(&self.title),
            None => self.title.clone(),
        }
    }

    /// A cell as people read it.
    pub(crate) fn shown(&self, value: &Value) -> String {
        let unit = self.unit.unwrap_or(Unit::Count);
        match value {
            Value::Missing if self.shaded => String::new(),
            Value::Missing => "–".to_owned(),
            Value::Text(text) => text.clone(),
            Value::Count(count) => count.to_string(),
            Value::Number(value) | Value::MeanSd(value, None) => unit.number(*value),
            Value::Starred(value) => format!("{}*", unit.number(*value)),
            Value::MeanSd(mean, Some(sd)) => {
                let sd = unit.number(*sd);
                format!("{} ± {}", unit.number(*mean), sd.trim_start_matches('+'))
            }
            Value::Interval(interval) => unit.interval(*interval),
            Value::Wins([wins, _, losses]) => format!("{wins}:{losses}"),
        }
    }

    /// Headings of the columns of a CSV file.
    pub(crate) fn csv_headings(&self) -> Vec<String> {
        let parts = self.parts.iter();
        match (self.parts, self.key.as_str()) {
            ([], key) => vec![key.to_owned()],
            (_, "") => parts.map(|part| (*part).to_owned()).collect(),
            (_, key) => parts.map(|part| format!("{key}_{part}")).collect(),
        }
    }

    /// Cells of a CSV file, as many as there are headings: numbers read back exactly.
    pub(crate) fn csv_cells(&self, value: &Value) -> Vec<String> {
        let mut cells = match value {
            Value::Missing => Vec::new(),
            Value::Text(text) => vec![text.clone()],
            Value::Count(count) => vec![count.to_string()],
            Value::Number(value) | Value::Starred(value) | Value::MeanSd(value, None) => {
                vec![value.to_string()]
            }
            Value::MeanSd(mean, Some(sd)) => vec![mean.to_string(), sd.to_string()],
            Value::Interval(Interval { low, high }) => vec![low.to_string(), high.to_string()],
            Value::Wins(counts) => counts.map(|count| count.to_string()).to_vec(),
        };
        cells.resize(self.parts.len().max(1), String::new());
        cells
    }
}

impl Value {
    /// The number of a cell that has one.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(value) | Self::Starred(value) => Some(*value),
            _ => None,
        }
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
    Interval => Self::Interval,
    &str => |text: &str| Self::Text(text.to_owned()),
    &String => |text: &String| Self::Text(text.clone()),
    usize => |count| Self::Count(count as u64),
    Description => |d: Description| Self::MeanSd(d.mean, d.sd),
    &Comparison => |c: &Comparison| Self::Wins([c.wins, c.ties, c.losses]),
);

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Missing, Into::into)
    }
}
