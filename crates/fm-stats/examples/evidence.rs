//! Runs the checks of `docs/evidence.md` whole, and prints its tables: about two minutes.
//!
//! ```sh
//! cargo run --release -p fm-stats --example evidence
//! ```

#![allow(clippy::print_stdout, reason = "the example prints tables")]

#[path = "../tests/all/simulated_pairs.rs"]
mod simulated_pairs;
#[path = "../tests/all/simulation.rs"]
mod simulation;

use simulated_pairs::{ClassWorld, pair_coverage};
use simulation::{
    MEASURED, World, crossed_coverage, one_arm_under_two_names, populations, practically_equal,
    stated_and_simulated_power,
};

fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

fn main() {
    println!("Student's 95 % interval of a mean: share of 20,000 samples that contain it\n");
    println!("| population | n = 6 | 10 | 12 | 20 | 30 |\n|---|--:|--:|--:|--:|--:|");
    for population in populations() {
        let shares = [6, 10, 12, 20, 30].map(|n| percent(population.coverage(n, 20_000)));
        println!("| {} | {} |", population.name, shares.join(" | "));
    }

    println!("\n1. Intervals for other draws and other test rows, 2,000 experiments each\n");
    println!(
        "| draws | draws × rows | draws alone | seeds alone, one training set | sd over draws | error from test rows |\n|--:|--:|--:|--:|--:|--:|"
    );
    for draws in [6, 12, 30, 60] {
        let found = crossed_coverage(&MEASURED, draws, 2_000);
        println!(
            "| {draws} | {} | {} | {} | {:.2} points | {:.2} points |",
            percent(found.crossed),
            percent(found.draws_only),
            percent(found.seeds_of_one_subset),
            100.0 * found.draw_sd,
            100.0 * found.rows_error
        );
    }

    println!("\n2. One arm under two names: experiments of 400 that conclude a difference\n");
    println!("| draws | comparisons | these test rows | other test rows |\n|--:|--:|--:|--:|");
    let small = World {
        rows: 500,
        ..MEASURED
    };
    for (draws, family) in [(6, 1), (12, 1), (12, 4), (30, 1), (30, 4)] {
        let found = one_arm_under_two_names(&small, draws, family, 400);
        println!(
            "| {draws} | {family} | {} | {} |",
            percent(found.these_rows),
            percent(found.other_rows)
        );
    }

    println!(
        "\n3. A true difference of exactly the margin: experiments of 400 that are \"practically equal\"\n"
    );
    println!(
        "| draws | spread of the rates | these test rows | other test rows |\n|--:|--:|--:|--:|"
    );
    for (draws, spread) in [(12, 0.05), (30, 0.05), (30, 0.2), (60, 0.05), (60, 0.2)] {
        let world = World {
            arm_error: 0.011,
            baseline_error: 0.009,
            init_sd: spread,
            subset_sd: 0.0,
            shared_hardness: 1.0,
            ..MEASURED
        };
        let found = practically_equal(&world, draws, 400);
        println!(
            "| {draws} | {} | {} | {} |",
            percent(spread),
            percent(found.these_rows),
            percent(found.other_rows)
        );
    }

    println!("\n5. Power for other test rows, stated and in 2,000 simulated experiments\n");
    println!("| draws | true difference | stated | simulated |\n|--:|--:|--:|--:|");
    for (draws, baseline_error) in [(12, 0.018), (29, 0.0155), (60, 0.0145)] {
        let world = World {
            baseline_error,
            ..MEASURED
        };
        let spread = crossed_coverage(&world, 60, 300);
        let (stated, simulated) = stated_and_simulated_power(&world, &spread, draws, 2_000);
        println!(
            "| {draws} | {:+.2} points | {} | {} |",
            100.0 * world.difference(),
            percent(stated),
            percent(simulated)
        );
    }

    println!("\n7. Pairs of classes: 95 % intervals for other classes, 4,000 experiments each\n");
    println!(
        "| classes, pairs | share of the classes | mean | width | difficulty | relatedness | mean, independent pairs | mean, sums over shared classes | each pair, pooled |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    );
    for (classes, pairs) in [(10, None), (10, Some(20)), (6, None), (5, None), (4, None)] {
        for share in [0.0, 0.1, 0.3, 0.9] {
            let world = ClassWorld {
                classes,
                pairs,
                share,
                slope: 0.0,
            };
            let found = pair_coverage(&world, 4_000);
            let slopes = match classes {
                4 => "| ".to_owned(),
                _ => found.slopes.map(percent).join(" | "),
            };
            println!(
                "| {classes}, {} | {:.0} % | {} | {:.2} | {slopes} | {} | {} | {} |",
                pairs.unwrap_or(classes * (classes - 1) / 2),
                100.0 * share,
                percent(found.mean),
                found.width,
                percent(found.independent),
                percent(found.dyadic),
                percent(found.pooled)
            );
        }
    }
    println!("\nThe difference depends on difficulty\n");
    println!(
        "| for ten times the error | pairs count the same | pairs weighted by precision, independent |\n|--:|--:|--:|"
    );
    for slope in [0.0, 0.05, 0.1, 0.2] {
        let world = ClassWorld {
            classes: 10,
            pairs: None,
            share: 0.0,
            slope,
        };
        let found = pair_coverage(&world, 4_000);
        println!(
            "| {slope:+.2} points | {} | {} |",
            percent(found.mean),
            percent(found.weighted)
        );
    }
}
