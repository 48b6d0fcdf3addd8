//! One sample in a few numbers: mean, spread, median, interquartile mean, with intervals.

use serde::{Deserialize, Serialize};

use super::bootstrap::{bca_interval, check_spread};
use super::median_interval::median_interval;
use super::random::Stream;
use super::sample::{interquartile_mean_of_sorted, mean, median_of_sorted, sd, sorted};
use super::{Bounds, Settings, StatsError, sample, student};

/// What one sample shows; same units as the values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// How many values.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation (`n − 1`); `None` for one value.
    pub sd: Option<f64>,
    /// Middle value, or the mean of the two middle ones.
    pub median: f64,
    /// Mean of the middle half, see [`sample::interquartile_mean`].
    pub interquartile_mean: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// BCa interval of the mean; Student's, of fewer than [`FEWEST_RESAMPLED`](super::FEWEST_RESAMPLED)
    /// values.
    pub mean_interval: Bounds,
    /// Interval of the median between interpolated order statistics.
    pub median_interval: Bounds,
    /// BCa interval of the interquartile mean.
    pub interquartile_mean_interval: Bounds,
}

/// Describes a sample; the order of its values makes no difference, to the bit.
///
/// ```
/// use fm_experiment::stats::{Settings, describe};
///
/// let errors = [0.017, 0.015, 0.030, 0.012, 0.018, 0.014, 0.021, 0.016];
/// let found = describe(&errors, &Settings::default())?;
/// assert_eq!(found.median, 0.0165);
/// let interval = found.mean_interval.interval().expect("eight values that differ");
/// assert!(interval.low < found.mean && found.mean < interval.high);
/// # Ok::<(), fm_experiment::stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::Empty`], [`StatsError::NotFinite`], or a setting out of range.
pub fn describe(values: &[f64], settings: &Settings) -> Result<Description, StatsError> {
    settings.check()?;
    sample::check_finite("the sample", values)?;
    let values = sorted(values);
    let intervals = intervals(&values, settings);
    Ok(Description {
        count: values.len(),
        mean: mean(&values),
        sd: sd(&values),
        median: median_of_sorted(&values),
        interquartile_mean: interquartile_mean_of_sorted(&values),
        min: values[0],
        max: values[values.len() - 1],
        mean_interval: intervals[0],
        median_interval: intervals[1],
        interquartile_mean_interval: intervals[2],
    })
}

/// Of the mean, the median and the interquartile mean; the first and the last from the same resamples.
fn intervals(values: &[f64], settings: &Settings) -> [Bounds; 3] {
    if let Err(reason) = check_spread(values) {
        return [Err(reason).into(); 3];
    }
    let count = values.len();
    let mut stream = Stream::new(settings.seed, "sample");
    let (mut means, mut middles) = (Vec::new(), Vec::new());
    for distribution in [&mut means, &mut middles] {
        distribution.reserve_exact(settings.resamples);
    }
    // Counting how often each value is drawn gives the resample in ascending order without sorting
    // it.
    let mut drawn = vec![0_u32; count];
    let mut resample = Vec::with_capacity(count);
    for _ in 0..settings.resamples {
        drawn.fill(0);
        for _ in 0..count {
            drawn[stream.below(count as u32) as usize] += 1;
        }
        resample.clear();
        for (&value, &times) in values.iter().zip(&drawn) {
            resample.extend(std::iter::repeat_n(value, times as usize));
        }
        means.push(mean(&resample));
        middles.push(interquartile_mean_of_sorted(&resample));
    }
    let (mut without, mut middles_without) = (Vec::new(), Vec::new());
    for left_out in 0..count {
        resample.clear();
        resample.extend_from_slice(&values[..left_out]);
        resample.extend_from_slice(&values[left_out + 1..]);
        without.push(mean(&resample));
        middles_without.push(interquartile_mean_of_sorted(&resample));
    }
    let z = settings.tail_z(count);
    let of_mean = match student::mean_interval(values, settings) {
        Some(interval) => Ok(interval),
        None => bca_interval(&mut means, mean(values), &without, z),
    };
    let middle = interquartile_mean_of_sorted(values);
    let of_middle = bca_interval(&mut middles, middle, &middles_without, z);
    let of_median = median_interval(values, settings.level);
    [of_mean.into(), of_median.into(), of_middle.into()]
}
