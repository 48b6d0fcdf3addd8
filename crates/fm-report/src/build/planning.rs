//! [`Planning`]: how many seeds a conclusion takes, from the spread of results or from assumptions.

use fm_experiment::Results;
use fm_stats::{
    MAX_DRAWS, MIN_PAIRS, Scenario, Settings, StatsError, draws_needed, power, power_limit,
};
use serde::Serialize;

use crate::document::{Document, Text, Tone};
use crate::error::ReportError;
use crate::number::{Percents, Unit, counted};
use crate::table::{Column, Table};

/// What is known of a comparison before it is planned.
#[derive(Clone, Debug, Serialize)]
pub struct Pilot {
    /// The arms: "transfer and scratch".
    pub between: String,
    /// Pairs that the spread was measured on; `None` if it is assumed.
    pub seeds: Option<usize>,
    /// Test rows, where the conclusion is to hold for others too.
    pub test_rows: Option<usize>,
    /// Standard deviation over seeds of the difference, a fraction.
    pub sd: f64,
    /// Standard error that the choice of test rows causes, a fraction; 0 if the conclusion is about
    /// these test rows.
    pub rows_error: f64,
    /// Comparisons that Holm's correction is for.
    pub family: usize,
}

impl Pilot {
    /// The comparisons of the main table that have two seeds or more.
    ///
    /// # Errors
    /// [`ReportError`] for scores that no training has.
    pub fn of(results: &Results) -> Result<Vec<Self>, ReportError> {
        let family = results.main().pairings.len();
        let compared = results.comparisons(&Settings::default())?;
        let pilots = compared.iter().filter_map(|compared| {
            let comparison = &compared.comparison;
            let crossed = comparison.crossed.as_ref();
            Some(Self {
                between: format!("{} and {}", compared.pairing.arm, compared.pairing.against),
                seeds: Some(comparison.pairs),
                test_rows: crossed.map(|c| c.rows),
                sd: crossed.map(|c| c.draw_sd).or(comparison.difference_sd)?,
                rows_error: crossed.map_or(0.0, |c| c.rows_error),
                family,
            })
        });
        Ok(pilots.collect())
    }

    /// The arm is better by `difference`.
    fn scenario(&self, difference: f64) -> Scenario {
        Scenario {
            difference: -difference,
            draw_sd: self.sd,
            rows_error: self.rows_error,
            family: self.family,
        }
    }
}

/// How many seeds it takes to conclude that one arm has a lower test error than another.
#[derive(Clone, Debug, Serialize)]
pub struct Planning {
    /// The power asked for: the probability of the conclusion if the difference is as large as stated.
    pub power: f64,
    /// In the order of the comparisons.
    pub comparisons: Vec<Planned>,
}

/// A planned comparison.
#[derive(Clone, Debug, Serialize)]
pub struct Planned {
    /// What it is planned from.
    #[serde(flatten)]
    pub pilot: Pilot,
    /// The smallest difference that any number of seeds shows with the power asked for.
    pub smallest_difference: f64,
    /// One for each difference that was asked for.
    pub differences: Vec<PlannedDifference>,
}

/// A difference of mean test errors.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct PlannedDifference {
    /// A fraction: 0.005 is half a point.
    pub difference: f64,
    /// Fewest seeds that reach the power; `None` if [`MAX_DRAWS`] do not.
    pub seeds_needed: Option<usize>,
    /// With the seeds that there are.
    pub power_now: Option<f64>,
    /// With infinitely many seeds: below 1 only because of the test rows.
    pub power_limit: f64,
}

impl Planning {
    /// Plans every comparison for each of the differences, fractions of at least the margin of 0.002, by
    /// simulation of the rule of the verdict.
    ///
    /// # Errors
    /// [`StatsError::Invalid`] for a difference, a power or a spread out of range.
    pub fn of(pilots: &[Pilot], differences: &[f64], target: f64) -> Result<Self, StatsError> {
        let settings = &Settings::default();
        let of_pilot = |pilot: &Pilot| {
            let each = differences.iter();
            let each = each.map(|&difference| planned(pilot, difference, target, settings));
            Ok(Planned {
                pilot: pilot.clone(),
                differences: each.collect::<Result<_, _>>()?,
                smallest_difference: smallest_difference(pilot, target, settings)?,
            })
        };
        Ok(Self {
            power: target,
            comparisons: pilots.iter().map(of_pilot).collect::<Result<_, _>>()?,
        })
    }

    /// The sentence of the first comparison and difference, what the test rows limit, and a table.
    pub fn document(&self) -> Document {
        let mut document = Document::new("How many seeds it takes");
        if let Some(first) = self.comparisons.first()
            && let Some(difference) = first.differences.first()
        {
            let text = self.sentence(&first.pilot, difference);
            document.push(Text::Lead(text, Tone::Neutral));
        }
        let limited = self.comparisons.iter().filter(|c| c.pilot.rows_error > 0.0);
        document.extend(limited.map(|planned| {
            let rows = planned.pilot.test_rows;
            let rows = rows.map(|rows| counted(rows, "test image"));
            Text::note(format!(
                "With {} alone, a difference under {} between {} is shown with a probability of less \
                 than {}, whatever the number of seeds.",
                rows.as_deref().unwrap_or("these test images"),
                points(planned.smallest_difference),
                planned.pilot.between,
                share(self.power)
            ))
        }));
        document.with(self.table()).with(Text::note(
            "Simulated with the rule of the verdict: the interval excludes 0 and the corrected p is \
             small enough. The spread is taken as known. Measured on 6 seeds, the true one may be 2.5 \
             times as large; on 30 seeds, 1.3 times.",
        ))
    }

    fn sentence(&self, pilot: &Pilot, at: &PlannedDifference) -> String {
        let what = format!(
            "a difference of {} between the test errors of {} with a probability of {}",
            points(at.difference),
            pilot.between,
            share(self.power)
        );
        let holm = match pilot.family {
            1 => String::new(),
            family => format!(", after Holm's correction for {family} comparisons"),
        };
        match at.seeds_needed {
            Some(seeds) => format!("It takes {} to show {what}{holm}.", counted(seeds, "seed")),
            None if at.power_limit < self.power => format!(
                "No number of seeds shows {what}: other test images could reverse it. The most is {}.",
                share(at.power_limit)
            ),
            None => format!("More than {MAX_DRAWS} seeds would be needed to show {what}{holm}."),
        }
    }

    fn table(&self) -> Table {
        let caption = format!(
            "Seeds for a power of {}, the probability to conclude the difference",
            share(self.power)
        );
        let planned = self.comparisons.iter();
        let rows = planned.flat_map(|of| of.differences.iter().map(move |at| (&of.pilot, at)));
        let rows: Vec<(&Pilot, &PlannedDifference)> = rows.collect();
        let power = |key, title| Column::new(key, title, Unit::Fraction);
        let spread = |key, title| Column::new(key, title, Unit::Spread);
        let count = |key, title| Column::new(key, title, Unit::Count);
        Table::of("plan", caption, &rows)
            .column(Column::text("between", "arms"), |(of, _)| &of.between)
            .column(spread("difference", "difference"), |(_, at)| at.difference)
            .column(count("seeds_needed", "seeds needed"), |(_, at)| {
                at.seeds_needed
            })
            .column(power("power_limit", "highest power"), |(_, at)| {
                at.power_limit
            })
            .column(count("seeds", "seeds now"), |(of, _)| of.seeds)
            .column(power("power_now", "power now"), |(_, at)| at.power_now)
            .column(spread("sd", "sd over seeds"), |(of, _)| of.sd)
            .column(spread("rows_error", "error from test images"), |(of, _)| {
                of.rows_error
            })
            .column(count("family", "comparisons").detail(), |(of, _)| of.family)
            .table()
    }
}

/// "0.50 points"
fn points(difference: f64) -> String {
    let percents = Percents::telling_apart(&[0.0, difference]);
    format!("{} points", percents.number(difference))
}

/// "80 %"
fn share(power: f64) -> String {
    format!("{} %", (power * 1000.0).round() / 10.0)
}

fn planned(
    pilot: &Pilot,
    difference: f64,
    target: f64,
    settings: &Settings,
) -> Result<PlannedDifference, StatsError> {
    if !(settings.margin..=1.0).contains(&difference) {
        return Err(StatsError::Invalid {
            what: "difference".to_owned(),
            found: points(difference),
            expected: "at least the margin of 0.20 points, under which arms are practically equal"
                .to_owned(),
        });
    }
    let scenario = &pilot.scenario(difference);
    let power_limit = power_limit(scenario, settings)?;
    let seeds = pilot.seeds.filter(|&seeds| seeds >= MIN_PAIRS);
    let power_now = seeds.map(|seeds| power(seeds.min(MAX_DRAWS), scenario, settings));
    Ok(PlannedDifference {
        difference,
        seeds_needed: match power_limit < target {
            true => None,
            false => draws_needed(target, scenario, settings)?,
        },
        power_now: power_now.transpose()?,
        power_limit,
    })
}

/// The difference from which on infinitely many seeds reach the power, by bisection.
fn smallest_difference(pilot: &Pilot, target: f64, settings: &Settings) -> Result<f64, StatsError> {
    let (mut below, mut reached) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = 0.5 * (below + reached);
        match power_limit(&pilot.scenario(middle), settings)? >= target {
            true => reached = middle,
            false => below = middle,
        }
    }
    Ok(reached)
}
