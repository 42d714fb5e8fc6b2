//! Parameters and bodies, with refusals as problem documents.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Path, Query, Request, rejection::BytesRejection},
    http::{StatusCode, header, request::Parts},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

use super::problem::Problem;

/// Longest page of a list.
pub(super) const PAGE_MAX: usize = 500;
/// A page when nobody says.
const PAGE_DEFAULT: usize = 50;

/// Parameters in the path.
pub(super) struct InPath<T>(pub(super) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for InPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(value) = Path::from_request_parts(parts, state)
            .await
            .map_err(|error| Problem::bad_request(error.body_text()))?;
        Ok(Self(value))
    }
}

/// Parameters after the question mark.
pub(super) struct InQuery<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for InQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(value) = Query::from_request_parts(parts, state)
            .await
            .map_err(|error| Problem::bad_request(error.body_text()))?;
        Ok(Self(value))
    }
}

/// A JSON body, not yet parsed: its length and media type are checked. A form cannot send this type, so no other site's
/// page can make a browser ask without permission.
pub(super) struct JsonBody(pub(super) Bytes);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media =
            request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let essence = media.split(';').next().unwrap_or("").trim();
        if !["application/json", "application/geo+json"].iter().any(|json| essence.eq_ignore_ascii_case(json))
        {
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "send the query as application/json",
            ));
        }
        match Bytes::from_request(request, state).await {
            Ok(bytes) => Ok(Self(bytes)),
            Err(BytesRejection::FailedToBufferBody(error))
                if error.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Err(Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    format!("the body is longer than {} bytes", super::BODY_MAX),
                ))
            }
            Err(error) => Err(Problem::bad_request(error.body_text())),
        }
    }
}

/// Which part of a list.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParams {
    /// Entries to skip.
    #[param(minimum = 0)]
    offset: Option<usize>,
    /// Entries to return, 1 to 500; 50 when not said.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<usize>,
}

/// A part of a list, and how long the whole is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Page<T> {
    /// Epoch that the list belongs to.
    pub(super) epoch: u64,
    /// Entries of the whole list.
    pub(super) total: usize,
    /// Entries that were skipped.
    pub(super) offset: usize,
    /// This part.
    pub(super) items: Vec<T>,
}

impl PageParams {
    /// Cuts this page out of a list; only its entries are turned into what is returned.
    pub(super) fn cut<T, U>(
        self,
        epoch: u64,
        list: &[T],
        entry: impl Fn(&T) -> U,
    ) -> Result<Page<U>, Problem> {
        let limit = self.limit.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(Problem::bad_request(format!("limit is {limit}, allowed are 1 to {PAGE_MAX}")));
        }
        let offset = self.offset.unwrap_or(0);
        let items = list.iter().skip(offset).take(limit).map(entry).collect();
        Ok(Page { epoch, total: list.len(), offset, items })
    }
}
