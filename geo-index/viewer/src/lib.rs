//! The map page: our own page code, with libraries from npm by lockfile when the machine has npm.
//!
//! `page/` holds plain ES modules, HTML and CSS of ours; `build.rs` embeds them with MapLibre GL JS, the Inter typeface
//! and the world atlas, which npm brings at build time and which are never committed. Without npm there is no map
//! ([`MAP_AVAILABLE`] is false) and the server shows its plain page.
//!
//! What is not here: HTTP, data, and anything that the page could load from elsewhere: it asks only the server that it
//! came from.

/// A file that the server hands out.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its content, not compressed.
    pub bytes: &'static [u8],
    /// Its media type.
    pub mime: &'static str,
    /// A strong entity tag (RFC 9110, 8.8.3), quotes included: changes with the content.
    pub etag: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Whether this build has the map; if not, only the plain page's files are assets.
pub const MAP_AVAILABLE: bool = WORLD_ATLAS.is_some();

/// The asset with this name, such as `index.html` or `vendor/maplibre-gl.mjs`; `None` when there is none.
pub fn asset(name: &str) -> Option<Asset> {
    ASSETS.binary_search_by_key(&name, |(name, _)| name).ok().map(|at| ASSETS[at].1)
}

/// Names of all assets, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    ASSETS.iter().map(|(name, _)| *name)
}

/// World countries as quantized TopoJSON (Natural Earth 1:10m, public domain), when npm brought them.
pub fn world_atlas() -> Option<&'static [u8]> {
    WORLD_ATLAS
}
