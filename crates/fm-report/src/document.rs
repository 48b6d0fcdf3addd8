//! [`Document`]: the tree that every renderer reads.

use crate::images::Images;
use crate::plot::Plot;
use crate::table::Table;

/// A report: a title, a few lines about it, and its body.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The question that the report answers.
    pub title: String,
    /// Lines below the title: which protocol, data and seeds.
    pub about: Vec<String>,
    /// What follows, in order.
    pub body: Vec<Block>,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A titled part.
    Section(Section),
    /// A paragraph.
    Text(Text),
    /// Numbers in rows and columns.
    Table(Table),
    /// A chart.
    Plot(Plot),
    /// Small images.
    Images(Images),
}

/// A titled part of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// Who sees its contents at once.
    pub shown: Shown,
    /// Its contents.
    pub body: Vec<Block>,
}

/// Who sees the contents of a section at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Every reader.
    Open,
    /// The reader of a terminal; the page shows the heading until it is opened.
    Folded,
    /// Nobody: the page shows the heading until it is opened, and a terminal names the section.
    Details,
}

/// A paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Text {
    /// The result in one sentence: the largest letters of the page.
    Lead(String, Tone),
    /// A further result.
    Verdict(String, Tone),
    /// An explanation.
    Note(String),
    /// What a reader must know before believing the results, and what to do about it.
    Warning(String),
    /// Lines of a language that Markdown knows, such as `sh`.
    Code(&'static str, String),
}

/// What a result says of the arm that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// It makes fewer errors.
    Better,
    /// It makes more errors.
    Worse,
    /// Neither is shown.
    Neutral,
}

impl Document {
    /// An empty document.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            about: Vec::new(),
            body: Vec::new(),
        }
    }
}

impl Section {
    /// An empty section.
    pub fn new(title: impl Into<String>, shown: Shown) -> Self {
        Self {
            title: title.into(),
            shown,
            body: Vec::new(),
        }
    }
}

impl Text {
    /// An explanation.
    pub fn note(text: impl Into<String>) -> Self {
        Self::Note(text.into())
    }
}

macro_rules! bodies {
    ($($of:ident),*) => {$(
        impl $of {
            /// The same with another block at its end.
            #[must_use]
            pub fn with(mut self, block: impl Into<Block>) -> Self {
                self.push(block);
                self
            }

            /// Adds a block at the end.
            pub fn push(&mut self, block: impl Into<Block>) {
                self.body.push(block.into());
            }

            /// Adds blocks at the end; an `Option` is none or one.
            pub fn extend<B: Into<Block>>(&mut self, blocks: impl IntoIterator<Item = B>) {
                self.body.extend(blocks.into_iter().map(Into::into));
            }
        }
    )*};
}
bodies!(Document, Section);

macro_rules! blocks {
    ($($part:ident),*) => {$(
        impl From<$part> for Block {
            fn from(part: $part) -> Self {
                Self::$part(part)
            }
        }
    )*};
}
blocks!(Section, Text, Table, Plot, Images);
