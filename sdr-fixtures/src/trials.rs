//! Many worlds, one number: how often is an honest party wronged, and how often does a cheat get away?
//!
//! Rates come with the Wilson score interval of 95 %: for `k` of `n`, `z = 1.96`,
//!
//! ```text
//! (k + z^2/2 +- z sqrt(k (n - k) / n + z^2/4)) / (n + z^2)
//! ```
//! which is honest about zero of few (Wilson 1927; Brown, Cai and DasGupta 2001).

mod attack_table;

use std::ops::ControlFlow;

use serde::Serialize;

use crate::{Summary, World, WorldConfig, WorldError};

pub use attack_table::{AttackRow, AttackTable, Scores, attack_table};

/// 95 % of a normal deviate.
const Z: f64 = 1.959_964;

/// A share with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rate {
    /// How many.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Rate {
    /// `count` of `of`; of nothing, anything is possible.
    pub fn new(count: u64, of: u64) -> Self {
        if of == 0 {
            return Self { count, of, low: 0.0, high: 1.0 };
        }
        let (k, n) = (count as f64, of as f64);
        let middle = k + 0.5 * Z * Z;
        let reach = Z * (k * (n - k) / n + 0.25 * Z * Z).sqrt();
        Self {
            count,
            of,
            low: ((middle - reach) / (n + Z * Z)).max(0.0),
            high: (middle + reach) / (n + Z * Z),
        }
    }
}

/// One world.
#[derive(Clone, Debug)]
pub struct Trial {
    /// What it came to.
    pub summary: Summary,
    /// Edges between honest hotspots.
    pub honest_edges: u64,
}

/// Runs a world for some epochs, without keeping anything.
///
/// # Errors
/// [`WorldError`] as [`World::new`] and [`World::run_epoch`].
pub fn run(config: &WorldConfig, epochs: u64) -> Result<Trial, WorldError> {
    let mut world = World::new(config)?;
    for _ in 0..epochs {
        world.run_epoch(&mut |_| ControlFlow::Continue(()))?;
    }
    Ok(Trial { summary: world.tally().summary(), honest_edges: world.tally().honest_edges().0 })
}

/// What many worlds came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trials {
    /// Seeds run.
    pub seeds: Vec<u64>,
    /// Honest edges rejected.
    pub honest_edges_rejected: Rate,
    /// Worlds in which an honest hotspot's place was given up.
    pub honest_hotspots_rejected: Rate,
    /// Villains caught, each in its world.
    pub villains_caught: Rate,
    /// Forged edges that were not rejected by name of the villain and seed.
    pub escaped: Vec<(u64, String)>,
    /// Whether every supply added up.
    pub supply_exact: bool,
}

impl Trials {
    /// Sums up.
    pub fn of(trials: &[Trial]) -> Self {
        let sum = |value: fn(&Trial) -> u64| trials.iter().map(value).sum();
        let villains = trials.iter().flat_map(|trial| {
            trial
                .summary
                .villains
                .iter()
                .map(|villain| (trial.summary.seed, villain.name.clone(), villain.caught))
        });
        let escaped: Vec<(u64, String)> =
            villains.clone().filter(|(_, _, caught)| !caught).map(|(seed, name, _)| (seed, name)).collect();
        let villains = villains.count() as u64;
        Self {
            seeds: trials.iter().map(|trial| trial.summary.seed).collect(),
            honest_edges_rejected: Rate::new(
                sum(|trial| trial.summary.honest_edges_rejected),
                sum(|trial| trial.honest_edges),
            ),
            honest_hotspots_rejected: Rate::new(
                sum(|trial| u64::from(trial.summary.honest_hotspots_rejected > 0)),
                trials.len() as u64,
            ),
            villains_caught: Rate::new(villains - escaped.len() as u64, villains),
            escaped,
            supply_exact: trials.iter().all(|trial| trial.summary.supply_exact),
        }
    }
}
