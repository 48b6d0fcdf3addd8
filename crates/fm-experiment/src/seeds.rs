//! [`SeedList`]: which seeds a plan runs, as people write them.

use std::fmt;
use std::str::FromStr;

const MOST: u64 = 100_000;

/// Seeds in ascending order, each once.
///
/// ```
/// use fm_experiment::SeedList;
///
/// assert_eq!("3".parse::<SeedList>()?.seeds(), [1, 2, 3]); // a number is how many
/// assert_eq!("7,1".parse::<SeedList>()?.seeds(), [1, 7]);
/// assert_eq!("101..103,7".parse::<SeedList>()?.seeds(), [7, 101, 102, 103]);
/// # Ok::<(), String>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedList(Vec<u64>);

impl SeedList {
    /// The seeds 1 to 30: enough pairs to tell a win probability of 0.75 from 0.5 (Noether's
    /// formula as in Bouthillier et al. 2021 asks for 29).
    pub fn standard() -> Self {
        Self((1..=30).collect())
    }

    /// One seed.
    pub fn one(seed: u64) -> Self {
        Self(vec![seed])
    }

    /// The seeds, ascending.
    pub fn seeds(&self) -> &[u64] {
        &self.0
    }
}

impl FromStr for SeedList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |reason: String| {
            let how = "write how many (30), a list (1,2,7) or a range with both ends (101..110)";
            format!("seeds {text:?}: {reason}; {how}")
        };
        let number = |part: &str| {
            let number = part.trim().parse::<u64>();
            number.map_err(|_| wrong(format!("{:?} is not a whole number from 0 on", part.trim())))
        };
        if !text.contains([',', '.']) {
            let count = number(text)?;
            return match count {
                1..=MOST => Ok(Self((1..=count).collect())),
                _ => Err(wrong(format!("{count} seeds, expected 1 to {MOST}"))),
            };
        }
        let mut seeds = Vec::new();
        for part in text.split(',') {
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return Err(wrong(format!("the range {} runs backwards", part.trim())));
            }
            if last - first >= MOST - seeds.len() as u64 {
                return Err(wrong(format!("more than {MOST} seeds")));
            }
            seeds.extend(first..=last);
        }
        seeds.sort_unstable();
        if let Some(pair) = seeds.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(wrong(format!("{} is there twice", pair[0])));
        }
        Ok(Self(seeds))
    }
}

/// As short as [`FromStr`] reads it back: ranges where seeds follow each other.
impl fmt::Display for SeedList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs = self.0.chunk_by(|seed, next| next - seed == 1);
        let runs = runs.map(|run| match run {
            [first, .., last] => format!("{first}..{last}"),
            one => one[0].to_string(),
        });
        f.write_str(&runs.collect::<Vec<_>>().join(","))
    }
}
