//! `/api/v1/edges`: who said to have heard whom, and what every check said of it.

use axum::{Json, extract::State};
use geo_index::Cell;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api, Problem,
    extract::{InQuery, Page, PageParams},
    hotspots,
};
use crate::{
    evidence::{EdgeEvidence, Finding, Outcome},
    view::EpochView,
};

/// Which edges. All that are named must match.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// A kept epoch; the newest when not said.
    epoch: Option<u64>,
    /// Key of the beaconer, or a unique prefix.
    beaconer: Option<String>,
    /// Key of the witness, or a unique prefix.
    witness: Option<String>,
    /// `accepted`, `rejected` or `unproven`.
    #[param(pattern = "^(accepted|rejected|unproven)$")]
    outcome: Option<String>,
    /// Name of the check that decided.
    check: Option<String>,
    /// Window of the beacon.
    window: Option<u64>,
}

/// One judged edge.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct EdgeEntry {
    epoch: u64,
    /// Beacon window within the ledger's history.
    window: u64,
    /// Network time of the beacon, milliseconds since the Unix epoch.
    time_ms: u64,
    /// Who beaconed.
    beaconer: Party,
    /// Who says that it heard it.
    witness: Party,
    /// `accepted`, `rejected` or `unproven`.
    outcome: String,
    /// The check that decided; empty when accepted.
    check: String,
    /// What that check says to the owner; empty when accepted.
    explanation: String,
    /// Frames decoded.
    hops_heard: u8,
    /// Frames sent.
    hops_sent: u8,
    /// Median SNR over the heard frames, dB.
    snr_db: f64,
    /// Median received power over the heard frames, dBm.
    rssi_dbm: f64,
    /// Straight line between the asserted places, metres.
    distance_m: f64,
    /// Every check's finding.
    findings: Vec<FindingEntry>,
    /// Content address (BLAKE3, hex) of the published evidence.
    bundle: String,
}

/// An end of an edge.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Party {
    /// Public key, hex.
    key: String,
    /// Name, or the key's beginning when nobody of that key is registered.
    name: String,
    /// H3 cell of its place, resolution 8.
    cell: String,
}

/// What one check said.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct FindingEntry {
    check: String,
    /// `accepted`, `rejected` or `unproven`.
    outcome: String,
    /// In `unit`; absent when it is not a finite number.
    measured: Option<f64>,
    /// In `unit`; absent when it is not a finite number.
    allowed: Option<f64>,
    unit: String,
    /// Log-likelihood ratio of dishonest over honest; absent when it is not a finite number.
    score: Option<f64>,
    explanation: String,
}

/// Judged edges, newest first
#[utoipa::path(get, path = "/api/v1/edges", tag = "hotspots", params(Filter, PageParams), responses(
    (status = 200, description = "A page of edges, newest first", body = Page<EdgeEntry>),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such hotspot or epoch", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(
    State(api): State<Api>,
    InQuery(filter): InQuery<Filter>,
    InQuery(page): InQuery<PageParams>,
) -> Result<Json<Page<EdgeEntry>>, Problem> {
    let view = api.epoch(filter.epoch)?;
    let key = |named: &Option<String>| named.as_deref().map(|key| full_key(&view, key)).transpose();
    let (beaconer, witness) = (key(&filter.beaconer)?, key(&filter.witness)?);
    let outcome = filter.outcome.as_deref().map(parse_outcome).transpose()?;
    let wanted = |edge: &&EdgeEvidence| {
        beaconer.as_ref().is_none_or(|key| *key == edge.beaconer)
            && witness.as_ref().is_none_or(|key| *key == edge.witness)
            && outcome.is_none_or(|outcome| outcome == edge.outcome)
            && filter.check.as_ref().is_none_or(|check| *check == edge.check)
            && filter.window.is_none_or(|window| window == edge.window)
    };
    let mut found: Vec<_> = view.edges().iter().filter(wanted).collect();
    found.sort_by_key(|edge| std::cmp::Reverse((edge.time_ms, edge.window)));
    page.cut(view.epoch(), &found, |edge| EdgeEntry::of(&view, edge)).map(Json)
}

/// A whole key is taken as it is: whoever forged an edge need not be registered.
fn full_key(view: &EpochView, key: &str) -> Result<String, Problem> {
    if key.len() == 66 && key.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(key.to_ascii_lowercase());
    }
    hotspots::find(view, key).map(|hotspot| hotspot.row.key.to_string())
}

fn parse_outcome(word: &str) -> Result<Outcome, Problem> {
    [Outcome::Accepted, Outcome::Rejected, Outcome::Unproven]
        .into_iter()
        .find(|outcome| self::word(*outcome) == word)
        .ok_or_else(|| Problem::bad_request("outcome is `accepted`, `rejected` or `unproven`"))
}

/// An outcome's one word.
pub(super) fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted => "accepted",
        Outcome::Rejected => "rejected",
        Outcome::Unproven => "unproven",
    }
}

impl EdgeEntry {
    pub(super) fn of(view: &EpochView, edge: &EdgeEvidence) -> Self {
        let decisive = edge.findings.iter().find(|finding| finding.check == edge.check);
        Self {
            epoch: edge.epoch,
            window: edge.window,
            time_ms: edge.time_ms,
            beaconer: Party::of(view, &edge.beaconer, edge.beaconer_cell),
            witness: Party::of(view, &edge.witness, edge.witness_cell),
            outcome: word(edge.outcome).to_owned(),
            check: edge.check.clone(),
            explanation: decisive.map_or(String::new(), |finding| finding.explanation.clone()),
            hops_heard: edge.hops_heard,
            hops_sent: edge.hops_sent,
            snr_db: edge.snr_db,
            rssi_dbm: edge.rssi_dbm,
            distance_m: edge.distance_m,
            findings: edge.findings.iter().map(FindingEntry::of).collect(),
            bundle: edge.bundle.clone(),
        }
    }
}

impl Party {
    fn of(view: &EpochView, key: &str, cell: u64) -> Self {
        let cell = Cell::from_index(cell).map_or(String::new(), |cell| cell.to_string());
        Self { key: key.to_owned(), name: view.name_or_key(key), cell }
    }
}

impl FindingEntry {
    fn of(finding: &Finding) -> Self {
        let finite = |value: f64| value.is_finite().then_some(value);
        Self {
            check: finding.check.clone(),
            outcome: word(finding.outcome).to_owned(),
            measured: finite(finding.measured),
            allowed: finite(finding.allowed),
            unit: finding.unit.clone(),
            score: finite(finding.score),
            explanation: finding.explanation.clone(),
        }
    }
}
