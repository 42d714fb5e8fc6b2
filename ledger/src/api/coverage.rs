//! The carrier's door: how much of a polygon is covered at a threshold, where the gaps are, how fresh that is.
//!
//! A cell counts as covered when *all* hold: it is proven, somebody measured the signal in it, the median is at least the
//! threshold, enough hotspots cover it, and it was proven recently enough. Otherwise the answer says which of these failed.
//! Nothing is interpolated between cells: no measurement, no coverage.

use std::{fmt::Write as _, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use geo_index::{
    Cell,
    coverage::CellSummary,
    polygon::{PolygonError, Polygons},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{
    Api, Problem,
    cells::CellEntry,
    extract::{InQuery, JsonBody},
    summary::EpochParam,
};
use crate::view::EpochView;

/// Most cells in one answer: 14,800 km2 at resolution 8.
const CELLS_MAX: usize = 20_000;
/// How long a query waits for its turn.
const TURN_DEADLINE: Duration = Duration::from_secs(5);
/// Cells in a piece of a download.
const PIECE: usize = 500;

/// What is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    /// GeoJSON Polygon, MultiPolygon, or a Feature or FeatureCollection of these; at most 1 MiB and 10,000 positions.
    #[schema(value_type = Object)]
    polygon: Box<RawValue>,
    /// Least median received power, dBm, -200 to 50.
    #[schema(minimum = -200, maximum = 50)]
    threshold_dbm: f64,
    /// Least number of hotspots that cover a cell; 1 when not said.
    #[schema(minimum = 1)]
    min_hotspots: Option<u32>,
    /// Oldest proof that counts, in epochs; any that is remembered when not said.
    max_age_epochs: Option<u64>,
    /// A kept epoch; the newest when not said.
    epoch: Option<u64>,
}

/// What is covered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Answer {
    /// The epoch that was asked.
    epoch: u64,
    /// H3 resolution of the cells.
    resolution: u8,
    /// Which cells belong to a polygon: `covers` means every cell that it touches.
    containment: String,
    /// As asked.
    threshold_dbm: f64,
    /// As asked.
    min_hotspots: u32,
    /// Cells of the polygon.
    cells_total: usize,
    /// Of these, covered.
    cells_covered: usize,
    /// `cells_covered / cells_total`, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    share: f64,
    /// How old the proofs of the covered cells are; absent when none is covered.
    freshness: Option<Freshness>,
    /// Every cell of the polygon, in index order.
    cells: Vec<CellAnswer>,
}

/// Age of the proofs behind the covered cells.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Freshness {
    newest_epoch: u64,
    oldest_epoch: u64,
    median_age_epochs: u64,
}

/// One cell of the polygon.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct CellAnswer {
    /// H3 index, hex.
    cell: String,
    /// Latitude of its center, degrees.
    lat: f64,
    /// Longitude of its center, degrees.
    lng: f64,
    covered: bool,
    /// `covered`, or the first condition that failed: `unproven`, `not_measured`, `too_weak`, `too_few_hotspots`, `too_old`.
    because: String,
    /// Median received power, dBm; absent when nobody listened there.
    median_rssi_dbm: Option<f64>,
    /// Accepted edges heard there.
    samples: u64,
    /// Hotspots that cover it.
    hotspots: u32,
    /// Epochs since it was last proven; absent when it never was.
    age_epochs: Option<u64>,
}

/// Conditions of a query, checked.
#[derive(Clone, Copy)]
struct Conditions {
    threshold_dbm: f64,
    min_hotspots: u32,
    max_age_epochs: u64,
}

/// Share of a polygon that is covered
///
/// Cells are those that the polygon touches. Gaps are answered too, each with the condition that failed.
#[utoipa::path(post, path = "/api/v1/coverage/query", tag = "coverage", request_body = Query, responses(
    (status = 200, description = "What is covered", body = Answer),
    (status = 400, description = "The query or its polygon is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "That epoch is not kept", body = Problem, content_type = "application/problem+json"),
    (status = 413, description = "The body or the polygon is too large", body = Problem, content_type = "application/problem+json"),
    (status = 415, description = "Not sent as JSON", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Too many queries at once, or nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn query(State(api): State<Api>, JsonBody(body): JsonBody) -> Result<Json<Answer>, Problem> {
    let query: Query = serde_json::from_slice(&body)
        .map_err(|error| Problem::bad_request(format!("the query is not understood: {error}")))?;
    let (conditions, view) = (query.conditions()?, api.epoch(query.epoch)?);
    let turn = tokio::time::timeout(TURN_DEADLINE, api.queries.acquire()).await;
    let Ok(Ok(_turn)) = turn else {
        return Err(Problem::unavailable("too many coverage queries at once; try again in a few seconds"));
    };
    let work = move || answer(&view, query.polygon.get().as_bytes(), conditions);
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())?.map(Json)
}

impl Query {
    fn conditions(&self) -> Result<Conditions, Problem> {
        if !(-200.0..=50.0).contains(&self.threshold_dbm) {
            return Err(Problem::bad_request(format!(
                "threshold_dbm is {}, allowed are -200 to 50",
                self.threshold_dbm
            )));
        }
        Ok(Conditions {
            threshold_dbm: self.threshold_dbm,
            min_hotspots: self.min_hotspots.unwrap_or(1).max(1),
            max_age_epochs: self.max_age_epochs.unwrap_or(u64::MAX),
        })
    }
}

fn answer(view: &EpochView, polygon: &[u8], conditions: Conditions) -> Result<Answer, Problem> {
    let cells = Polygons::from_geojson(polygon)
        .and_then(|polygons| polygons.cells(view.pyramid().resolution()))
        .map_err(|error| refusal(&error))?;
    if cells.len() > CELLS_MAX {
        return Err(Problem::new(
            axum::http::StatusCode::PAYLOAD_TOO_LARGE,
            format!("the polygon touches {} cells, at most {CELLS_MAX} are answered at once", cells.len()),
        ));
    }
    let cells: Vec<_> = cells.into_iter().map(|cell| judge(view, cell, conditions)).collect();
    let covered: Vec<_> = cells.iter().filter(|cell| cell.covered).collect();
    Ok(Answer {
        epoch: view.epoch(),
        resolution: view.pyramid().resolution().into(),
        containment: "covers".to_owned(),
        threshold_dbm: conditions.threshold_dbm,
        min_hotspots: conditions.min_hotspots,
        cells_total: cells.len(),
        cells_covered: covered.len(),
        share: covered.len() as f64 / cells.len().max(1) as f64,
        freshness: freshness(view.epoch(), covered.iter().filter_map(|cell| cell.age_epochs).collect()),
        cells,
    })
}

fn refusal(error: &PolygonError) -> Problem {
    match error {
        PolygonError::TooLong(_) | PolygonError::TooManyVertices(_) | PolygonError::TooLarge { .. } => {
            Problem::new(axum::http::StatusCode::PAYLOAD_TOO_LARGE, error.to_string())
        }
        _ => Problem::bad_request(error.to_string()),
    }
}

fn judge(view: &EpochView, cell: Cell, conditions: Conditions) -> CellAnswer {
    let (center, summary) = (cell.center(), view.pyramid().get(cell));
    let because = because(view.epoch(), summary, conditions);
    CellAnswer {
        cell: cell.to_string(),
        lat: center.lat_deg(),
        lng: center.lng_deg(),
        covered: because == COVERED,
        because: because.to_owned(),
        median_rssi_dbm: summary.and_then(|summary| summary.signal).map(|signal| signal.median_rssi_dbm),
        samples: summary.map_or(0, |summary| summary.samples),
        hotspots: summary.map_or(0, |summary| summary.hotspots),
        age_epochs: summary.map(|summary| view.epoch().saturating_sub(summary.last_epoch)),
    }
}

const COVERED: &str = "covered";

fn because(epoch: u64, summary: Option<&CellSummary>, conditions: Conditions) -> &'static str {
    let Some(summary) = summary else { return "unproven" };
    let Some(signal) = summary.signal else { return "not_measured" };
    if signal.median_rssi_dbm < conditions.threshold_dbm {
        "too_weak"
    } else if summary.hotspots < conditions.min_hotspots {
        "too_few_hotspots"
    } else if epoch.saturating_sub(summary.last_epoch) > conditions.max_age_epochs {
        "too_old"
    } else {
        COVERED
    }
}

fn freshness(epoch: u64, mut ages: Vec<u64>) -> Option<Freshness> {
    ages.sort_unstable();
    Some(Freshness {
        newest_epoch: epoch - ages.first()?,
        oldest_epoch: epoch - ages.last()?,
        median_age_epochs: ages[ages.len() / 2],
    })
}

/// Covered cells as GeoJSON
#[utoipa::path(get, path = "/api/v1/coverage.geojson", tag = "coverage", params(EpochParam), responses(
    (status = 200, description = "A FeatureCollection: one polygon a covered cell, longitudes beyond 180 over the antimeridian",
        body = String, content_type = "application/geo+json"),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "That epoch is not kept", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn geojson(
    State(api): State<Api>,
    InQuery(param): InQuery<EpochParam>,
) -> Result<Response, Problem> {
    let view = api.epoch(param.epoch)?;
    let head = format!(r#"{{"type":"FeatureCollection","epoch":{},"features":["#, view.epoch());
    Ok(download(&view, "application/geo+json", "geojson", head, "]}", |view, at, summary| {
        let separator = if at == 0 { "" } else { "," };
        format!("{separator}\n{}", feature(view, summary))
    }))
}

/// Covered cells as CSV (RFC 4180)
#[utoipa::path(get, path = "/api/v1/coverage.csv", tag = "coverage", params(EpochParam), responses(
    (status = 200, description = "One line a covered cell, with a header", body = String, content_type = "text/csv"),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "That epoch is not kept", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn csv(
    State(api): State<Api>,
    InQuery(param): InQuery<EpochParam>,
) -> Result<Response, Problem> {
    let view = api.epoch(param.epoch)?;
    let head = "cell,lat,lng,median_rssi_dbm,weakest_rssi_dbm,strongest_rssi_dbm,median_snr_db,samples,witnesses,hotspots,\
                last_epoch,reward_base_units\r\n";
    Ok(download(&view, "text/csv; charset=utf-8", "csv", head.to_owned(), "", |_, _, summary| line(summary)))
}

fn feature(view: &EpochView, summary: &CellSummary) -> String {
    let middle = summary.cell.center().lng_deg();
    let mut ring: Vec<_> = summary
        .cell
        .boundary()
        .into_iter()
        .map(|corner| {
            let lng = corner.lng_deg();
            [lng - ((lng - middle) / 360.0).round() * 360.0, corner.lat_deg()]
        })
        .collect();
    ring.push(ring[0]);
    serde_json::json!({
        "type": "Feature",
        "id": summary.cell.to_string(),
        "geometry": { "type": "Polygon", "coordinates": [ring] },
        "properties": CellEntry::of(view, summary),
    })
    .to_string()
}

fn line(summary: &CellSummary) -> String {
    let center = summary.cell.center();
    let mut line = format!("{},{:.7},{:.7},", summary.cell, center.lat_deg(), center.lng_deg());
    let signal = summary
        .signal
        .map(|s| [s.median_rssi_dbm, s.weakest_rssi_dbm, s.strongest_rssi_dbm, s.median_snr_db]);
    for value in signal.map_or([None; 4], |values| values.map(Some)) {
        let text = value.map_or(String::new(), |value| format!("{value:.1}"));
        write!(line, "{text},").expect("a string takes everything");
    }
    let counts = [u64::from(summary.witnesses), u64::from(summary.hotspots), summary.last_epoch];
    write!(line, "{}", summary.samples).expect("a string takes everything");
    for count in counts {
        write!(line, ",{count}").expect("a string takes everything");
    }
    line + &format!(",{}\r\n", summary.reward_base_units)
}

/// Sends the rows piece by piece, so that a large network does not fill the memory.
fn download(
    view: &Arc<EpochView>,
    mime: &'static str,
    ending: &str,
    head: String,
    tail: &'static str,
    entry: impl Fn(&EpochView, usize, &CellSummary) -> String + Send + 'static,
) -> Response {
    let name = format!("attachment; filename=\"earshot-coverage-{}.{ending}\"", view.version());
    let (view, rows) = (Arc::clone(view), view.pyramid().rows().len());
    let pieces = (0..rows).step_by(PIECE).map(move |start| {
        let piece = &view.pyramid().rows()[start..(start + PIECE).min(rows)];
        piece.iter().zip(start..).map(|(summary, at)| entry(&view, at, summary)).collect::<String>()
    });
    let body = std::iter::once(head).chain(pieces).chain(std::iter::once(tail.to_owned()));
    let stream = tokio_stream::iter(body.map(Ok::<_, std::convert::Infallible>));
    (
        [(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_DISPOSITION, name)],
        Body::from_stream(stream),
    )
        .into_response()
}
