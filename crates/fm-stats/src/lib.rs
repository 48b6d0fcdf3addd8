//! Paired comparisons of trainings: slices in, numbers out.
//!
//! Two arms, one test error per seed each:
//!
//! ```
//! use fm_stats::{Settings, Verdict, compare};
//!
//! let transfer = [0.0105, 0.0090, 0.0130, 0.0095, 0.0120, 0.0100, 0.0115, 0.0085];
//! let scratch = [0.0200, 0.0155, 0.0240, 0.0125, 0.0180, 0.0145, 0.0210, 0.0165];
//!
//! let found = compare(&transfer, &scratch, &Settings::default())?;
//!
//! let interval = found.interval.unwrap();
//! assert_eq!(format!("{:+.2} points", 100.0 * found.difference), "-0.73 points");
//! assert_eq!(
//!     format!("{:+.2} to {:+.2}", 100.0 * interval.low, 100.0 * interval.high),
//!     "-0.95 to -0.50"
//! );
//! assert_eq!((found.p, found.wins, found.pairs), (2.0 / 256.0, 8, 8));
//! assert_eq!(found.verdict, Some(Verdict::Better));
//! # Ok::<(), fm_stats::StatsError>(())
//! ```
//!
//! | question | function | source |
//! |---|---|---|
//! | one arm's errors over seeds | [`describe`] | Student 1908 |
//! | does the arm differ from the baseline, on these test rows | [`compare`] | Student 1908; Fisher 1935 (sign flips); Schuirmann 1987 (equivalence) |
//! | … and with other draws and other test rows | [`compare_rows`] | Searle, Casella & McCulloch 1992; Satterthwaite 1946; Owen & Eckles 2012 |
//! | several comparisons | [`correct_for_family`] | Holm 1979 |
//! | how much of the spread do the test rows cause | [`Crossed`], of [`compare_rows`] | likewise |
//! | … and initialisation, row order, choice of training rows | [`variance_table`] | Bouthillier et al. 2021 |
//! | how many seeds or draws does it take | [`power`], [`draws_needed`], [`power_limit`] | simulation |
//! | many pairs of classes: what holds for other classes | [`over_classes`] | Efron & Stein 1981 (jackknife) |
//! | … and each of the pairs | [`pool`] | Gelman, Hill & Yajima 2012; Paule & Mandel 1982 |
//! | what is tuning worth | [`expected_best`] | Dodge et al. 2019; Tang et al. 2020 |
//!
//! # The rule
//!
//! The estimand is one: the difference of mean test errors, arm − baseline. [`Verdict::Better`] and
//! [`Verdict::Worse`] need the 95 % interval *and* the sign-flip p, corrected for the family of
//! comparisons; [`Verdict::PracticallyEqual`] needs the interval inside ±0.2 points. Fewer than
//! [`MIN_PAIRS`] pairs give no interval and no verdict. How often the intervals cover the truth and the
//! verdicts err is measured in `docs/evidence.md`; `cargo run --release -p fm-stats --example evidence`
//! measures it again.
//!
//! # Bits
//!
//! The same input gives the same bits on every machine: sums run in a fixed order, random numbers come
//! from seeded ChaCha8 streams, and exp, log and erfc from the `libm` crate.

#![forbid(unsafe_code)]

mod budget;
mod class_pairs;
mod compare;
mod crossed;
mod error;
mod interval;
mod normal;
mod plan;
mod pooling;
mod random;
mod sample;
mod settings;
mod sign_flip;
mod sources;
mod student;

pub use budget::expected_best;
pub use class_pairs::over_classes;
pub use compare::{Comparison, Verdict, compare, compare_rows, correct_for_family};
pub use crossed::{Components, Crossed};
pub use error::StatsError;
pub use interval::{Estimate, Interval, MIN_PAIRS};
pub use plan::{MAX_DRAWS, Scenario, draws_needed, power, power_limit};
pub use pooling::{Pooled, pool};
pub use sample::{Description, describe, mean, sd};
pub use settings::Settings;
pub use sign_flip::{pairs_to_conclude, smallest_p};
pub use sources::{SourceVariance, variance_table};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
