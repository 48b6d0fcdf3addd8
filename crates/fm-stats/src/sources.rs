//! [`variance_table`]: how much of the spread over trainings each source of randomness causes.
//!
//! The study of Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks"
//! (MLSys 2021): one source is varied while the others are held, and its variance is compared with
//! that of varying all of them.

use serde::{Deserialize, Serialize};

use crate::StatsError;
use crate::sample::{check_finite, mean, sd};

/// Scores of trainings in which only one source of randomness was varied.
#[derive(Debug, Clone, Copy)]
pub struct VariedSource<'a> {
    /// The source: `init`, `order`, `subset`, ….
    pub source: &'a str,
    /// One score per training.
    pub values: &'a [f64],
}

/// One line of the variance table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SourceVariance {
    /// The source varied.
    pub source: String,
    /// Number of trainings.
    pub count: usize,
    /// Mean score.
    pub mean: f64,
    /// Standard deviation over the trainings (`n − 1`); `None` for one training.
    pub sd: Option<f64>,
    /// Standard error of `sd`, `sd / √(2(n − 1))` (of normal scores): 13 % of it at 30 trainings,
    /// 24 % at 10.
    pub sd_error: Option<f64>,
    /// Variance as a share of that with everything varied; `None` where that is missing or zero.
    pub share_of_all: Option<f64>,
}

/// What each source contributes to the spread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VarianceTable {
    /// One line per source, in the order given.
    pub sources: Vec<SourceVariance>,
    /// All sources varied at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<SourceVariance>,
    /// Sum of the shares. Differs from 1 by the interactions of the sources and by chance.
    pub sum_of_shares: Option<f64>,
}

/// Computes the variance table from groups of scores; `all` is the group with every source varied.
///
/// # Errors
///
/// [`StatsError::TooFew`] or [`StatsError::NotFinite`] with the source's name.
pub fn variance_table(
    sources: &[VariedSource<'_>],
    all: Option<&[f64]>,
) -> Result<VarianceTable, StatsError> {
    let group = |values| VariedSource {
        source: "all",
        values,
    };
    let all = all.map(|values| line(group(values), None)).transpose()?;
    let whole = all
        .as_ref()
        .and_then(|line| line.sd)
        .map(|sd| sd * sd)
        .filter(|&v| v > 0.0);
    let all = all.map(|line| SourceVariance {
        share_of_all: whole.map(|_| 1.0),
        ..line
    });
    let sources = sources
        .iter()
        .map(|&group| line(group, whole))
        .collect::<Result<Vec<_>, _>>()?;
    let shares: Option<Vec<f64>> = sources.iter().map(|line| line.share_of_all).collect();
    let sum_of_shares = shares.filter(|s| !s.is_empty()).map(|s| s.iter().sum());
    Ok(VarianceTable {
        sources,
        all,
        sum_of_shares,
    })
}

fn line(group: VariedSource<'_>, whole: Option<f64>) -> Result<SourceVariance, StatsError> {
    check_finite(group.source, group.values)?;
    let sd = sd(group.values);
    let degrees = group.values.len() as f64 - 1.0;
    Ok(SourceVariance {
        source: group.source.into(),
        count: group.values.len(),
        mean: mean(group.values),
        sd,
        sd_error: sd.map(|sd| sd / libm::sqrt(2.0 * degrees)),
        share_of_all: sd.zip(whole).map(|(sd, whole)| sd * sd / whole),
    })
}
