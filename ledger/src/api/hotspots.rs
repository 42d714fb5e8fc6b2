//! `/api/v1/hotspots`: who is there, what is known of each, and why.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use ledger_machine::ClockClass;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api, Problem,
    edges::EdgeEntry,
    extract::{InPath, InQuery, Page, PageParams},
    rewards::RewardEntry,
    summary::EpochParam,
};
use crate::{
    evidence::{EdgeEvidence, Outcome},
    view::{EpochView, epoch::HotspotView},
};

/// Edges of each direction that a card carries; the rest is under `/api/v1/edges`.
const EDGES_ON_A_CARD: usize = 100;
/// Shortest prefix of a key that names a hotspot.
const PREFIX_MIN: usize = 6;

/// Which hotspots.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// A kept epoch; the newest when not said.
    epoch: Option<u64>,
    /// Only hotspots whose name contains this, or whose key or owner starts with it; any case.
    #[param(max_length = 100)]
    search: Option<String>,
    /// `verified`: proven place and at least one accepted edge. `excluded`: all others.
    #[param(pattern = "^(verified|excluded)$")]
    only: Option<String>,
}

/// A hotspot at a glance.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct HotspotEntry {
    /// Public key, hex.
    key: String,
    /// Number of the hotspot in tiles.
    number: u32,
    name: String,
    /// Public key of the owner, hex.
    owner: String,
    /// Asserted latitude, degrees.
    lat: f64,
    /// Asserted longitude, degrees.
    lng: f64,
    /// Asserted height above the WGS-84 ellipsoid, metres.
    height_m: f64,
    /// H3 cell of its place, resolution 8.
    cell: String,
    /// What is known of its place: `proven`, `unproven` or `disproven`.
    standing: String,
    /// Named in genesis as one of the first anchors.
    anchor: bool,
    /// Proven place and at least one accepted edge.
    verified: bool,
    /// Its edges as beaconer.
    beaconed: Counts,
    /// Its edges as witness.
    witnessed: Counts,
    /// Paid to it in this epoch, base units.
    #[schema(pattern = "^[0-9]+$")]
    reward: String,
}

/// Edges by outcome.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, ToSchema)]
pub(super) struct Counts {
    accepted: usize,
    rejected: usize,
    unproven: usize,
}

/// Everything about a hotspot in one epoch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct HotspotCard {
    /// The epoch.
    epoch: u64,
    #[serde(flatten)]
    entry: HotspotEntry,
    /// What its clock follows: `pps` or `free_running`.
    clock: String,
    /// Antenna gain, dBi.
    antenna_gain_dbi: f64,
    /// Radiated power, dBm EIRP.
    eirp_dbm: f64,
    /// Epoch of its registration.
    registered_epoch: u64,
    /// What others measured of its place; absent when nobody did.
    place: Option<PlaceEvidence>,
    /// What the owner can do, most urgent first.
    advice: Vec<String>,
    /// Newest edges as beaconer, rejected first; at most 100.
    edges_out: Vec<EdgeEntry>,
    /// Newest edges as witness, rejected first; at most 100.
    edges_in: Vec<EdgeEntry>,
    /// What it was paid, unfolded.
    rewards: Vec<RewardEntry>,
}

/// What others measured of an asserted place.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct PlaceEvidence {
    /// `accepted`, `rejected` or `unproven`.
    outcome: String,
    /// Independent anchors whose measurements were used.
    anchors: u32,
    /// Median of |measured - expected| path difference over the anchors, metres.
    residual_median_m: Option<f64>,
    /// Largest of these, metres.
    residual_max_m: Option<f64>,
    /// From the asserted place to the one that fits best, metres.
    offset_m: Option<f64>,
    /// What this means and what to do.
    explanation: String,
}

/// Hotspots, by name
#[utoipa::path(get, path = "/api/v1/hotspots", tag = "hotspots", params(Filter, PageParams), responses(
    (status = 200, description = "A page of hotspots, by name", body = Page<HotspotEntry>),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "That epoch is not kept", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(
    State(api): State<Api>,
    InQuery(filter): InQuery<Filter>,
    InQuery(page): InQuery<PageParams>,
) -> Result<Json<Page<HotspotEntry>>, Problem> {
    let view = api.epoch(filter.epoch)?;
    let only = match filter.only.as_deref() {
        None => None,
        Some("verified") => Some(true),
        Some("excluded") => Some(false),
        Some(_) => return Err(Problem::bad_request("only is `verified` or `excluded`")),
    };
    let search = filter.search.unwrap_or_default().to_lowercase();
    let mut found: Vec<_> = view
        .hotspots()
        .iter()
        .filter(|hotspot| matches(hotspot, &search))
        .filter(|hotspot| only.is_none_or(|wanted| view.is_verified(hotspot) == wanted))
        .collect();
    found.sort_by(|a, b| (&a.row.name, a.row.key).cmp(&(&b.row.name, b.row.key)));
    page.cut(view.epoch(), &found, |hotspot| entry(&view, hotspot)).map(Json)
}

/// One hotspot with its evidence
#[utoipa::path(get, path = "/api/v1/hotspots/{key}", tag = "hotspots", params(
    ("key" = String, Path, description = "Public key in hex, or a unique prefix of at least 6 digits"), EpochParam,
), responses(
    (status = 200, description = "The hotspot with its evidence", body = HotspotCard),
    (status = 400, description = "The prefix is too short or not unique", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such hotspot or epoch", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn one(
    State(api): State<Api>,
    InPath(key): InPath<String>,
    InQuery(param): InQuery<EpochParam>,
) -> Result<Json<HotspotCard>, Problem> {
    let view = api.epoch(param.epoch)?;
    let hotspot = find(&view, &key)?;
    Ok(Json(card(&view, hotspot)))
}

/// The hotspot with this key or unique prefix.
pub(super) fn find<'a>(view: &'a EpochView, key: &str) -> Result<&'a HotspotView, Problem> {
    let key = key.to_ascii_lowercase();
    if key.len() < PREFIX_MIN || key.len() > 66 || !key.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(Problem::bad_request(format!(
            "a hotspot is named by {PREFIX_MIN} to 66 hex digits of its key"
        )));
    }
    match view.hotspots_by_prefix(&key)[..] {
        [] => Err(Problem::not_found(format!("no hotspot {key} in epoch {}", view.epoch()))),
        [hotspot] => Ok(hotspot),
        _ => Err(Problem::bad_request(format!("more than one hotspot starts with {key}"))),
    }
}

fn matches(hotspot: &HotspotView, search: &str) -> bool {
    search.is_empty()
        || hotspot.row.name.to_lowercase().contains(search)
        || hotspot.row.key.to_string().starts_with(search)
        || hotspot.row.owner.to_string().starts_with(search)
}

fn entry(view: &EpochView, hotspot: &HotspotView) -> HotspotEntry {
    let row = &hotspot.row;
    HotspotEntry {
        key: row.key.to_string(),
        number: hotspot.number,
        name: row.name.clone(),
        owner: row.owner.to_string(),
        lat: row.place.lat_deg(),
        lng: row.place.lng_deg(),
        height_m: row.place.height_m(),
        cell: hotspot.cell.to_string(),
        standing: hotspot.standing.word().to_owned(),
        anchor: row.genesis_anchor,
        verified: view.is_verified(hotspot),
        beaconed: counts(view, &hotspot.beaconed),
        witnessed: counts(view, &hotspot.witnessed),
        reward: paid(view, hotspot).to_string(),
    }
}

fn paid(view: &EpochView, hotspot: &HotspotView) -> u128 {
    hotspot.rewards.iter().map(|&at| u128::from(view.rewards()[at as usize].amount.units())).sum()
}

fn counts(view: &EpochView, edges: &[u32]) -> Counts {
    let mut counts = Counts::default();
    for &at in edges {
        match view.edges()[at as usize].outcome {
            Outcome::Accepted => counts.accepted += 1,
            Outcome::Rejected => counts.rejected += 1,
            Outcome::Unproven => counts.unproven += 1,
        }
    }
    counts
}

fn card(view: &EpochView, hotspot: &HotspotView) -> HotspotCard {
    HotspotCard {
        epoch: view.epoch(),
        entry: entry(view, hotspot),
        clock: match hotspot.row.clock {
            ClockClass::Pps => "pps",
            ClockClass::FreeRunning => "free_running",
        }
        .to_owned(),
        antenna_gain_dbi: hotspot.row.antenna_gain_dbi,
        eirp_dbm: hotspot.row.eirp_dbm,
        registered_epoch: hotspot.row.registered_epoch,
        place: hotspot.verdict.as_ref().map(|verdict| PlaceEvidence {
            outcome: super::edges::word(verdict.outcome).to_owned(),
            anchors: verdict.anchors,
            residual_median_m: verdict.residual_median_m,
            residual_max_m: verdict.residual_max_m,
            offset_m: verdict.offset_m,
            explanation: verdict.explanation.clone(),
        }),
        advice: advice(view, hotspot),
        edges_out: newest(view, &hotspot.beaconed),
        edges_in: newest(view, &hotspot.witnessed),
        rewards: hotspot.rewards.iter().map(|&at| RewardEntry::of(view, at)).collect(),
    }
}

fn newest(view: &EpochView, edges: &[u32]) -> Vec<EdgeEntry> {
    let mut edges: Vec<_> = edges.iter().map(|&at| &view.edges()[at as usize]).collect();
    edges.sort_by_key(|edge| (edge.outcome != Outcome::Rejected, std::cmp::Reverse(edge.time_ms)));
    edges.into_iter().take(EDGES_ON_A_CARD).map(|edge| EdgeEntry::of(view, edge)).collect()
}

/// Says what the evidence already says, in the order in which an owner should care, one sentence a cause.
///
/// An edge has two ends, and its rejection does not say which of them lied. So a check's sentence is passed on only when
/// that check found fault with this hotspot's edges to more than half of the others that it had edges with; an honest
/// hotspot that a few liars claim to have heard is told nothing.
fn advice(view: &EpochView, hotspot: &HotspotView) -> Vec<String> {
    let mut advice: Vec<String> = Vec::new();
    if let Some(verdict) = hotspot.verdict.as_ref().filter(|verdict| verdict.outcome != Outcome::Accepted) {
        advice.push(verdict.explanation.clone());
    }
    advice.extend(hotspot.verdict.iter().flat_map(|verdict| verdict.flags.iter().cloned()));
    let key = hotspot.row.key.to_string();
    let own: Vec<_> =
        hotspot.beaconed.iter().chain(&hotspot.witnessed).map(|&at| &view.edges()[at as usize]).collect();
    let other = |edge: &'_ EdgeEvidence| {
        if edge.beaconer == key { edge.witness.clone() } else { edge.beaconer.clone() }
    };
    let others: BTreeSet<_> = own.iter().map(|edge| other(edge)).collect();
    let mut faults: BTreeMap<&str, (BTreeSet<String>, &str)> = BTreeMap::new();
    // What these checks say of this hotspot stands above, as its place's verdict or a flag; their word on the others is not about this one.
    let failed = |edge: &&&EdgeEvidence| {
        edge.outcome != Outcome::Accepted && !["place", "eirp"].contains(&edge.check.as_str())
    };
    for edge in own.iter().filter(failed) {
        let decisive = edge.findings.iter().find(|finding| finding.check == edge.check);
        let explanation = decisive.map_or("", |finding| finding.explanation.as_str());
        faults.entry(&edge.check).or_insert((BTreeSet::new(), explanation)).0.insert(other(edge));
    }
    let common =
        faults.values().filter(|(at, explanation)| 2 * at.len() > others.len() && !explanation.is_empty());
    advice.extend(common.map(|(_, explanation)| (*explanation).to_owned()));
    if own.is_empty() {
        advice.push(
            "Nobody heard it and it heard nobody in this epoch: check antenna, cable and power.".to_owned(),
        );
    }
    advice.dedup();
    advice
}
