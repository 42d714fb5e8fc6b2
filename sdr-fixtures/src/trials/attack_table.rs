//! The attack table at signal level: every villain in the real simulated air of many worlds, and what became of each.
//!
//! Beside the counts stand the scores of every check, of honest and of forged edges, so that the model of hotspot-days at parameter level
//! can be held against a sample of the signal, and one published bundle a villain, so that anybody can judge it again.

use std::{
    collections::BTreeMap,
    fs,
    ops::{ControlFlow, Range},
    path::{Path, PathBuf},
};

use identity::PublicKey;
use poc_verifier::Bundle;
use serde::Serialize;

use super::Rate;
use crate::{
    EpochReport, Hotspot, Role, World, WorldConfig, WorldError,
    days::{Dice, Purpose, levels::Levels},
    summary::{Ending, VillainSummary},
    tally::{Example, Tally},
    villains::{Fate, Villainy},
};

pub use crate::days::levels::Scores;

/// What many worlds came to.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttackTable {
    /// Seeds of the worlds.
    pub seeds: Range<u64>,
    /// Honest hotspots of each, and epochs.
    pub honest: usize,
    /// Epochs of each.
    pub epochs: u64,
    /// A row a villain.
    pub rows: Vec<AttackRow>,
    /// Edges between honest hotspots that were rejected.
    pub honest_edges_rejected: Rate,
    /// Worlds in which an honest hotspot's place was given up.
    pub honest_hotspots_rejected: Rate,
    /// Flags of hotspots in an epoch, by whose and about what.
    pub flags: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    /// Scores of edges between honest hotspots, by check.
    #[serde(skip)]
    pub honest_scores: Scores,
    /// Those edges at both levels.
    #[serde(skip)]
    pub levels: Levels,
}

/// What became of one villain in all of them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttackRow {
    /// Its name.
    pub name: &'static str,
    /// Row of the study, `S1` to `S15`; empty for one of our own.
    pub row: &'static str,
    /// What its file names beforehand.
    pub fate: Fate,
    /// Worlds in which that happened, of those in which it had an occasion.
    pub as_named: Rate,
    /// Worlds by how it ended.
    pub endings: BTreeMap<Ending, u64>,
    /// Edges that it forged.
    pub forged: u64,
    /// Those that were accepted, and so paid.
    pub accepted: Rate,
    /// Those that were rejected, by the check that decided.
    pub rejected: BTreeMap<&'static str, u64>,
    /// Those that stayed unproven, by the check that left them so.
    pub unproven: BTreeMap<&'static str, u64>,
    /// EAR paid for forged edges, base units.
    #[serde(serialize_with = "as_text")]
    pub paid: u128,
    /// Honest victims whose place was given up.
    pub victims_rejected: u64,
    /// Greatest distance from an antenna to where it was said to be, of keys that had an edge accepted, metres.
    pub gained_m: u64,
    /// Its bundle.
    pub bundle: Option<PathBuf>,
    /// Scores of its forged edges, by check.
    #[serde(skip)]
    pub scores: Scores,
}

/// Sums of this size are written as text, so that no reader rounds them.
fn as_text<S: serde::Serializer>(paid: &u128, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(paid)
}

/// Runs a world of every seed for some epochs, with all these villains in it at once, and counts. Into `bundles`, a folder, goes one
/// published bundle a villain: a round that it forged an edge of, decided by the check that its file names if there is one. `progress` is
/// told how many worlds are done.
///
/// # Errors
/// [`WorldError`] as [`World::new`] and [`World::run_epoch`], and when a bundle cannot be written.
pub fn attack_table(
    (seeds, epochs): (Range<u64>, u64),
    honest: usize,
    villains: &[Villainy],
    bundles: Option<&Path>,
    progress: &mut dyn FnMut(u64),
) -> Result<AttackTable, WorldError> {
    let mut rows: Vec<AttackRow> = villains.iter().map(|villainy| AttackRow::empty(*villainy)).collect();
    let mut best: Vec<Option<Example>> = vec![None; villains.len()];
    let (mut honest_edges, mut honest_rejected, mut worlds_wronged) = (0, 0, 0);
    let mut honest_scores = Scores::new();
    let mut levels = Levels::default();
    let mut flags = BTreeMap::<_, BTreeMap<_, u64>>::new();
    for (done, seed) in (1..).zip(seeds.clone()) {
        let mut world = World::new(&WorldConfig { seed, honest, villains: villains.to_vec(), data: None })?;
        world.keep_scores();
        for epoch in 0..epochs {
            if let Some(report) = world.run_epoch(&mut |_| ControlFlow::Continue(()))? {
                for (whose, about) in flags_of(&world, &report) {
                    *flags.entry(whose).or_default().entry(about).or_default() += 1;
                }
                draw_again(&world, &report, &mut Dice::new(Purpose::Report, seed, 0, epoch), &mut levels)?;
            }
            if let Some(folder) = bundles {
                publish(&mut world, folder, &mut best, &mut rows)?;
            }
        }
        let tally = world.tally();
        let (edges, rejected) = tally.honest_edges();
        (honest_edges, honest_rejected) = (honest_edges + edges, honest_rejected + rejected);
        let summary = tally.summary();
        worlds_wronged += u64::from(summary.honest_hotspots_rejected > 0);
        for (row, villain) in rows.iter_mut().zip(&summary.villains) {
            row.add(villain);
        }
        join_scores(tally, &mut honest_scores, &mut rows);
        progress(done);
    }
    for row in &mut rows {
        row.finish();
    }
    let worlds = seeds.end.saturating_sub(seeds.start);
    Ok(AttackTable {
        seeds,
        honest,
        epochs,
        rows,
        honest_edges_rejected: Rate::new(honest_rejected, honest_edges),
        honest_hotspots_rejected: Rate::new(worlds_wronged, worlds),
        flags,
        honest_scores,
        levels,
    })
}

/// Whose flags an epoch has, a villain's by its name, and about what.
fn flags_of(world: &World, report: &EpochReport) -> Vec<(&'static str, &'static str)> {
    let whose = |key: &PublicKey| {
        let role = world.hotspots().iter().find(|hotspot| hotspot.key() == *key).map(|hotspot| hotspot.role);
        match role {
            Some(Role::Villain(villainy)) => villainy.name(),
            _ => "honest",
        }
    };
    let flags = report.judgement.flags.iter();
    flags.flat_map(|(key, flags)| flags.iter().map(move |flag| (whose(key), flag.about.as_str()))).collect()
}

/// Puts an epoch's honest edges beside their likes at parameter level.
fn draw_again(
    world: &World,
    report: &EpochReport,
    dice: &mut Dice,
    levels: &mut Levels,
) -> Result<(), WorldError> {
    let honest = |key: &PublicKey| {
        let is_key = |hotspot: &&Hotspot| hotspot.key() == *key;
        world.hotspots().iter().find(is_key).is_some_and(|hotspot| hotspot.role == Role::Honest)
    };
    for (_, day) in report.judgement.days.iter().filter(|(key, _)| honest(key)) {
        levels.add_day(day);
    }
    let reader = world.engine().reader()?;
    for (round, address) in report.judgement.rounds.iter().zip(&report.bundles) {
        if !honest(&round.beaconer) {
            continue;
        }
        let Some(bundle) = reader.bundle(address)?.and_then(|bytes| Bundle::decode(&bytes).ok()) else {
            continue;
        };
        let judged = |witness: &PublicKey| {
            let edge = round.edges.iter().find(|edge| edge.witness == *witness && honest(witness))?;
            Some(&edge.findings[..])
        };
        levels.add(&bundle, judged, dice);
    }
    Ok(())
}

impl AttackRow {
    fn empty(villainy: Villainy) -> Self {
        Self {
            name: villainy.name(),
            row: villainy.row(),
            fate: villainy.fate(),
            as_named: Rate::new(0, 0),
            endings: BTreeMap::new(),
            forged: 0,
            accepted: Rate::new(0, 0),
            rejected: BTreeMap::new(),
            unproven: BTreeMap::new(),
            paid: 0,
            victims_rejected: 0,
            gained_m: 0,
            bundle: None,
            scores: Scores::new(),
        }
    }

    fn add(&mut self, villain: &VillainSummary) {
        let ending = villain.ending();
        *self.endings.entry(ending).or_default() += 1;
        self.as_named.count += u64::from(villain.caught);
        self.as_named.of += u64::from(ending != Ending::Idle);
        self.forged += villain.forged_edges;
        self.accepted.count += villain.accepted;
        for (sum, counts) in
            [(&mut self.rejected, &villain.rejected), (&mut self.unproven, &villain.unproven)]
        {
            for (check, count) in counts {
                *sum.entry(check).or_default() += count;
            }
        }
        // A sum that the ledger itself wrote.
        self.paid += villain.paid.parse::<u128>().unwrap_or(0);
        self.victims_rejected += villain.victims_rejected;
        self.gained_m = self.gained_m.max(villain.gained_m);
    }

    /// Intervals, once everything is counted.
    fn finish(&mut self) {
        self.as_named = Rate::new(self.as_named.count, self.as_named.of);
        self.accepted = Rate::new(self.accepted.count, self.forged);
    }
}

/// Writes the bundles of rounds that show a villain better than those there are.
fn publish(
    world: &mut World,
    folder: &Path,
    best: &mut [Option<Example>],
    rows: &mut [AttackRow],
) -> Result<(), WorldError> {
    let examples = world.tally().examples();
    for ((example, best), row) in examples.into_iter().zip(best).zip(rows) {
        let Some(example) = example.filter(|example| best.is_none_or(|best| example.rank > best.rank)) else {
            continue;
        };
        let Some(bytes) = world.engine().reader()?.bundle(&example.bundle)? else { continue };
        let file = if row.row.is_empty() {
            format!("{}.bundle", row.name)
        } else {
            format!("{}-{}.bundle", row.row.to_lowercase(), row.name)
        };
        let path = folder.join(file);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, bytes));
        written.map_err(|error| WorldError::Bundle { path: path.clone(), error })?;
        (*best, row.bundle) = (Some(example), Some(path));
    }
    Ok(())
}

fn join_scores(tally: &Tally, honest: &mut Scores, rows: &mut [AttackRow]) {
    let join = |into: &mut Scores, scores: &Scores| {
        for (check, more) in scores {
            into.entry(check).or_default().extend(more);
        }
    };
    if let Some(kept) = tally.scores() {
        join(honest, &kept.honest);
        for (row, scores) in rows.iter_mut().zip(&kept.forged) {
            join(&mut row.scores, scores);
        }
    }
}
