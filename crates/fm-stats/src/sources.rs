//! [`variance_table`]: how much of the spread over trainings each source of randomness causes.

use crate::sample::check_finite;
use crate::{StatsError, sd};

/// One line of the variance table.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceVariance {
    /// The source varied.
    pub source: String,
    /// Number of trainings.
    pub count: usize,
    /// Standard deviation over the trainings (`n − 1`); `None` for one training.
    pub sd: Option<f64>,
    /// Standard error of `sd`, `sd / √(2(n − 1))` (of normal scores): 13 % of it at 30 trainings,
    /// 24 % at 10.
    pub sd_error: Option<f64>,
    /// Variance as a share of that with everything varied; `None` where that is missing or zero.
    pub share_of_all: Option<f64>,
}

/// A line for each source of randomness: its name, and the scores of trainings in which only it was
/// varied. The last line, "all", is of `all`, the scores with every source varied, where there are any.
///
/// The study of Bouthillier et al., "Accounting for Variance in Machine Learning Benchmarks" (MLSys
/// 2021). The shares do not add up to 1: sources interact, and variances are estimates.
///
/// # Errors
///
/// [`StatsError::TooFew`] or [`StatsError::Invalid`] with the source's name.
pub fn variance_table(
    sources: &[(String, Vec<f64>)],
    all: Option<&[f64]>,
) -> Result<Vec<SourceVariance>, StatsError> {
    let whole = all.and_then(sd).map(|sd| sd * sd).filter(|&v| v > 0.0);
    let sources = sources
        .iter()
        .map(|(name, values)| (name.as_str(), values.as_slice()));
    let lines = sources.chain(all.map(|values| ("all", values)));
    let line = |(source, values): (&str, &[f64])| {
        check_finite(source, values)?;
        let sd = sd(values);
        let degrees = values.len() as f64 - 1.0;
        Ok(SourceVariance {
            source: source.into(),
            count: values.len(),
            sd,
            sd_error: sd.map(|sd| sd / libm::sqrt(2.0 * degrees)),
            share_of_all: sd.zip(whole).map(|(sd, whole)| sd * sd / whole),
        })
    };
    lines.map(line).collect()
}
