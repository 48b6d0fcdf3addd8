//! The report as tables for people.

use std::fmt;

use super::DataReport;

/// Alike images that are listed one by one; the record has more.
const LISTED: usize = 20;

impl fmt::Display for DataReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.classes(f)?;
        writeln!(f)?;
        self.pairs(f)?;
        self.alike(f)
    }
}

impl DataReport {
    /// Rows and mean pixel of each class, one pair of columns for each part.
    fn classes(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<22}", "class")?;
        for part in &self.parts {
            write!(f, "{:>11} {:>6}", part.part, "mean")?;
        }
        writeln!(f)?;
        // Parts of one data set have the same classes; the first part names them.
        let classes = self.parts.first().map_or(&[][..], |part| &part.classes);
        for (i, class) in classes.iter().enumerate() {
            write!(f, "{:>3}  {:<17}", class.label, class.name)?;
            for class in self.parts.iter().map(|part| part.classes.get(i)) {
                write!(f, "{:>11} ", class.map_or(0, |class| class.rows))?;
                match class.and_then(|class| class.mean_pixel) {
                    Some(mean) => write!(f, "{mean:>6.1}")?,
                    None => write!(f, "{:>6}", "-")?,
                }
            }
            writeln!(f)?;
        }
        write!(f, "{:<22}", "all")?;
        for part in &self.parts {
            write!(f, "{:>11} {:>6.1}", part.rows, part.mean_pixel)?;
        }
        writeln!(f)
    }

    fn pairs(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let near = format!("near (rms up to {})", self.near_rms);
        writeln!(
            f,
            "{:<28} {:>8} {near:>20}",
            "pairs of alike images", "equal"
        )?;
        for count in &self.pairs {
            let place = if count.part == count.other {
                format!("within {}", count.part)
            } else {
                format!("{} and {}", count.part, count.other)
            };
            write!(f, "{place:<28} {:>8} {:>20}", count.equal, count.near)?;
            match count.equal_labels_differ + count.near_labels_differ {
                0 => writeln!(f)?,
                n => writeln!(f, "  ({n} with two different labels)")?,
            }
        }
        Ok(())
    }

    /// Pairs across parts first: those are what can flatter a score.
    fn alike(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let groups = self.equal_images.iter().map(|group| {
            let first = &group.rows[0].part;
            (
                group.rows.iter().all(|row| row.part == *first),
                group.to_string(),
            )
        });
        let near = self.near_images.iter();
        let near = near.map(|pair| (pair.one.part == pair.other.part, pair.to_string()));
        let mut lines: Vec<(bool, String)> = groups.chain(near).collect();
        // Stable: equal before near, near by distance.
        lines.sort_by_key(|&(within, _)| within);
        if !lines.is_empty() {
            writeln!(f)?;
        }
        for (_, line) in lines.iter().take(LISTED) {
            writeln!(f, "{line}")?;
        }
        match lines.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => writeln!(f, "and {more} more"),
        }
    }
}
