//! [`Rows`]: rows of a file, as a command line names them.

/// Rows of a file; all by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    /// The first, counted from 0.
    pub(crate) first: usize,
    /// The one after the last; `None` for all.
    pub(crate) end: Option<usize>,
}

impl Rows {
    /// `7`, `0..10`, or `7..` to the last.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let parse = |text: &str| text.trim().parse::<usize>().ok();
        let rows = match text.split_once("..") {
            None => parse(text).and_then(|row| Some((row, Some(row.checked_add(1)?)))),
            Some((first, "")) => parse(first).map(|first| (first, None)),
            Some((first, end)) => parse(first).zip(parse(end).map(Some)),
        };
        match rows {
            Some((first, end)) if end.is_none_or(|end| first < end) => Ok(Self { first, end }),
            _ => Err(
                "expected one row (7), rows without the last (0..10), or all from one on (7..)"
                    .to_owned(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_end_is_the_last_row() {
        let rows = |first, end| Ok(Rows { first, end });
        assert_eq!(Rows::parse("7"), rows(7, Some(8)));
        assert_eq!(Rows::parse("0..10"), rows(0, Some(10)));
        assert_eq!(Rows::parse("7.."), rows(7, None));
        for wrong in [
            "",
            "..",
            "..3",
            "3..3",
            "4..3",
            "-1",
            "a..b",
            "18446744073709551615",
        ] {
            assert!(Rows::parse(wrong).is_err(), "{wrong}");
        }
    }
}
