//! What `fm plan` takes.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;

use super::{Format, count};

/// `fm plan`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm plan results/fair                         seeds for differences of 0.2 to 1 point
  fm plan results/fair --difference 0.4        seeds for a difference of 0.4 points
  fm plan --sd 0.7 --difference 0.5            before anything is trained; the spread is assumed

A difference counts as shown if the verdict is better or worse. The verdicts of many experiments are
simulated, with Holm's correction for all comparisons.")]
pub(crate) struct PlanArgs {
    /// A results folder with two seeds or more, whose spread is used
    #[arg(value_name = "DIR")]
    #[arg(conflicts_with_all = ["sd", "rows_error", "comparisons"])]
    pub(crate) folder: Option<PathBuf>,

    /// Differences between two test errors, in points
    #[arg(long = "difference", value_name = "POINTS", value_delimiter = ',')]
    #[arg(value_parser = positive, default_value = "0.2,0.3,0.5,1")]
    pub(crate) differences: Vec<f64>,

    /// Probability to show a difference of that size
    #[arg(long, value_name = "P", value_parser = power, default_value = "0.8")]
    pub(crate) power: f64,

    /// Without a folder: standard deviation over seeds of the difference, in points
    #[arg(long, value_name = "POINTS", value_parser = positive)]
    pub(crate) sd: Option<f64>,

    /// Without a folder: standard error that the choice of test images causes, in points; 0 plans a
    /// conclusion about one set of test images
    #[arg(long, value_name = "POINTS", value_parser = points, default_value = "0")]
    pub(crate) rows_error: f64,

    /// Without a folder: number of comparisons
    #[arg(long, value_name = "N", value_parser = count::<NonZeroUsize>, default_value = "1")]
    pub(crate) comparisons: NonZeroUsize,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// Points as a fraction.
fn points(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    let number = number.filter(|number| (0.0..=100.0).contains(number));
    let number = number.ok_or("expected a number of points from 0 to 100")?;
    // The nearest fraction, which a division is not always: 0.7 / 100 < 0.007.
    Ok(format!("{number}e-2").parse().unwrap_or(number / 100.0))
}

fn positive(text: &str) -> Result<f64, String> {
    match points(text)? {
        0.0 => Err("expected more than 0 points".to_owned()),
        fraction => Ok(fraction),
    }
}

fn power(text: &str) -> Result<f64, String> {
    let number: Option<f64> = text.parse().ok();
    let number = number.filter(|&number| number > 0.0 && number < 1.0);
    number.ok_or_else(|| "expected a probability between 0 and 1, such as 0.8".to_owned())
}
