//! `/api/v1/cells`: what was measured where, by whom, how long ago, and who was paid for it.

use axum::{Json, extract::State};
use geo_index::{Cell, Resolution, coverage::CellSummary};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    Api, Problem,
    edges::EdgeEntry,
    extract::{InPath, InQuery, Page, PageParams},
    rewards::RewardEntry,
    summary::EpochParam,
};
use crate::view::EpochView;

/// Edges and payments that a card carries.
const ON_A_CARD: usize = 100;

/// Which cells.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    /// A kept epoch; the newest when not said.
    epoch: Option<u64>,
    /// H3 resolution of the cells, 4 to 10; that of the data when not said.
    #[param(minimum = 4, maximum = 10)]
    resolution: Option<u8>,
}

/// A covered cell at a glance.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct CellEntry {
    /// H3 index, hex.
    cell: String,
    resolution: u8,
    /// Latitude of its center, degrees.
    lat: f64,
    /// Longitude of its center, degrees.
    lng: f64,
    /// Always `measured`: nothing here is modelled.
    basis: String,
    /// What was received in it; absent when hotspots cover it but nobody listened there.
    signal: Option<SignalEntry>,
    /// Accepted edges heard in it.
    samples: u64,
    /// Distinct witnesses that proved it.
    witnesses: u32,
    /// Distinct hotspots that cover it.
    hotspots: u32,
    /// Last epoch in which it was proven.
    last_epoch: u64,
    /// Epochs since.
    age_epochs: u64,
    /// Paid for it in this epoch, base units.
    #[schema(pattern = "^[0-9]+$")]
    reward: String,
    /// Covered cells of the data's resolution in it.
    covered: u64,
    /// All cells of the data's resolution in it.
    cells: u64,
}

/// Received signal.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SignalEntry {
    /// Median received power, dBm.
    median_rssi_dbm: f64,
    /// Weakest, dBm.
    weakest_rssi_dbm: f64,
    /// Strongest, dBm.
    strongest_rssi_dbm: f64,
    /// Median SNR in the frame's bandwidth, dB.
    median_snr_db: f64,
}

/// Everything about a cell in one epoch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct CellCard {
    /// The epoch.
    epoch: u64,
    #[serde(flatten)]
    entry: CellEntry,
    /// Area on H3's sphere, square kilometres.
    area_km2: f64,
    /// Corners as longitude and latitude, first not repeated.
    boundary: Vec<[f64; 2]>,
    /// Who covers it.
    covered_by: Vec<Named>,
    /// Who proved it.
    proven_by: Vec<Named>,
    /// Edges heard in it in this epoch; at most 100.
    edges: Vec<EdgeEntry>,
    /// Payments for it in this epoch; at most 100.
    rewards: Vec<RewardEntry>,
}

/// A hotspot by key and name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Named {
    key: String,
    name: String,
}

/// Covered cells, in index order
#[utoipa::path(get, path = "/api/v1/cells", tag = "coverage", params(Filter, PageParams), responses(
    (status = 200, description = "A page of covered cells, in index order", body = Page<CellEntry>),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "That epoch is not kept", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn list(
    State(api): State<Api>,
    InQuery(filter): InQuery<Filter>,
    InQuery(page): InQuery<PageParams>,
) -> Result<Json<Page<CellEntry>>, Problem> {
    let view = api.epoch(filter.epoch)?;
    let data = view.pyramid().resolution();
    let cells = match filter.resolution.map(Resolution::try_from) {
        None => view.pyramid().rows(),
        Some(Ok(resolution)) if resolution == data => view.pyramid().rows(),
        Some(Ok(resolution)) if (Resolution::Four..data).contains(&resolution) => {
            view.pyramid().level(resolution)
        }
        Some(_) => return Err(Problem::bad_request(format!("resolution is 4 to {data} in this epoch"))),
    };
    page.cut(view.epoch(), cells, |cell| CellEntry::of(&view, cell)).map(Json)
}

/// One covered cell with its evidence
#[utoipa::path(get, path = "/api/v1/cells/{cell}", tag = "coverage", params(
    ("cell" = String, Path, description = "H3 index, hex"), EpochParam,
), responses(
    (status = 200, description = "The cell with its evidence", body = CellCard),
    (status = 400, description = "Not an H3 index", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "Nothing is proven there, or no such epoch", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn one(
    State(api): State<Api>,
    InPath(cell): InPath<String>,
    InQuery(param): InQuery<EpochParam>,
) -> Result<Json<CellCard>, Problem> {
    let view = api.epoch(param.epoch)?;
    let cell: Cell =
        cell.parse().map_err(|error: geo_index::cell::CellError| Problem::bad_request(error.to_string()))?;
    let summary = view.pyramid().get(cell).ok_or_else(|| {
        Problem::not_found(format!("nothing is proven in cell {cell} as of epoch {}", view.epoch()))
    })?;
    Ok(Json(card(&view, summary)))
}

impl CellEntry {
    pub(super) fn of(view: &EpochView, summary: &CellSummary) -> Self {
        let center = summary.cell.center();
        Self {
            cell: summary.cell.to_string(),
            resolution: summary.cell.resolution().into(),
            lat: center.lat_deg(),
            lng: center.lng_deg(),
            basis: "measured".to_owned(),
            signal: summary.signal.map(|signal| SignalEntry {
                median_rssi_dbm: signal.median_rssi_dbm,
                weakest_rssi_dbm: signal.weakest_rssi_dbm,
                strongest_rssi_dbm: signal.strongest_rssi_dbm,
                median_snr_db: signal.median_snr_db,
            }),
            samples: summary.samples,
            witnesses: summary.witnesses,
            hotspots: summary.hotspots,
            last_epoch: summary.last_epoch,
            age_epochs: view.epoch().saturating_sub(summary.last_epoch),
            reward: summary.reward_base_units.to_string(),
            covered: summary.covered,
            cells: summary.cells,
        }
    }
}

fn card(view: &EpochView, summary: &CellSummary) -> CellCard {
    let cell = summary.cell;
    let below: Vec<_> =
        view.rows().iter().filter(|row| row.cell.parent(cell.resolution()) == Some(cell)).collect();
    let named = |numbers: std::collections::BTreeSet<u32>| {
        numbers.into_iter().filter_map(|number| Named::of(view, number)).collect()
    };
    let edges = below.iter().flat_map(|row| view.edges_heard_in(row.cell));
    let rewards = below.iter().flat_map(|row| view.rewards_of_cell(row.cell));
    CellCard {
        epoch: view.epoch(),
        entry: CellEntry::of(view, summary),
        area_km2: (cell.area_m2() / 1e3).round() / 1e3,
        boundary: cell.boundary().into_iter().map(|corner| [corner.lng_deg(), corner.lat_deg()]).collect(),
        covered_by: named(below.iter().flat_map(|row| &row.hotspots).copied().collect()),
        proven_by: named(below.iter().flat_map(|row| &row.witnesses).copied().collect()),
        edges: edges.take(ON_A_CARD).map(|&at| EdgeEntry::of(view, &view.edges()[at as usize])).collect(),
        rewards: rewards.take(ON_A_CARD).map(|&at| RewardEntry::of(view, at)).collect(),
    }
}

impl Named {
    fn of(view: &EpochView, number: u32) -> Option<Self> {
        view.name_of(number).map(|(key, name)| Self { key: key.to_owned(), name: name.to_owned() })
    }
}
