//! `trials`: the demo's world over many seeds, with counts and confidence intervals.

use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use sdr_fixtures::{
    WorldConfig, WorldError,
    trials::{Rate, Trial, Trials, run},
    villains::{UnknownVillain, Villainy},
};

/// Run the simulated network over many seeds and count who was wronged and who got away. The attack table is `poc-trial`'s.
#[derive(Parser)]
#[command(
    version,
    max_term_width = 110,
    after_help = "\
Examples:
  cargo run --release -p sdr-fixtures --bin trials                      seeds 1 to 20, an epoch each
  cargo run --release -p sdr-fixtures --bin trials -- --seeds 100 --first-seed 1000 --json

Exit code 1 when a villain was not caught or an honest hotspot was rejected; 2 when a world cannot be built."
)]
struct Arguments {
    /// How many seeds
    #[arg(long, value_name = "N", default_value_t = 20)]
    seeds: u64,
    /// The first of them
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    first_seed: u64,
    /// Epochs of each world
    #[arg(long, value_name = "N", default_value_t = 1)]
    epochs: u64,
    /// Honest hotspots of each world
    #[arg(long, value_name = "N", default_value_t = 24)]
    hotspots: usize,
    /// Villains in each, one of a kind: all, or names with commas between [default: those that hardly know what they do]
    #[arg(long, value_name = "all|NAME,...", value_delimiter = ',')]
    villains: Vec<String>,
    /// One line of JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let villains = match villains(&arguments.villains) {
        Ok(villains) => villains,
        Err(error) => {
            eprintln!("trials: {error}");
            return ExitCode::from(2);
        }
    };
    match all(&arguments, &villains) {
        Ok(trials) => {
            print(&trials, arguments.json);
            let good = trials.escaped.is_empty()
                && trials.honest_hotspots_rejected.count == 0
                && trials.supply_exact;
            if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("trials: {error}");
            ExitCode::from(2)
        }
    }
}

fn villains(names: &[String]) -> Result<Vec<Villainy>, UnknownVillain> {
    match names {
        [] => Ok(Villainy::NAIVE.to_vec()),
        [all] if all == "all" => Ok(Villainy::ALL.to_vec()),
        names => names.iter().map(|name| name.trim().parse()).collect(),
    }
}

fn all(arguments: &Arguments, villains: &[Villainy]) -> Result<Trials, WorldError> {
    let style = ProgressStyle::with_template("{bar:24} {pos}/{len} worlds, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let progress = ProgressBar::new(arguments.seeds).with_style(style);
    let seeds = arguments.first_seed..arguments.first_seed.saturating_add(arguments.seeds);
    let trials: Result<Vec<_>, WorldError> = seeds
        .map(|seed| {
            let config =
                WorldConfig { seed, honest: arguments.hotspots, villains: villains.to_vec(), data: None };
            let trial = run(&config, arguments.epochs)?;
            progress.inc(1);
            if !arguments.json {
                progress.suspend(|| tell(&trial));
            }
            Ok(trial)
        })
        .collect();
    progress.finish_and_clear();
    Ok(Trials::of(&trials?))
}

fn print(trials: &Trials, json: bool) {
    if json {
        println!("{}", serde_json::json!(trials));
        return;
    }
    println!("{} worlds, seeds {:?}", trials.seeds.len(), trials.seeds);
    println!("honest edges rejected     {}", shown(trials.honest_edges_rejected));
    println!("worlds with an honest hotspot rejected  {}", shown(trials.honest_hotspots_rejected));
    println!("villains caught           {}", shown(trials.villains_caught));
    for (seed, name) in &trials.escaped {
        println!("  not caught: {name}, seed {seed}");
    }
    println!(
        "supply {}",
        if trials.supply_exact { "adds up exactly in every world" } else { "DOES NOT ADD UP" }
    );
}

/// What became of a world's villains.
fn tell(trial: &Trial) {
    for villain in &trial.summary.villains {
        let ear = villain.paid.parse::<f64>().unwrap_or(0.0) * 1e-8;
        println!(
            "seed {}: {:<18} {}: of {} forged edges {} accepted, rejected {:?}, unproven {:?}; paid {ear:.2} EAR, {} m off",
            trial.summary.seed,
            villain.name,
            villain.ending(),
            villain.forged_edges,
            villain.accepted,
            villain.rejected,
            villain.unproven,
            villain.gained_m,
        );
    }
}

fn shown(rate: Rate) -> String {
    let share = rate.count as f64 / rate.of.max(1) as f64;
    format!(
        "{} of {} = {:.3} % (95 %: {:.3} to {:.3} %)",
        rate.count,
        rate.of,
        100.0 * share,
        100.0 * rate.low,
        100.0 * rate.high
    )
}
