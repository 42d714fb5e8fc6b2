//! Tells what happens: a progress line for the terminal, live events for the map.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::IsTerminal,
    sync::Arc,
};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use ledger::{
    evidence::Outcome,
    verdicts::outcome,
    view::{LiveEvent, View},
};
use ledger_machine::PublicKey;
use poc_verifier::{RoundJudgement, judgement::About};
use sdr_fixtures::{EpochReport, World, WorldEvent};

use super::snapshot;

/// Rejected edges told of an epoch, so that a listener's queue holds it; the map has all of them.
const REJECTIONS_TOLD: usize = 40;

/// Whoever tells.
pub(super) struct Narrator {
    view: Arc<View>,
    names: BTreeMap<PublicKey, String>,
    windows_per_epoch: u64,
    line: ProgressBar,
    /// What was last said of each place.
    places: BTreeMap<PublicKey, Outcome>,
    /// What was told of whom already.
    flagged: BTreeSet<(PublicKey, About)>,
}

impl Narrator {
    pub(super) fn new(world: &World, view: Arc<View>) -> Self {
        let names = world.hotspots().iter().map(|hotspot| (hotspot.key(), hotspot.name.clone())).collect();
        let windows_per_epoch = world.windows_per_epoch();
        Self {
            view,
            names,
            windows_per_epoch,
            line: progress(windows_per_epoch),
            places: BTreeMap::new(),
            flagged: BTreeSet::new(),
        }
    }

    /// Something happened.
    pub(super) fn tell(&mut self, event: &WorldEvent) {
        match event {
            WorldEvent::Window { window, epoch } => {
                self.line.set_prefix(format!("epoch {epoch}"));
                self.line.set_position(window % self.windows_per_epoch);
            }
            WorldEvent::Beacon { time_ms, window, beaconer } => {
                self.line.set_message(format!("{} beacons", self.name(beaconer)));
                self.view.event(LiveEvent::Beacon {
                    time_ms: *time_ms,
                    window: *window,
                    beaconer: beaconer.to_string(),
                });
            }
            WorldEvent::Heard { time_ms, window, beaconer, witnesses } => {
                self.line.set_message(format!("{} was heard by {}", self.name(beaconer), witnesses.len()));
                self.view.event(LiveEvent::Heard {
                    time_ms: *time_ms,
                    window: *window,
                    beaconer: beaconer.to_string(),
                    witnesses: witnesses.iter().map(ToString::to_string).collect(),
                });
            }
            WorldEvent::Closed(report) => self.tell_closed(report),
        }
    }

    /// Shows a closed epoch on the map, and says so on the terminal.
    pub(super) fn publish(&self, world: &World, report: &EpochReport) -> Result<()> {
        let published = self.view.publish_epoch(snapshot::of(world, report))?;
        let totals = published.totals();
        let said = format!(
            "epoch {}: {} cells proven; edges: {} accepted, {} rejected, {} unproven",
            report.epoch,
            totals.cells_proven,
            totals.accepted,
            totals.rejected(),
            totals.unproven
        );
        if self.line.is_hidden() {
            eprintln!("{said}");
        } else {
            self.line.println(said);
        }
        Ok(())
    }

    /// Nothing happens for a while.
    pub(super) fn rest(&self) {
        self.line.set_position(self.windows_per_epoch);
        self.line.set_message("waiting for the next epoch; Ctrl-C ends");
    }

    /// The run is over.
    pub(super) fn finish(&self) {
        self.line.finish_and_clear();
    }

    fn name(&self, key: &PublicKey) -> &str {
        self.names.get(key).map_or("somebody", String::as_str)
    }

    fn tell_closed(&mut self, report: &EpochReport) {
        for round in &report.judgement.rounds {
            self.view.event(judged(report.time_ms, round));
        }
        for rejected in told_rejections(report) {
            self.view.event(rejected);
        }
        for (key, verdict) in &report.judgement.places {
            let outcome = outcome(verdict.outcome);
            if self.places.insert(*key, outcome) != Some(outcome) {
                self.view.event(LiveEvent::Place {
                    time_ms: report.time_ms,
                    hotspot: key.to_string(),
                    outcome,
                    explanation: verdict.explanation.clone(),
                });
            }
        }
        for (key, flags) in &report.judgement.flags {
            for flag in flags {
                if self.flagged.insert((*key, flag.about)) {
                    let text = format!("{}: {}", self.name(key), flag.explanation);
                    self.view.event(LiveEvent::Note { time_ms: report.time_ms, text });
                }
            }
        }
    }
}

fn judged(time_ms: u64, round: &RoundJudgement) -> LiveEvent {
    let count = |wanted: poc_verifier::Outcome| {
        round.edges.iter().filter(|edge| edge.outcome == wanted).count() as u32
    };
    LiveEvent::Judged {
        time_ms,
        window: round.window,
        beaconer: round.beaconer.to_string(),
        accepted: count(poc_verifier::Outcome::Accepted),
        rejected: count(poc_verifier::Outcome::Rejected),
        unproven: count(poc_verifier::Outcome::Unproven),
    }
}

/// One rejected edge of every pair of beaconer and check, then no more than a listener's queue can hold.
fn told_rejections(report: &EpochReport) -> Vec<LiveEvent> {
    let mut told = BTreeSet::new();
    let rejected = report.evidence.iter().filter(|edge| edge.outcome == Outcome::Rejected);
    let first = rejected.filter(|edge| told.insert((edge.witness.clone(), edge.check.clone())));
    first
        .take(REJECTIONS_TOLD)
        .map(|edge| LiveEvent::Rejected {
            time_ms: report.time_ms,
            window: edge.window,
            beaconer: edge.beaconer.clone(),
            witness: edge.witness.clone(),
            check: edge.check.clone(),
            explanation: explanation(edge),
        })
        .collect()
}

fn explanation(edge: &ledger::evidence::EdgeEvidence) -> String {
    let deciding =
        edge.findings.iter().find(|finding| finding.check == edge.check && finding.outcome == edge.outcome);
    deciding.map(|finding| finding.explanation.clone()).unwrap_or_default()
}

fn progress(windows: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{prefix} {bar:24} {pos}/{len} windows  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(windows).with_style(style)
}
