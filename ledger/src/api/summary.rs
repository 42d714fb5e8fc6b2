//! `/api/v1/summary` and `/api/v1/epochs`: the network at a glance.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use geo_index::{coverage::CellSummary, tile::TileSource};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Api, Problem, extract::InQuery, tiles};
use crate::view::EpochView;

/// Which epoch.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EpochParam {
    /// A kept epoch; the newest when not said.
    pub(super) epoch: Option<u64>,
}

/// The network in one epoch.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Summary {
    /// Name of the network.
    network: String,
    /// Where the randomness of draws comes from.
    randomness: String,
    /// Whether the air is simulated.
    simulated: bool,
    /// The epoch.
    epoch: u64,
    /// Names this very content in tile addresses.
    version: String,
    /// Whether the epoch is settled.
    closed: bool,
    /// First and last epoch that can be asked for.
    epochs_kept: [u64; 2],
    /// Network time of the snapshot, milliseconds since the Unix epoch.
    time_ms: u64,
    /// Height of the newest block.
    block_height: u64,
    /// Hash of the state after it, hex.
    state_hash: String,
    /// H3 resolution of the cells that are proven and paid.
    resolution: u8,
    /// Cells proven in this epoch.
    cells_proven: usize,
    /// Cells proven in this epoch or an earlier one that is remembered.
    cells: usize,
    /// Area of the cells proven in this epoch, square kilometres (on H3's sphere).
    area_km2: f64,
    /// Hotspots by what is known of their asserted places.
    hotspots: HotspotCounts,
    /// Edges by outcome.
    edges: EdgeCounts,
    /// Money.
    ear: Money,
    /// West, south, east, north of all hotspots, degrees; west is greater than east over the antimeridian.
    bounds: Option<[f64; 4]>,
    /// Extremes over the covered cells, for legends.
    extremes: Option<Extremes>,
    /// Tile sources: name and address template.
    tiles: BTreeMap<String, String>,
    /// Places with names.
    places: Vec<Place>,
    /// Number of the newest feed item.
    feed: u64,
}

/// Hotspots by what is known of their asserted places.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct HotspotCounts {
    total: usize,
    proven: usize,
    unproven: usize,
    disproven: usize,
}

/// Edges by outcome.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct EdgeCounts {
    accepted: usize,
    rejected: usize,
    unproven: usize,
    /// Rejected edges by the check that decided.
    rejected_by: BTreeMap<String, usize>,
}

/// Amounts in base units (10^-8 EAR), as decimal strings.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Money {
    /// Paid in this epoch.
    #[schema(pattern = "^[0-9]+$")]
    paid: String,
    /// Issued in this epoch; absent while it is open.
    #[schema(pattern = "^[0-9]+$")]
    emission: Option<String>,
    /// Issued since genesis.
    #[schema(pattern = "^[0-9]+$")]
    issued: Option<String>,
    /// Paid since genesis.
    #[schema(pattern = "^[0-9]+$")]
    paid_since_genesis: Option<String>,
    /// Issued but not yet paid.
    #[schema(pattern = "^[0-9]+$")]
    carried: Option<String>,
    /// Burned for data credits.
    #[schema(pattern = "^[0-9]+$")]
    burned: Option<String>,
    /// The most that will ever exist.
    #[schema(pattern = "^[0-9]+$")]
    cap: Option<String>,
    /// Whether every unit is accounted for.
    supply_exact: Option<bool>,
}

/// Extremes over the covered cells of the data's resolution.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Extremes {
    /// Weakest and strongest median, dBm.
    rssi_dbm: Option<[f64; 2]>,
    /// Most hotspots covering one cell.
    hotspots: u32,
    /// Most paid for one cell, base units.
    #[schema(pattern = "^[0-9]+$")]
    reward: String,
}

/// A place with a name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Place {
    name: String,
    /// Latitude, degrees.
    lat: f64,
    /// Longitude, degrees.
    lng: f64,
}

/// One line of the list of epochs.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct EpochLine {
    epoch: u64,
    version: String,
    closed: bool,
    time_ms: u64,
    block_height: u64,
    cells_proven: usize,
    edges: EdgeCounts,
    #[schema(pattern = "^[0-9]+$")]
    paid: String,
}

/// The network in one epoch
#[utoipa::path(get, path = "/api/v1/summary", tag = "network", params(EpochParam), responses(
    (status = 200, description = "The network in that epoch", body = Summary),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "That epoch is not kept", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn summary(
    State(api): State<Api>,
    InQuery(param): InQuery<EpochParam>,
) -> Result<Json<Summary>, Problem> {
    let view = api.epoch(param.epoch)?;
    Ok(Json(describe(&api, &view)))
}

/// Kept epochs, newest first
#[utoipa::path(get, path = "/api/v1/epochs", tag = "network", responses(
    (status = 200, description = "Kept epochs, newest first", body = Vec<EpochLine>),
))]
pub(super) async fn epochs(State(api): State<Api>) -> Json<Vec<EpochLine>> {
    let line = |view: &EpochView| EpochLine {
        epoch: view.epoch(),
        version: view.version(),
        closed: view.snapshot().settlement.is_some(),
        time_ms: view.snapshot().time_ms,
        block_height: view.snapshot().block_height,
        cells_proven: view.totals().cells_proven,
        edges: edge_counts(view),
        paid: view.totals().paid.to_string(),
    };
    Json(api.view.epochs().iter().rev().map(|view| line(view)).collect())
}

fn describe(api: &Api, view: &EpochView) -> Summary {
    let (config, totals, snapshot) = (api.view.config(), view.totals(), view.snapshot());
    let [proven, unproven, disproven] = totals.standings;
    let epochs = api.view.epochs();
    Summary {
        network: config.network.clone(),
        randomness: config.randomness.clone(),
        simulated: config.simulated,
        epoch: view.epoch(),
        version: view.version(),
        closed: snapshot.settlement.is_some(),
        epochs_kept: [&epochs.front(), &epochs.back()]
            .map(|kept| kept.map_or(view.epoch(), |kept| kept.epoch())),
        time_ms: snapshot.time_ms,
        block_height: snapshot.block_height,
        state_hash: snapshot.state_hash.clone(),
        resolution: view.pyramid().resolution().into(),
        cells_proven: totals.cells_proven,
        cells: totals.cells,
        area_km2: area_km2(view),
        hotspots: HotspotCounts { total: view.hotspots().len(), proven, unproven, disproven },
        edges: edge_counts(view),
        ear: money(view),
        bounds: bounds(view),
        extremes: extremes(view.pyramid().rows()),
        tiles: tile_addresses(api, view),
        places: config
            .places
            .iter()
            .map(|named| Place {
                name: named.name.clone(),
                lat: named.place.lat_deg(),
                lng: named.place.lng_deg(),
            })
            .collect(),
        feed: api.view.feed().last(),
    }
}

fn area_km2(view: &EpochView) -> f64 {
    let proven = view.rows().iter().filter(|row| row.last_epoch == view.epoch());
    let area_m2: f64 = proven.map(|row| row.cell.area_m2()).sum();
    (area_m2 / 1e4).round() / 100.0
}

fn edge_counts(view: &EpochView) -> EdgeCounts {
    let totals = view.totals();
    EdgeCounts {
        accepted: totals.accepted,
        rejected: totals.rejected(),
        unproven: totals.unproven,
        rejected_by: totals.rejected_by.clone(),
    }
}

fn money(view: &EpochView) -> Money {
    let (settlement, supply) = (view.snapshot().settlement, view.snapshot().supply);
    Money {
        paid: view.totals().paid.to_string(),
        emission: settlement.map(|settlement| settlement.emission.units().to_string()),
        issued: supply.map(|supply| supply.totals.issued.units().to_string()),
        paid_since_genesis: supply.map(|supply| supply.totals.paid.units().to_string()),
        carried: supply.map(|supply| supply.carried().to_string()),
        burned: supply.map(|supply| supply.totals.burned.units().to_string()),
        cap: supply.map(|supply| supply.totals.cap.units().to_string()),
        supply_exact: supply.map(|supply| supply.is_exact()),
    }
}

/// The box around all hotspots; the one of its two forms that is narrower, for networks over the antimeridian.
fn bounds(view: &EpochView) -> Option<[f64; 4]> {
    let places = || view.hotspots().iter().map(|hotspot| hotspot.row.place);
    let span = |lngs: Vec<f64>| {
        let (west, east) =
            lngs.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(w, e), &lng| (w.min(lng), e.max(lng)));
        (west, east)
    };
    places().next()?;
    let (west, east) = span(places().map(geo_index::Place::lng_deg).collect());
    let (west_over, east_over) = span(places().map(|place| place.lng_deg().rem_euclid(360.0)).collect());
    let (west, east) =
        if east - west <= east_over - west_over { (west, east) } else { (west_over, east_over - 360.0) };
    let (south, north) = span(places().map(geo_index::Place::lat_deg).collect());
    Some([west, south, east, north])
}

fn extremes(rows: &[CellSummary]) -> Option<Extremes> {
    let medians = || rows.iter().filter_map(|row| row.signal.map(|signal| signal.median_rssi_dbm));
    let span = medians().fold(None, |span: Option<[f64; 2]>, dbm| match span {
        None => Some([dbm, dbm]),
        Some([low, high]) => Some([low.min(dbm), high.max(dbm)]),
    });
    Some(Extremes {
        rssi_dbm: span,
        hotspots: rows.iter().map(|row| row.hotspots).max()?,
        reward: rows.iter().map(|row| row.reward_base_units).max()?.to_string(),
    })
}

fn tile_addresses(api: &Api, view: &EpochView) -> BTreeMap<String, String> {
    let sources =
        TileSource::ALL.into_iter().filter(|source| *source != TileSource::Basemap || api.basemap.is_some());
    sources.map(|source| (source.word().to_owned(), tiles::template(api, source, view))).collect()
}
