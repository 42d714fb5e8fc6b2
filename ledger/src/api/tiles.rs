//! `/tiles/...`: vector tiles and their TileJSON documents.
//!
//! A tile's address carries the version of its content (`epoch.revision` of the snapshot, the hash of the atlas), so a
//! browser may keep it for ever; a new epoch is a new address. Asked with another version of a kept epoch, the newest
//! content is answered and may not be kept.

use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use geo_index::{
    Resolution,
    mercator::TileId,
    tile::{self, TileSource},
};

use super::{Api, Problem, Shared, extract::InPath, guard};
use crate::view::EpochView;

/// The grid is a fact of H3: it has one version.
const GRID_VERSION: &str = "1";
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// Address template of a source, without host.
pub(super) fn template(api: &Shared, source: TileSource, view: &EpochView) -> String {
    let version = match source {
        TileSource::Coverage | TileSource::Hotspots | TileSource::Links => view.version(),
        TileSource::Grid => GRID_VERSION.to_owned(),
        TileSource::Basemap => api.basemap.as_ref().map_or(String::new(), |(_, version)| version.clone()),
    };
    format!("/tiles/{}/{version}/{{z}}/{{x}}/{{y}}.mvt", source.word())
}

/// TileJSON 3.0.0 of a source, for the newest epoch
#[utoipa::path(get, path = "/tiles/{layer}", tag = "coverage", params(
    ("layer" = String, Path, description = "`coverage.json`, `hotspots.json`, `links.json`, `grid.json` or `basemap.json`"),
), responses(
    (status = 200, description = "A TileJSON 3.0.0 document", body = Object),
    (status = 404, description = "No such source", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Nothing is published yet", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn tilejson(
    State(api): State<Api>,
    InPath(layer): InPath<String>,
    request: Request,
) -> Result<Response, Problem> {
    let source = layer.strip_suffix(".json").and_then(TileSource::from_word);
    let source = source.ok_or_else(|| no_source(&layer))?;
    if source == TileSource::Basemap && api.basemap.is_none() {
        return Err(no_basemap());
    }
    let view = api.epoch(None)?;
    let host = guard::authority(&request).map_or(String::new(), |authority| format!("http://{authority}"));
    let document = source.tilejson(format!("{host}{}", template(&api, source, &view)));
    Ok(([(header::CACHE_CONTROL, ASK_AGAIN)], Json(document)).into_response())
}

/// One vector tile
#[utoipa::path(get, path = "/tiles/{layer}/{version}/{z}/{x}/{y}", tag = "coverage", params(
    ("layer" = String, Path, description = "`coverage`, `hotspots`, `links`, `grid` or `basemap`"),
    ("version" = String, Path, description = "An epoch, or `epoch.revision` as the summary names it"),
    ("z" = u8, Path, description = "Zoom, 0 to 18"),
    ("x" = u32, Path, description = "Column from the west"),
    ("y" = String, Path, description = "Row from the north, followed by `.mvt`"),
), responses(
    (status = 200, description = "A Mapbox vector tile", body = Vec<u8>, content_type = "application/vnd.mapbox-vector-tile"),
    (status = 204, description = "Nothing is drawn in this tile"),
    (status = 400, description = "Not a tile's address", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "No such source, tile or epoch", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn tile(
    State(api): State<Api>,
    InPath((layer, version, z, x, y)): InPath<(String, String, u8, u32, String)>,
) -> Result<Response, Problem> {
    let source = TileSource::from_word(&layer).ok_or_else(|| no_source(&layer))?;
    let row = y.strip_suffix(".mvt").and_then(|row| row.parse().ok());
    let row = row.ok_or_else(|| Problem::bad_request("a tile's address ends with its row and `.mvt`"))?;
    let tile = TileId::new(z, x, row)
        .ok_or_else(|| Problem::not_found(format!("there is no tile {z}/{x}/{row}")))?;
    let (bytes, exact) = match source {
        TileSource::Grid => (tile::grid_tile(tile, Resolution::Eight), version == GRID_VERSION),
        TileSource::Basemap => {
            let (basemap, newest) = api.basemap.as_ref().ok_or_else(no_basemap)?;
            (tile::basemap_tile(basemap, tile), version == *newest)
        }
        TileSource::Coverage | TileSource::Hotspots | TileSource::Links => {
            let view = api.epoch(Some(epoch_of(&version)?))?;
            (of_epoch(source, &view, tile), view.version() == version)
        }
    };
    let cache = [(header::CACHE_CONTROL, if exact { FOR_EVER } else { ASK_AGAIN })];
    Ok(match bytes.map_err(|_| Problem::internal())? {
        Some(bytes) => (cache, [(header::CONTENT_TYPE, tile::MIME)], bytes).into_response(),
        None => (StatusCode::NO_CONTENT, cache).into_response(),
    })
}

fn of_epoch(source: TileSource, view: &EpochView, tile: TileId) -> tile::Tile {
    match source {
        TileSource::Hotspots => tile::hotspots_tile(view.points(), tile),
        TileSource::Links => tile::links_tile(view.links(), tile),
        _ => tile::coverage_tile(view.pyramid(), tile, view.epoch()),
    }
}

fn epoch_of(version: &str) -> Result<u64, Problem> {
    let epoch = version.split('.').next().unwrap_or("");
    epoch.parse().map_err(|_| Problem::bad_request("a tile's version is an epoch or `epoch.revision`"))
}

fn no_source(layer: &str) -> Problem {
    let layer: String = layer.chars().take(40).collect();
    Problem::not_found(format!(
        "no tile source {layer:?}; there are coverage, hotspots, links, grid and basemap"
    ))
}

fn no_basemap() -> Problem {
    Problem::not_found("this build has no basemap: npm was not available when it was made")
}
