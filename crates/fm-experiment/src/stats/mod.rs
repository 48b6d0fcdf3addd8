//! Statistics: what a handful of seeds shows, and what it does not.
//!
//! Pure functions over slices of values, one per seed; no records, no files. Everything is the same
//! to the byte on every machine: sums run in a fixed order, resampling draws from seeded ChaCha8
//! streams, and exp, log and erfc come from the `libm` crate. No result holds NaN: what cannot be
//! computed is a typed reason ([`NoInterval`], [`NoRatio`]) or an error ([`StatsError`]).
//!
//! | question | here | source |
//! |---|---|---|
//! | one arm's errors: mean, sd, median, interquartile mean | [`describe`] | Agarwal et al. 2021 (interquartile mean) |
//! | how sure of an estimate | [`bca_interval`] | Efron 1987; Efron & Tibshirani 1993; widened as Hesterberg 2015 |
//! | could the difference be chance | [`sign_flip`], [`wilcoxon`] | Fisher 1935; Wilcoxon 1945 |
//! | how often does the arm win | [`wins`] | Wilson 1927; Bouthillier et al. 2021 |
//! | how many times smaller is the error | [`error_ratio`] | geometric mean |
//! | several comparisons | [`holm()`], [`correct_for_several`] | Holm 1979 |
//! | how many seeds does it take | [`pairs_to_detect`], [`pairs_to_conclude`] | Noether 1987; Bouthillier et al. 2021 |
//! | what comes from the finite test set | [`row_variance`], [`paired_row_variance`] | two-way random effects |
//! | what comes from initialisation, order, choice of rows | [`variance_table`] | Bouthillier et al. 2021 |
//! | all of it for two arms, and in one sentence | [`compare`], [`verdict`] | |

mod bootstrap;
mod compare;
mod describe;
mod error;
mod holm;
mod interval;
mod normal;
mod power;
mod random;
mod ratio;
mod rows;
mod sample;
mod settings;
mod sign_flip;
mod sources;
mod student;
mod verdict;
mod wilcoxon;
mod win;
pub(crate) mod words;

pub use bootstrap::{FEWEST_VALUES, bca_interval};
pub use compare::{
    ArmErrors, Comparison, Conclusion, ErrorDifference, Holm, compare, correct_for_several,
};
pub use describe::{Description, describe};
pub use error::StatsError;
pub use holm::holm;
pub use interval::{Bounds, Interval, NoInterval};
pub use power::{SeedsNeeded, pairs_to_conclude, pairs_to_detect, smallest_p};
pub use ratio::{ErrorRatio, NoRatio, error_ratio};
pub use rows::{RowVariance, paired_row_variance, row_variance};
pub use sample::{interquartile_mean, mean, median, paired_differences, sd};
pub use settings::{Settings, SmallSample};
pub use sign_flip::{SignFlip, SignFlipMethod, sign_flip};
pub use sources::{SourceVariance, VarianceTable, VariedSource, variance_table};
pub use verdict::{Baseline, Labels, verdict};
pub use wilcoxon::{Wilcoxon, WilcoxonMethod, wilcoxon};
pub use win::{MEANINGFUL, WinConclusion, Wins, wilson, wins};
