//! `/plain`: the network without JavaScript, WebGL or a map: an SVG of cells and links, and tables.
//!
//! It is the whole page in a build without npm, and always there for screen readers, text browsers and printers. It says
//! the same as the map, from the same snapshot.

mod drawing;
mod tables;

use std::fmt;

use axum::{
    extract::State,
    http::header,
    response::{Html, IntoResponse, Response},
};

use super::{Api, Problem, extract::InQuery, summary::EpochParam};
use crate::view::{EpochView, View, feed::ear};

/// The network as one plain page
#[utoipa::path(get, path = "/plain", tag = "page", params(EpochParam), responses(
    (status = 200, description = "A page for people", body = String, content_type = "text/html"),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 404, description = "That epoch is not kept", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn plain(
    State(api): State<Api>,
    InQuery(param): InQuery<EpochParam>,
) -> Result<Response, Problem> {
    if param.epoch.is_some() {
        api.epoch(param.epoch)?;
    }
    Ok(render(&api, param.epoch).into_response())
}

/// The page for a kept epoch, or the newest; before anything is published it says so.
pub(super) fn render(api: &Api, epoch: Option<u64>) -> impl IntoResponse + use<> {
    let view = epoch.map_or_else(|| api.view.newest(), |epoch| api.view.at(epoch));
    let network = escaped(&api.view.config().network);
    let main = view.map_or_else(
        || "<p>Nothing is published yet: the network is still starting. Load this page again in a moment.</p>".to_owned(),
        |view| body(&api.view, &view),
    );
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{network}: plain page</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"icon\" href=\"/assets/icon.svg\" type=\"image/svg+xml\">\
         <link rel=\"stylesheet\" href=\"/assets/plain.css\"></head><body><header><h1>{network}</h1>{}</header>\
         <main>{main}</main></body></html>\n",
        map_notice(),
    );
    ([(header::CACHE_CONTROL, "no-cache")], Html(page))
}

fn map_notice() -> &'static str {
    if viewer::MAP_AVAILABLE {
        "<p>The same as on <a href=\"/\">the map</a>, as text and tables.</p>"
    } else {
        "<p>This build has no map, because npm was not available when it was made. To get the map, install Node.js with npm, \
         unset <code>EARSHOT_NO_NPM</code>, run <code>touch geo-index/viewer/build.rs</code> and build again with access to an \
         npm registry. Everything is shown here as text \
         and tables.</p>"
    }
}

fn body(view: &View, epoch: &EpochView) -> String {
    [
        overview(view, epoch),
        drawing::drawing(epoch),
        tables::rejected(epoch),
        tables::hotspots(epoch),
        tables::cells(epoch),
        tables::rewards(epoch),
        feed(view),
    ]
    .concat()
}

fn overview(view: &View, epoch: &EpochView) -> String {
    let (totals, snapshot, config) = (epoch.totals(), epoch.snapshot(), view.config());
    let [proven, unproven, disproven] = totals.standings;
    let state = if snapshot.settlement.is_some() { "closed" } else { "still open" };
    let air = if config.simulated { "<p>The air of this network is simulated.</p>" } else { "" };
    let facts = [
        ("Epoch", format!("{}, {state}", epoch.epoch())),
        ("Cells proven", totals.cells_proven.to_string()),
        (
            "Hotspots",
            format!(
                "{} ({proven} with a proven place, {unproven} unproven, {disproven} disproven)",
                epoch.hotspots().len()
            ),
        ),
        (
            "Edges",
            format!(
                "{} accepted, {} rejected, {} unproven",
                totals.accepted,
                totals.rejected(),
                totals.unproven
            ),
        ),
        ("Paid", format!("{} EAR", ear(&totals.paid.to_string()))),
        ("Randomness", config.randomness.clone()),
        ("Block", snapshot.block_height.to_string()),
        ("State hash", snapshot.state_hash.clone()),
    ];
    let rows = joined(&facts, |(name, value)| format!("<dt>{name}</dt><dd>{}</dd>", escaped(value)));
    format!(
        "{air}<dl>{rows}</dl><p>Downloads of this epoch: <a href=\"/api/v1/coverage.csv?epoch={0}\">cells as CSV</a>, \
         <a href=\"/api/v1/coverage.geojson?epoch={0}\">cells as GeoJSON</a>, \
         <a href=\"/api/v1/openapi.json\">everything else by API</a>.</p>{1}",
        epoch.epoch(),
        others(view, epoch)
    )
}

/// Links to the other kept epochs.
fn others(view: &View, shown: &EpochView) -> String {
    let epochs = view.epochs();
    let others: Vec<_> = epochs
        .iter()
        .rev()
        .filter(|epoch| epoch.epoch() != shown.epoch())
        .map(|epoch| format!("<a href=\"/plain?epoch={0}\">{0}</a>", epoch.epoch()))
        .collect();
    if others.is_empty() {
        String::new()
    } else {
        format!("<nav aria-label=\"Epochs\">Other epochs: {}</nav>", others.join(" "))
    }
}

fn feed(view: &View) -> String {
    let items =
        joined(view.feed().newest(30).iter().rev(), |item| format!("<li>{}</li>", escaped(&item.text)));
    format!("<section><h2>What happened lately</h2><ol reversed>{items}</ol></section>")
}

/// The texts of many items, one after the other.
fn joined<T>(items: impl IntoIterator<Item = T>, text: impl Fn(T) -> String) -> String {
    items.into_iter().fold(String::new(), |mut all, item| {
        all.push_str(&text(item));
        all
    })
}

/// Text that means itself in HTML, in content and in quoted attributes.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}

/// A number with so many decimals, with the real minus sign.
fn number(value: impl Into<f64>, decimals: usize) -> impl fmt::Display {
    format!("{:.decimals$}", value.into()).replace('-', "\u{2212}")
}
