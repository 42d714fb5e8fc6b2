//! The map server: page, tiles, a read-only API with its OpenAPI document, and a live feed.
//!
//! Everything is read from a [`View`]; nothing here can change the network. [`router`] makes the service, [`serve()`] runs
//! it on a listener that the caller bound (loopback unless the caller decides otherwise).
//!
//! | path | file |
//! |---|---|
//! | `/`, `/assets/...`, `/coverage`, `/plain`, `/healthz` | `pages`, `plain` |
//! | `/api/v1/summary`, `/api/v1/epochs` | `summary` |
//! | `/api/v1/hotspots...`, `/api/v1/rewards/...` | `hotspots`, `rewards` |
//! | `/api/v1/cells...`, `/api/v1/coverage...` | `cells`, `coverage` |
//! | `/api/v1/edges` | `edges` |
//! | `/api/v1/feed`, `/api/v1/events` | `events` |
//! | `/tiles/...` | `tiles` |
//! | `/api/v1/openapi.json` | here |
//!
//! Hostile world: names of the host are checked (DNS rebinding), no other origin may read (no CORS), bodies, pages, polygons,
//! listeners, connections and time are limited; every refusal is a problem document (RFC 9457) with a sentence. Money is a
//! decimal string of base units (10^-8 EAR): JavaScript's numbers would round it.
//!
//! What is not here: any way to write, authentication (there is nothing to protect), TLS (loopback; a proxy adds it).

mod cells;
mod coverage;
mod edges;
mod events;
mod extract;
mod guard;
mod hotspots;
mod pages;
mod plain;
mod problem;
mod rewards;
mod serve;
mod summary;
mod tiles;

use std::{sync::Arc, time::Duration};

use axum::{Json, Router, extract::DefaultBodyLimit, middleware, routing::get};
use geo_index::basemap::Basemap;
pub use guard::AllowedHosts;
pub use problem::Problem;
pub use serve::serve;
use tokio::sync::{Semaphore, watch};
use tower_http::{CompressionLevel, compression::CompressionLayer, timeout::TimeoutLayer};
use utoipa::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::view::{EpochView, View};

/// Longest request body: the longest polygon with its wrapping.
const BODY_MAX: usize = geo_index::polygon::BYTES_MAX + (64 << 10);
/// How long an answer may take; the live feed is exempt.
const ANSWER_DEADLINE: Duration = Duration::from_secs(15);
/// Coverage queries that are computed at once.
const QUERIES_AT_ONCE: usize = 2;
/// Listeners of the live feed.
const LISTENERS_MAX: usize = 64;

/// How the server behaves.
#[derive(Clone, Debug, Default)]
pub struct ApiConfig {
    /// Names under which it may be asked.
    pub hosts: AllowedHosts,
}

/// What the handlers share.
#[derive(Clone)]
struct Api(Arc<Shared>);

struct Shared {
    view: Arc<View>,
    basemap: Option<(Basemap, String)>,
    queries: Semaphore,
    listeners: Arc<Semaphore>,
    closing: watch::Receiver<bool>,
}

impl std::ops::Deref for Api {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Shared {
    /// The kept epoch that is asked for, or the newest.
    fn epoch(&self, wanted: Option<u64>) -> Result<Arc<EpochView>, Problem> {
        match wanted {
            None => self.view.newest().ok_or_else(|| {
                Problem::unavailable("nothing is published yet: the network is still starting")
            }),
            Some(epoch) => self.view.at(epoch).ok_or_else(|| {
                let epochs = self.view.epochs();
                let kept = match (epochs.front(), epochs.back()) {
                    (Some(first), Some(last)) => {
                        format!("kept are epochs {} to {}", first.epoch(), last.epoch())
                    }
                    _ => "nothing is published yet".to_owned(),
                };
                Problem::not_found(format!("epoch {epoch} is not kept; {kept}"))
            }),
        }
    }
}

/// The service. Closing ends the live feeds, so that a graceful shutdown does not wait for them.
#[derive(Clone, Debug)]
pub struct Service {
    /// Routes, limits and headers.
    pub router: Router,
    closing: Arc<watch::Sender<bool>>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Earshot",
        description = "Read-only view of an Earshot network: proven coverage per H3 cell, hotspots, judged edges with their \
                       evidence, rewards. Amounts are decimal strings of base units (10^-8 EAR)."
    ),
    tags(
        (name = "network", description = "The network as a whole"),
        (name = "coverage", description = "Cells, tiles, downloads, and the carrier's query"),
        (name = "hotspots", description = "Hotspots, edges and rewards"),
        (name = "live", description = "What happens, as it happens"),
        (name = "page", description = "The map and its plain form"),
    )
)]
struct Document;

/// Builds the service over a view.
///
/// # Panics
/// When the world atlas that was embedded at build time is no topology: a broken build.
pub fn router(view: Arc<View>, config: ApiConfig) -> Service {
    let basemap = viewer::world_atlas().map(|atlas| {
        let version = blake3::hash(atlas).to_hex()[..16].to_owned();
        (Basemap::read(atlas).expect("the embedded atlas was made by a build that its tests passed"), version)
    });
    let (closing, closed) = watch::channel(false);
    let api = Api(Arc::new(Shared {
        view,
        basemap,
        queries: Semaphore::new(QUERIES_AT_ONCE),
        listeners: Arc::new(Semaphore::new(LISTENERS_MAX)),
        closing: closed,
    }));
    let (answers, document) = documented().split_for_parts();
    let (feed, feed_document) = OpenApiRouter::new().routes(routes!(events::live)).split_for_parts();
    let document = document.merge_from(feed_document);
    let openapi = Json(document);
    let answers = answers
        .route("/api/v1/openapi.json", get(move || async move { openapi }))
        .fallback(pages::nothing_here)
        .method_not_allowed_fallback(pages::wrong_method)
        .layer(middleware::from_fn(problem::timeouts_as_problems))
        .layer(TimeoutLayer::with_status_code(axum::http::StatusCode::SERVICE_UNAVAILABLE, ANSWER_DEADLINE))
        .layer(CompressionLayer::new().gzip(true).quality(CompressionLevel::Fastest));
    let router = answers
        .merge(feed)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn(guard::security_headers))
        .layer(middleware::from_fn_with_state(Arc::new(config.hosts), guard::check_host))
        .with_state(api);
    Service { router, closing: Arc::new(closing) }
}

fn documented() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(pages::index))
        .routes(routes!(pages::coverage))
        .routes(routes!(pages::asset))
        .routes(routes!(pages::library))
        .routes(routes!(pages::healthz))
        .routes(routes!(plain::plain))
        .routes(routes!(summary::summary))
        .routes(routes!(summary::epochs))
        .routes(routes!(hotspots::list))
        .routes(routes!(hotspots::one))
        .routes(routes!(rewards::of_hotspot))
        .routes(routes!(cells::list))
        .routes(routes!(cells::one))
        .routes(routes!(edges::list))
        .routes(routes!(events::feed))
        .routes(routes!(coverage::query))
        .routes(routes!(coverage::geojson))
        .routes(routes!(coverage::csv))
        .routes(routes!(tiles::tilejson))
        .routes(routes!(tiles::tile))
}
