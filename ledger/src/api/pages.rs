//! The map page, its files, and what is answered where nothing is.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use super::{Api, Problem, extract::InPath, plain};

/// The map, or the plain page in a build without npm
#[utoipa::path(get, path = "/", tag = "page", responses(
    (status = 200, description = "A page for people", body = String, content_type = "text/html"),
    (status = 304, description = "The page that the browser has is the newest"),
))]
pub(super) async fn index(State(api): State<Api>, headers: HeaderMap) -> Response {
    if viewer::MAP_AVAILABLE {
        page("index.html", &headers)
    } else {
        plain::render(&api, None).into_response()
    }
}

/// The carrier's page: a coverage query by hand
#[utoipa::path(get, path = "/coverage", tag = "page", responses(
    (status = 200, description = "A page for people", body = String, content_type = "text/html"),
    (status = 304, description = "The page that the browser has is the newest"),
))]
pub(super) async fn coverage(State(api): State<Api>, headers: HeaderMap) -> Response {
    if viewer::MAP_AVAILABLE {
        page("coverage.html", &headers)
    } else {
        plain::render(&api, None).into_response()
    }
}

/// A file of the page
#[utoipa::path(get, path = "/assets/{file}", tag = "page", params(
    ("file" = String, Path, description = "Its name, such as `main.js`"),
), responses(
    (status = 200, description = "The file", body = Vec<u8>),
    (status = 304, description = "The file that the browser has is the newest"),
    (status = 404, description = "No such file", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn asset(InPath(file): InPath<String>, headers: HeaderMap) -> Response {
    page(&file, &headers)
}

/// A file of the libraries that the page uses
#[utoipa::path(get, path = "/assets/vendor/{file}", tag = "page", params(
    ("file" = String, Path, description = "Its name, such as `maplibre-gl.mjs` or `LICENSES.txt`"),
), responses(
    (status = 200, description = "The file", body = Vec<u8>),
    (status = 304, description = "The file that the browser has is the newest"),
    (status = 404, description = "No such file", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn library(InPath(file): InPath<String>, headers: HeaderMap) -> Response {
    page(&format!("vendor/{file}"), &headers)
}

/// Whether the server answers
#[utoipa::path(get, path = "/healthz", tag = "network", responses(
    (status = 200, description = "It does", body = String, content_type = "text/plain"),
))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

fn page(name: &str, headers: &HeaderMap) -> Response {
    let Some(asset) = viewer::asset(name) else {
        return Problem::not_found(format!("no file {:?}", name.chars().take(80).collect::<String>()))
            .into_response();
    };
    let caching = [(header::ETAG, asset.etag), (header::CACHE_CONTROL, "no-cache")];
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or("");
    if known.split(',').any(|tag| tag.trim().trim_start_matches("W/") == asset.etag) {
        return (StatusCode::NOT_MODIFIED, caching).into_response();
    }
    (caching, [(header::CONTENT_TYPE, asset.mime)], asset.bytes).into_response()
}

pub(super) async fn nothing_here(uri: Uri) -> Problem {
    Problem::not_found(format!("there is nothing at {}", uri.path().chars().take(200).collect::<String>()))
}

pub(super) async fn wrong_method(method: Method, request: Request) -> Problem {
    let path: String = request.uri().path().chars().take(200).collect();
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, format!("{path} does not answer to {method}"))
}
