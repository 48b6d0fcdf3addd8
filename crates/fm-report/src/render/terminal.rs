//! A terminal: what is not folded, in a given width, with colours if asked for.

use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::document::{Block, Document, Section, Shown, Text, Tone};
use crate::escape;
use crate::number::counted;
use crate::plot::{Mark, Plot, Shape};
use crate::table::{Column, Table, Value};

/// Widest line of a paragraph, however wide the terminal.
const WIDEST: usize = 100;
/// Widest cell of a table; longer ones are cut.
const WIDEST_CELL: usize = 44;
/// The same in a table that is too wide.
const NARROW_CELL: usize = 24;

/// The document as lines of at most `width` columns, where words, paths and the columns of tables
/// allow it; with ANSI colours if `colour` is true. Sections of details are named at the end.
pub fn terminal(document: &Document, width: usize, colour: bool) -> String {
    let mut screen = Screen {
        out: String::new(),
        width: width.max(40),
        colour,
        folded: Vec::new(),
    };
    screen.paragraph(&document.title, Style::Bold);
    for line in &document.about {
        screen.paragraph(line, Style::Plain);
    }
    screen.blocks(&document.body);
    if !screen.folded.is_empty() {
        let names = screen.folded.join(", ");
        screen.out.push('\n');
        screen.paragraph(&format!("The page also has: {names}."), Style::Soft);
    }
    screen.out
}

#[derive(Clone, Copy)]
enum Style {
    Plain,
    Bold,
    Soft,
    Good,
    Bad,
}

struct Screen {
    out: String,
    width: usize,
    colour: bool,
    folded: Vec<String>,
}

impl Screen {
    fn blocks(&mut self, body: &[Block]) {
        for block in body {
            match block {
                Block::Section(section) => self.section(section),
                Block::Text(text) => {
                    self.out.push('\n');
                    self.text(text);
                }
                Block::Table(table) if table.deepest().is_none() => self.table(table),
                Block::Plot(plot) if plot.is_strips() => self.strips(plot),
                Block::Table(_) | Block::Plot(_) | Block::Images(_) => {}
            }
        }
    }

    fn section(&mut self, section: &Section) {
        if section.shown == Shown::Details {
            self.folded.push(section.title.clone());
            return;
        }
        self.out.push('\n');
        self.paragraph(&section.title, Style::Bold);
        self.blocks(&section.body);
    }

    fn text(&mut self, text: &Text) {
        let style = |tone: &Tone| match tone {
            Tone::Better => Style::Good,
            Tone::Worse => Style::Bad,
            Tone::Neutral => Style::Bold,
        };
        match text {
            Text::Lead(text, tone) => self.paragraph(text, style(tone)),
            Text::Verdict(text, _) => self.paragraph(text, Style::Plain),
            Text::Note(text) => self.paragraph(text, Style::Soft),
            Text::Warning(text) => self.paragraph(&format!("Warning: {text}"), Style::Bad),
            // Not broken, so that it can be copied.
            Text::Code { text, .. } => {
                for line in text.lines() {
                    self.line(&format!("    {}", escape::terminal(line)), Style::Plain);
                }
            }
        }
    }

    /// Broken between words only: a path or an option broken at its hyphens could not be copied.
    fn paragraph(&mut self, text: &str, style: Style) {
        for line in wrapped(&escape::terminal(text), self.width.min(WIDEST)) {
            self.line(&line, style);
        }
    }

    fn line(&mut self, line: &str, style: Style) {
        let code = match style {
            _ if !self.colour => "",
            Style::Plain => "",
            Style::Bold => "1",
            Style::Soft => "2",
            Style::Good => "1;34",
            Style::Bad => "1;33",
        };
        match code {
            "" => self.out.push_str(line.trim_end()),
            code => self.out += &format!("\u{1b}[{code}m{}\u{1b}[0m", line.trim_end()),
        }
        self.out.push('\n');
    }

    /// Aligned columns. While the table is too wide, columns of details are left out, the last first;
    /// then long cells are cut.
    fn table(&mut self, table: &Table) {
        let mut shown: Vec<usize> = (0..table.columns.len()).collect();
        let mut layout = Layout::of(table, &shown, WIDEST_CELL);
        while layout.width() > self.width {
            let Some(at) = shown.iter().rposition(|&k| table.columns[k].detail) else {
                layout = Layout::of(table, &shown, NARROW_CELL);
                break;
            };
            shown.remove(at);
            layout = Layout::of(table, &shown, WIDEST_CELL);
        }
        self.out.push('\n');
        self.paragraph(&table.caption, Style::Bold);
        self.out.push('\n');
        for line in &layout.heading {
            self.line(&layout.line(line), Style::Soft);
        }
        for row in &layout.rows {
            self.line(&layout.line(row), Style::Plain);
        }
        let left_out = table.columns.len() - shown.len();
        if left_out > 0 {
            let columns = counted(left_out, "more column");
            self.paragraph(&format!("({columns} in the page)"), Style::Soft);
        }
    }

    /// A line for each mean: a bar from end to end of its interval and a sign at the mean, all on
    /// one axis, and the numbers.
    fn strips(&mut self, plot: &Plot) {
        let Some(Mark { data, .. }) = plot.marks.iter().find(|m| m.shape == Shape::Means) else {
            return;
        };
        let unit = plot.x.unit;
        let texts = data.iter().map(|datum| {
            let name = escape::shortened(&escape::terminal(plot.y.name_at(datum.y)), 30);
            let interval = match datum.interval {
                Some(ends) => format!("  ({})", unit.interval(ends)),
                None => String::new(),
            };
            (name, format!("{:>6}{interval}", unit.number(datum.x)))
        });
        let (names, numbers): (Vec<String>, Vec<String>) = texts.unzip();
        let (left, right) = (widest(&names), widest(&numbers));
        let room = self.width.saturating_sub(left + right + 5);
        let bars = plot.text_bars(data, room.clamp(10, 40));
        self.out.push('\n');
        let title = [plot.title.as_str(), unit.name()].join(", ");
        self.paragraph(title.trim_end_matches(", "), Style::Bold);
        self.out.push('\n');
        for ((name, numbers), bar) in names.iter().zip(&numbers).zip(&bars) {
            let pad = " ".repeat(left - display_width(name));
            self.line(&format!(" {name}{pad}  {bar}  {numbers}"), Style::Plain);
        }
    }
}

fn widest<'a>(texts: impl IntoIterator<Item = &'a String>) -> usize {
    let widths = texts.into_iter().map(|text| display_width(text));
    widths.max().unwrap_or(0)
}

/// The texts of a table's cells, and how wide its columns are.
struct Layout {
    /// Lines of the heading.
    heading: Vec<Vec<String>>,
    rows: Vec<Vec<String>>,
    widths: Vec<usize>,
    right: Vec<bool>,
}

impl Layout {
    fn of(table: &Table, shown: &[usize], widest_cell: usize) -> Self {
        let text = |text: &str| escape::shortened(&escape::terminal(text), widest_cell);
        let columns = || shown.iter().map(|&k| &table.columns[k]);
        let cells = |row: &Vec<Value>| {
            let cells = table.cells(row).enumerate();
            let cells = cells.filter(|(k, _)| shown.contains(k));
            cells
                .map(|(_, (column, value))| text(&column.shown(value)))
                .collect()
        };
        let rows: Vec<Vec<String>> = table.rows.iter().map(cells).collect();
        // A heading is as wide as its longest word or its column, in as many lines as that takes.
        let headings = columns().enumerate().map(|(at, column)| {
            let heading = escape::unbroken(&column.heading());
            let words: Vec<String> = heading.split(' ').map(text).collect();
            let width = widest(words.iter().chain(rows.iter().map(|row| &row[at])));
            (wrapped(&words.join(" "), width.max(1)), width)
        });
        let (headings, widths): (Vec<Vec<String>>, Vec<usize>) = headings.unzip();
        let tall = headings.iter().map(Vec::len).max().unwrap_or(0);
        // Headings stand on the line above the first row.
        let line = |line: usize| {
            let of = |lines: &Vec<String>| {
                let k = (line + lines.len()).checked_sub(tall);
                k.map(|k| lines[k].clone()).unwrap_or_default()
            };
            headings.iter().map(of).collect()
        };
        Self {
            heading: (0..tall).map(line).collect(),
            right: columns().map(Column::is_number).collect(),
            rows,
            widths,
        }
    }

    /// One space before the table, two between columns.
    fn width(&self) -> usize {
        1 + self.widths.iter().sum::<usize>() + 2 * self.widths.len().saturating_sub(1)
    }

    fn line(&self, cells: &[String]) -> String {
        let padded = cells.iter().enumerate().map(|(k, cell)| {
            let pad = " ".repeat(self.widths[k] - display_width(cell).min(self.widths[k]));
            match self.right[k] {
                true => format!("{pad}{cell}"),
                false => format!("{cell}{pad}"),
            }
        });
        format!(" {}", padded.collect::<Vec<_>>().join("  "))
    }
}

/// Lines that break at spaces alone, and never between a number and its unit.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let options = Options::new(width)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    let text = escape::unbroken(text);
    let lines = textwrap::wrap(&text, options);
    // Programs that read the terminal search for plain spaces.
    lines
        .iter()
        .map(|line| line.replace('\u{a0}', " "))
        .collect()
}
