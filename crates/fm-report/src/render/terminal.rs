//! A terminal: what is not folded, in a given width, with colours if asked for.

use textwrap::core::display_width;
use textwrap::{Options, WordSeparator, WordSplitter};

use crate::document::{Block, Document, Shown, Text, Tone};
use crate::escape;
use crate::number::counted;
use crate::plot::{Mark, Plot, Shape};
use crate::table::Table;

/// Widest line of a paragraph, however wide the terminal.
const WIDEST: usize = 100;
/// Widest cell of a table; longer ones are cut.
const WIDEST_CELL: usize = 44;
/// The same in a table that is too wide.
const NARROW_CELL: usize = 24;

/// ANSI codes of styles.
const PLAIN: &str = "";
const BOLD: &str = "1";
const SOFT: &str = "2";
const GOOD: &str = "1;34";
const BAD: &str = "1;33";

/// The document as lines of at most `width` columns, where words, paths and the columns of tables
/// allow it; with ANSI colours if `colour` is true. Sections of details are named at the end.
pub fn terminal(document: &Document, width: usize, colour: bool) -> String {
    let mut screen = Screen {
        out: String::new(),
        width: width.max(40),
        colour,
        folded: Vec::new(),
    };
    screen.paragraph(&document.title, BOLD);
    for line in &document.about {
        screen.paragraph(line, PLAIN);
    }
    screen.blocks(&document.body);
    if !screen.folded.is_empty() {
        let names = screen.folded.join(", ");
        screen.out.push('\n');
        screen.paragraph(&format!("The page also has: {names}."), SOFT);
    }
    screen.out
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
                Block::Section(section) if section.shown == Shown::Details => {
                    self.folded.push(section.title.clone());
                }
                Block::Section(section) => {
                    self.out.push('\n');
                    self.paragraph(&section.title, BOLD);
                    self.blocks(&section.body);
                }
                Block::Text(text) => self.text(text),
                Block::Table(table) if table.deepest().is_none() => self.table(table),
                Block::Plot(plot) if plot.is_strips() => self.strips(plot),
                Block::Table(_) | Block::Plot(_) | Block::Images(_) => {}
            }
        }
    }

    fn text(&mut self, text: &Text) {
        self.out.push('\n');
        match text {
            Text::Lead(text, Tone::Better) => self.paragraph(text, GOOD),
            Text::Lead(text, Tone::Worse) => self.paragraph(text, BAD),
            Text::Lead(text, Tone::Neutral) => self.paragraph(text, BOLD),
            Text::Verdict(text, _) => self.paragraph(text, PLAIN),
            Text::Note(text) => self.paragraph(text, SOFT),
            Text::Warning(text) => self.paragraph(&format!("Warning: {text}"), BAD),
            // Not broken, so that it can be copied.
            Text::Code(_, text) => {
                for line in text.lines() {
                    self.line(&format!("    {}", escape::terminal(line)), PLAIN);
                }
            }
        }
    }

    /// Broken between words only: a path or an option broken at its hyphens could not be copied.
    fn paragraph(&mut self, text: &str, style: &str) {
        for line in wrapped(&escape::terminal(text), self.width.min(WIDEST)) {
            self.line(&line, style);
        }
    }

    fn line(&mut self, line: &str, style: &str) {
        let line = line.trim_end();
        self.out += &match self.colour && !style.is_empty() {
            true => format!("\u{1b}[{style}m{line}\u{1b}[0m\n"),
            false => format!("{line}\n"),
        };
    }

    /// Aligned columns. While the table is too wide, columns of details are left out, the last first;
    /// then long cells are cut.
    fn table(&mut self, table: &Table) {
        let columns = |most| (0..table.columns.len()).map(move |k| Texts::of(table, k, most));
        let mut shown: Vec<Texts> = columns(WIDEST_CELL).collect();
        // One space before the table, two between columns.
        while shown.iter().map(|column| column.width + 2).sum::<usize>() > self.width + 1 {
            let Some(last) = shown.iter().rposition(|column| column.detail) else {
                shown = columns(NARROW_CELL).filter(|c| !c.detail).collect();
                break;
            };
            shown.remove(last);
        }
        self.out.push('\n');
        self.paragraph(&table.caption, BOLD);
        self.out.push('\n');
        // Headings stand on the line above the first row.
        let tall = shown.iter().map(|column| column.heading.len());
        let tall = tall.fold(0, usize::max);
        for line in 0..tall {
            self.row(&shown, SOFT, |column| {
                let line = (line + column.heading.len()).checked_sub(tall);
                line.map_or("", |line| &column.heading[line])
            });
        }
        for row in 0..table.rows.len() {
            self.row(&shown, PLAIN, |column| &column.cells[row]);
        }
        let left_out = table.columns.len() - shown.len();
        if left_out > 0 {
            let columns = counted(left_out, "more column");
            self.paragraph(&format!("({columns} in the page)"), SOFT);
        }
    }

    fn row(&mut self, columns: &[Texts], style: &str, cell: impl Fn(&Texts) -> &str) {
        let cells = columns.iter().map(|column| {
            let cell = cell(column);
            let pad = " ".repeat(column.width.saturating_sub(display_width(cell)));
            match column.right {
                true => format!("{pad}{cell}"),
                false => format!("{cell}{pad}"),
            }
        });
        let cells: Vec<String> = cells.collect();
        self.line(&format!(" {}", cells.join("  ")), style);
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
            let in_words = |ends| format!("  ({})", unit.interval(ends));
            let ends = datum.interval.map(in_words).unwrap_or_default();
            (name, format!("{:>6}{ends}", unit.number(datum.x)))
        });
        let (names, numbers): (Vec<String>, Vec<String>) = texts.unzip();
        let [names, numbers] = [names, numbers].map(Texts::left);
        let room = self.width.saturating_sub(names.width + numbers.width + 5);
        let bars = Texts::left(plot.text_bars(data, room.clamp(10, 40)));
        self.out.push('\n');
        let title = [plot.title.as_str(), unit.name()].join(", ");
        self.paragraph(title.trim_end_matches(", "), BOLD);
        self.out.push('\n');
        let columns = [names, bars, numbers];
        for row in 0..data.len() {
            self.row(&columns, PLAIN, |column| &column.cells[row]);
        }
    }
}

fn widest<'a>(texts: impl IntoIterator<Item = &'a String>) -> usize {
    let widths = texts.into_iter().map(|text| display_width(text));
    widths.fold(0, usize::max)
}

/// The texts of a table's column, and how wide they are.
struct Texts {
    /// Lines of the heading.
    heading: Vec<String>,
    cells: Vec<String>,
    width: usize,
    right: bool,
    detail: bool,
}

impl Texts {
    /// Without a heading.
    fn left(cells: Vec<String>) -> Self {
        Self {
            heading: Vec::new(),
            width: widest(&cells),
            cells,
            right: false,
            detail: false,
        }
    }

    fn of(table: &Table, index: usize, most: usize) -> Self {
        let column = &table.columns[index];
        let text = |text: &str| escape::shortened(&escape::terminal(text), most);
        let cells = table.rows.iter().filter_map(|row| row.get(index));
        let cells: Vec<String> = cells.map(|value| text(&column.shown(value))).collect();
        // A heading is as wide as its longest word or its column, in as many lines as that takes.
        let heading = escape::unbroken(&column.heading());
        let words: Vec<String> = heading.split(' ').map(text).collect();
        let width = widest(words.iter().chain(&cells));
        Self {
            heading: wrapped(&words.join(" "), width.max(1)),
            width,
            right: column.unit.is_some(),
            detail: column.detail,
            ..Self::left(cells)
        }
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
    let lines = lines.iter().map(|line| line.replace('\u{a0}', " "));
    lines.collect()
}
