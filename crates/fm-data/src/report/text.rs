//! The report as tables for people, 80 columns wide unless parts or names are many or long.

use std::fmt;

use super::DataReport;

/// Alike images that are listed one by one; the record has more.
const LISTED: usize = 20;

/// Characters of a class name; a longer one is cut.
const NAME: usize = 18;

impl fmt::Display for DataReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.classes(f)?;
        writeln!(f)?;
        self.pairs(f)
    }
}

impl DataReport {
    /// Rows and mean pixel of each class, one pair of columns for each part.
    fn classes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<23}", "class")?;
        for part in &self.parts {
            write!(f, "{:>11} {:>6}", part.part, "mean")?;
        }
        writeln!(f)?;
        // Parts of one data set have the same classes; the first part names them.
        let classes = self.parts.first().map_or(&[][..], |part| &part.classes);
        for (i, class) in classes.iter().enumerate() {
            write!(f, "{:>3}  {:<NAME$.NAME$}", class.label, class.name)?;
            for class in self.parts.iter().map(|part| part.classes.get(i)) {
                let rows = class.map_or(0, |class| class.rows);
                let mean = class.and_then(|class| class.mean_pixel);
                let mean = mean.map_or("-".to_owned(), |mean| format!("{mean:.1}"));
                write!(f, "{rows:>11} {mean:>6}")?;
            }
            writeln!(f)?;
        }
        write!(f, "{:<23}", "all")?;
        for part in &self.parts {
            write!(f, "{:>11} {:>6.1}", part.rows, part.mean_pixel)?;
        }
        writeln!(f)
    }

    fn pairs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (title, equal, differ) = ("pairs of alike images", "equal", "labels differ");
        let near = format!("near (rms ≤ {})", self.near_rms);
        writeln!(f, "{title:<27} {equal:>8} {near:>16} {differ:>14}")?;
        for count in &self.pairs {
            let place = match count.part == count.other {
                true => format!("within {}", count.part),
                false => format!("{} and {}", count.part, count.other),
            };
            let (equal, near, differ) = (count.equal, count.near, count.labels_differ);
            writeln!(f, "{place:<27} {equal:>8} {near:>16} {differ:>14}")?;
        }
        let listed = &self.alike[..self.alike.len().min(LISTED)];
        if !listed.is_empty() {
            writeln!(f)?;
        }
        for pair in listed {
            writeln!(f, "{pair}")?;
        }
        let counts = self.pairs.iter();
        let all: usize = counts.map(|count| count.equal + count.near).sum();
        match all.saturating_sub(listed.len()) {
            0 => Ok(()),
            more => writeln!(f, "and {more} more"),
        }
    }
}
