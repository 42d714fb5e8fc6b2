//! Who may ask under which name, and what a browser may do with the answer.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header, uri::Authority},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::problem::Problem;

/// Names under which the server may be asked. A page elsewhere whose name was re-pointed at this machine (DNS rebinding)
/// asks under its own name and is refused.
#[derive(Clone, Debug, Default)]
pub enum AllowedHosts {
    /// `localhost` and the loopback addresses.
    #[default]
    Loopback,
    /// Loopback and these names (without port, lower case): for a server that a proxy makes public.
    Also(Vec<String>),
}

impl AllowedHosts {
    fn allow(&self, host: &str) -> bool {
        let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let loopback = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        match self {
            Self::Loopback => loopback,
            Self::Also(names) => loopback || names.contains(&host),
        }
    }
}

/// The name that a request was sent to: HTTP/2's authority, or the `Host` header.
pub(super) fn authority(request: &Request) -> Option<Authority> {
    let header = || request.headers().get(header::HOST)?.to_str().ok()?.parse().ok();
    request.uri().authority().cloned().or_else(header)
}

pub(super) async fn check_host(
    State(hosts): State<Arc<AllowedHosts>>,
    request: Request,
    next: Next,
) -> Response {
    match authority(&request) {
        Some(authority) if hosts.allow(authority.host()) => next.run(request).await,
        Some(authority) => Problem::new(
            StatusCode::MISDIRECTED_REQUEST,
            format!(
                "this server does not answer for {}",
                authority.host().chars().take(100).collect::<String>()
            ),
        )
        .into_response(),
        None => Problem::bad_request("the request names no host").into_response(),
    }
}

/// The page may load only what this server has, nobody may frame it, and no other origin may read an answer.
const SECURITY: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

pub(super) async fn security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in SECURITY {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
