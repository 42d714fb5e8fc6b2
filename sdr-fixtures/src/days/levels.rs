//! Both levels on one sample: every honest edge of a simulated epoch, as it was judged, and drawn again.
//!
//! Of each edge the bundle tells who, where, which beacon, and what stays the same within it: the crystal, the noise, the loss beyond free space. Those are
//! taken over; all that changes from frame to frame (carriers, levels, arrivals, what is lost) is drawn as days are. Then the
//! verifier's own checks say of both what they say, and their scores stand side by side, with the distance of Kolmogorov and Smirnov,
//! `D = max |F_signal - F_drawn|`, beyond which chance goes once in twenty at about `1.36 sqrt((m + n) / (m n))`. That is loud about differences
//! that no threshold feels, so the quantiles that thresholds live by are given, too.
//!
//! Cheats are drawn on the same edges, and their reports held against those that the villains of the air made.

use std::collections::BTreeMap;

use geo_index::geodesy::slant_range_m;
use identity::PublicKey;
use poc_verifier::{
    BeaconPlan, Bundle, Edge, Outcome, Party, PlaceVerdict, Protocol, Standing, checks,
    finding::decide,
    hypothesis::{DayEvidence, Hypothesis},
    messages::{Hop, Report},
    protocol::HOPS_MIN,
};
use serde::Serialize;

use super::{
    Dice, Link, Site,
    air::{self, WINDOW_NS},
    free_space_db,
    villains::{BlindForger, LeakedPayload, Replayer, Villain},
};

/// Scores by check.
pub type Scores = BTreeMap<&'static str, Vec<f64>>;

/// Thermal noise in 250 kHz, dBm.
const THERMAL_DBM: f64 = -120.0;
/// Loss beyond free space from which a path is drawn as a blocked one, dB: between the two kinds.
const BLOCKED_DB: f64 = 9.5;
/// Error of a free-running clock that is told by all that its owner heard, ns.
const CLOCK_NS: f64 = 2000.0;

/// Names of the villains of the air that have a likeness here.
pub const CHEATS: [&str; 3] = ["blind-forger", "payload-leaker", "replayer"];

/// What an epoch gave at both levels.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Levels {
    /// Scores of the edges as judged.
    pub signal: Scores,
    /// Of the same edges, drawn.
    pub drawn: Scores,
    /// Scores of honest hotspots' days in the air.
    pub days: BTreeMap<Hypothesis, Vec<f64>>,
    /// Reports of cheats drawn on them, in the order of [`CHEATS`]: accepted, doubted, rejected.
    pub cheats: [[u64; 3]; CHEATS.len()],
}

/// One check's scores at both levels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Compared {
    /// Edges at each.
    pub edges: [usize; 2],
    /// Median, 90 %, 99 % and greatest, from the signal.
    pub signal: [f64; 4],
    /// The same, drawn.
    pub drawn: [f64; 4],
    /// Greatest distance of the distributions.
    pub distance: f64,
    /// What chance alone stays under in nineteen of twenty.
    pub by_chance: f64,
}

impl Levels {
    /// Adds the honest edges of a published round, and draws them again. `judged` gives what was said of an edge, by its witness; nothing of edges that are
    /// not honest.
    pub fn add<'a>(
        &mut self,
        bundle: &Bundle,
        judged: impl Fn(&PublicKey) -> Option<&'a [poc_verifier::Finding]>,
        dice: &mut Dice,
    ) {
        let Ok(round) = bundle.round() else { return };
        let Some(link) = round.link else { return };
        let plan = BeaconPlan::derive(&bundle.protocol, &round.beaconer, &link, &round.randomness.window);
        let parties: BTreeMap<PublicKey, &Party> =
            bundle.witnesses.iter().map(|witnessed| (witnessed.party.key, &witnessed.party)).collect();
        for said in &round.testimonies {
            let (Some(findings), Some(witness)) = (judged(&said.witness), parties.get(&said.witness)) else {
                continue;
            };
            let Some(site) = site_of(&bundle.beaconer, witness, &said.report, &plan) else { continue };
            for finding in findings {
                self.signal.entry(finding.check.as_str()).or_default().push(finding.score);
            }
            for finding in draw(&bundle.protocol, &site, &plan, None, dice) {
                self.drawn.entry(finding.check.as_str()).or_default().push(finding.score);
            }
            let cheats: [&dyn Villain; CHEATS.len()] = [&BlindForger, &LeakedPayload, &Replayer];
            for (counts, cheat) in self.cheats.iter_mut().zip(cheats) {
                let outcome = decide(&draw(&bundle.protocol, &site, &plan, Some(cheat), dice)).0;
                counts[match outcome {
                    Outcome::Accepted => 0,
                    Outcome::Unproven => 1,
                    Outcome::Rejected => 2,
                }] += 1;
            }
        }
    }

    /// Adds an honest hotspot's day.
    pub fn add_day(&mut self, day: &DayEvidence) {
        for hypothesis in Hypothesis::ALL {
            if let Some(score) = day.score(hypothesis) {
                self.days.entry(hypothesis).or_default().push(score);
            }
        }
    }

    /// Every check that spoke at both levels.
    pub fn compared(&self) -> BTreeMap<&'static str, Compared> {
        let both =
            self.signal.iter().filter_map(|(check, signal)| Some((*check, signal, self.drawn.get(check)?)));
        both.map(|(check, signal, drawn)| (check, compare(signal, drawn))).collect()
    }
}

/// What stays the same within an edge; `None` of one that heard too little.
fn site_of(beaconer: &Party, witness: &Party, report: &Report, plan: &BeaconPlan) -> Option<Site> {
    let heard: Vec<(&Hop, &poc_verifier::plan::HopPlan)> =
        report.hops.iter().filter_map(|hop| Some((hop, &plan.hops[plan.hop_of(&hop.payload)?]))).collect();
    if heard.len() < HOPS_MIN {
        return None;
    }
    let middle = |of: &dyn Fn(&Hop, &poc_verifier::plan::HopPlan) -> f64| {
        let mut values: Vec<f64> = heard.iter().map(|(hop, plan)| of(hop, plan)).collect();
        values.sort_by(f64::total_cmp);
        f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2])
    };
    let distance_m = slant_range_m(beaconer.place, witness.place);
    let excess_db = middle(&|hop, plan| {
        let free_dbm = beaconer.eirp_dbm() - free_space_db(distance_m, f64::from(plan.channel_hz));
        let level_dbm = f64::from(hop.rssi_cdbm) * 0.01 + f64::from(plan.power_dither_db);
        free_dbm + witness.gain_dbi() - level_dbm
    });
    let fast = middle(&|hop, plan| {
        let offset_hz = hop.cfo_mhz as f64 * 1e-3 - f64::from(plan.frequency_dither_hz);
        -offset_hz / f64::from(plan.channel_hz)
    });
    let noise_db = middle(&|hop, _| f64::from(hop.noise_floor_cdbm) * 0.01) - THERMAL_DBM;
    let link = Link { anchor: *beaconer, blocked: excess_db > BLOCKED_DB, late_ns: 0.0, excess_db };
    Some(Site { party: *witness, difficult: false, noise_db, fast, links: vec![link] })
}

/// Draws the edge's report, honest or a cheat's, and asks the checks.
fn draw(
    protocol: &Protocol,
    site: &Site,
    plan: &BeaconPlan,
    villain: Option<&dyn Villain>,
    dice: &mut Dice,
) -> Vec<poc_verifier::Finding> {
    let (link, proven) = (&site.links[0], PlaceVerdict::by_genesis());
    let heard = air::hear(site, link, site.party.place, plan, villain, dice);
    let edge = Edge {
        protocol,
        beaconer: &link.anchor,
        witness: &site.party,
        drawn: true,
        plan: Some(plan),
        standing: Standing::Committed,
        report: &heard.report,
        window_start_ns: WINDOW_NS,
        beaconer_place: &proven,
        witness_place: &proven,
        asked: None,
        answer_late_ns: None,
        clock_late_ns: Some(dice.normal(CLOCK_NS)),
        back: heard.back,
        recorded_in: None,
        terrain: None,
    };
    checks::run(&edge)
}

fn compare(signal: &[f64], drawn: &[f64]) -> Compared {
    let sorted = |scores: &[f64]| {
        let mut sorted = scores.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    let (signal, drawn) = (sorted(signal), sorted(drawn));
    let quantiles = |sorted: &[f64]| {
        [0.5, 0.9, 0.99, 1.0].map(|share| sorted[((sorted.len() - 1) as f64 * share).round() as usize])
    };
    let (m, n) = (signal.len() as f64, drawn.len() as f64);
    Compared {
        edges: [signal.len(), drawn.len()],
        signal: quantiles(&signal),
        drawn: quantiles(&drawn),
        distance: distance(&signal, &drawn),
        by_chance: 1.36 * ((m + n) / (m * n)).sqrt(),
    }
}

/// Kolmogorov's and Smirnov's, of sorted samples.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    let share =
        |sorted: &[f64], x: f64| sorted.partition_point(|value| *value <= x) as f64 / sorted.len() as f64;
    a.iter().chain(b).map(|x| (share(a, *x) - share(b, *x)).abs()).fold(0.0, f64::max)
}

#[cfg(test)]
#[path = "levels_tests.rs"]
mod levels_tests;
