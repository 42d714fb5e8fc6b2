//! The world's facts in the form that the map shows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use anyhow::Result;
use ledger::{
    evidence::{EdgeEvidence, Outcome},
    verdicts::outcome,
    view::{EpochSnapshot, HotspotRow, NamedPlace, PlaceVerdict, View, ViewConfig},
};
use ledger_machine::ClockClass;
use sdr_fixtures::{EpochReport, Hotspot, PastEpoch, World, city};

/// What does not change.
pub(super) fn config() -> Result<ViewConfig> {
    let places = city::named_places()?.into_iter().map(|(name, place)| NamedPlace { name, place });
    Ok(ViewConfig {
        network: "Earshot demo, Lisbon".into(),
        randomness: "trusted: one validator".into(),
        simulated: true,
        places: places.collect(),
    })
}

/// A closed epoch.
pub(super) fn of(world: &World, report: &EpochReport) -> EpochSnapshot {
    let tip = report.state.tip();
    EpochSnapshot {
        epoch: report.epoch,
        time_ms: report.time_ms,
        block_height: tip.height.number(),
        state_hash: report.state.hash().to_string(),
        hotspots: hotspots(world),
        edges: report.evidence.clone(),
        places: report
            .judgement
            .places
            .iter()
            .map(|(key, verdict)| place(*key, verdict, flags(report, key)))
            .collect(),
        rewards: report.rewards.clone(),
        settlement: Some(report.settlement),
        supply: Some(report.state.supply()),
    }
}

/// Shows what the ledger remembers; a fresh one shows its hotspots and nothing proven.
pub(super) fn publish_past(world: &World, view: &Arc<View>, count: usize) -> Result<()> {
    let past = world.past(count)?;
    if past.is_empty() {
        view.publish_epoch(beginning(world))?;
    }
    for epoch in past {
        view.publish_epoch(remembered(world, epoch))?;
    }
    Ok(())
}

fn beginning(world: &World) -> EpochSnapshot {
    let state = world.engine().state();
    let tip = state.tip();
    EpochSnapshot {
        epoch: world.next_epoch(),
        time_ms: tip.time.ms(),
        block_height: tip.height.number(),
        state_hash: state.hash().to_string(),
        hotspots: hotspots(world),
        edges: Vec::new(),
        places: Vec::new(),
        rewards: Vec::new(),
        settlement: None,
        supply: Some(state.supply()),
    }
}

/// The ledger keeps edges, not judgements of places: whoever has an accepted edge was where it said.
fn remembered(world: &World, past: PastEpoch) -> EpochSnapshot {
    let state = world.engine().state();
    let proven: BTreeSet<&str> = past
        .evidence
        .iter()
        .filter(|edge| edge.outcome == Outcome::Accepted)
        .flat_map(|edge| [edge.beaconer.as_str(), edge.witness.as_str()])
        .collect();
    let disproven = disproven(&past.evidence);
    let places = world.hotspots().iter().filter_map(|hotspot| {
        let key = hotspot.key().to_string();
        let (outcome, explanation) = match disproven.get(key.as_str()) {
            Some(explanation) => (Outcome::Rejected, explanation.clone()),
            None if proven.contains(key.as_str()) => {
                (Outcome::Accepted, "its place was proven in this epoch.".into())
            }
            None => return None,
        };
        Some(unmeasured(hotspot, outcome, explanation))
    });
    EpochSnapshot {
        epoch: past.settlement.epoch.number(),
        time_ms: past.time_ms,
        block_height: state.tip().height.number(),
        state_hash: state.hash().to_string(),
        hotspots: hotspots(world),
        places: places.collect(),
        edges: past.evidence,
        rewards: past.rewards,
        settlement: Some(past.settlement),
        supply: None,
    }
}

/// Hotspots at which the place check rejected, each with what was said.
fn disproven(edges: &[EdgeEvidence]) -> BTreeMap<&str, String> {
    let rejected = edges.iter().flat_map(|edge| {
        let said = edge.findings.iter().filter(|finding| finding.check == "place");
        said.filter(|finding| finding.outcome == Outcome::Rejected).filter_map(move |finding| {
            if let Some(why) = finding.explanation.strip_prefix("The beaconer: ") {
                return Some((edge.beaconer.as_str(), why.to_owned()));
            }
            let why = finding.explanation.strip_prefix("The witness: ")?;
            Some((edge.witness.as_str(), why.to_owned()))
        })
    });
    rejected.collect()
}

fn unmeasured(hotspot: &Hotspot, outcome: Outcome, explanation: String) -> PlaceVerdict {
    PlaceVerdict {
        hotspot: hotspot.key(),
        outcome,
        anchors: 0,
        residual_median_m: None,
        residual_max_m: None,
        offset_m: None,
        explanation,
        flags: Vec::new(),
    }
}

fn flags(report: &EpochReport, key: &ledger_machine::PublicKey) -> Vec<String> {
    let flags = report.judgement.flags.get(key).into_iter().flatten();
    flags.map(|flag| flag.explanation.clone()).collect()
}

fn place(
    hotspot: ledger_machine::PublicKey,
    verdict: &poc_verifier::PlaceVerdict,
    flags: Vec<String>,
) -> PlaceVerdict {
    let measured = verdict.likeliest.is_some();
    let (median_m, greatest_m) = verdict.residual_m;
    PlaceVerdict {
        hotspot,
        outcome: outcome(verdict.outcome),
        anchors: verdict.anchors as u32,
        residual_median_m: measured.then_some(median_m),
        residual_max_m: measured.then_some(greatest_m),
        offset_m: measured.then_some(verdict.offset_m),
        explanation: verdict.explanation.clone(),
        flags,
    }
}

fn hotspots(world: &World) -> Vec<HotspotRow> {
    let row = |hotspot: &Hotspot| {
        let station = hotspot.station();
        HotspotRow {
            key: hotspot.key(),
            name: hotspot.name.clone(),
            owner: hotspot.owner,
            place: hotspot.asserted,
            antenna_gain_dbi: f64::from(station.gain_ddbi) / 10.0,
            eirp_dbm: f64::from(station.eirp_ddbm) / 10.0,
            clock: if station.follows_pps { ClockClass::Pps } else { ClockClass::FreeRunning },
            genesis_anchor: hotspot.anchor,
            registered_epoch: 0,
        }
    };
    world.hotspots().iter().map(row).collect()
}
