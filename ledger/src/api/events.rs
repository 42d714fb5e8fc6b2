//! `/api/v1/feed` and `/api/v1/events`: what happened lately, and what happens now (server-sent events).
//!
//! An event's id is the feed item's number. A browser that comes back sends the last one that it saw and gets what it
//! missed, as long as that is kept. A listener that cannot keep up is sent away and comes back the same way.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Json,
    extract::State,
    http::HeaderMap,
    response::sse::{Event, KeepAlive, Sse},
};
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, broadcast::error::RecvError, mpsc, watch};
use tokio_stream::{Stream, wrappers::ReceiverStream};
use utoipa::{IntoParams, ToSchema};

use super::{Api, Problem, extract::InQuery};
use crate::view::{FeedItem, feed::Listener};

/// Items between the feed and one connection.
const QUEUE: usize = 32;
/// How long a connection may take for one item.
const ITEM_DEADLINE: Duration = Duration::from_secs(20);
/// What a browser waits before it comes back.
const RETRY: Duration = Duration::from_secs(2);
/// A word now and then, so that a dead connection is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Most items of the feed in one answer.
const FEED_MAX: usize = crate::view::feed::KEPT;

/// How much of the feed.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FeedParams {
    /// Newest items to return, 1 to 512; 50 when not said.
    #[param(minimum = 1, maximum = 512)]
    limit: Option<usize>,
}

/// Where to start.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LiveParams {
    /// Number of the last item that was seen; only what comes from now on when not said.
    after: Option<u64>,
}

/// The newest items.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct FeedPage {
    /// Oldest first.
    items: Vec<FeedItem>,
}

/// What happened lately
#[utoipa::path(get, path = "/api/v1/feed", tag = "live", params(FeedParams), responses(
    (status = 200, description = "The newest items, oldest of them first", body = FeedPage),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn feed(
    State(api): State<Api>,
    InQuery(params): InQuery<FeedParams>,
) -> Result<Json<FeedPage>, Problem> {
    let limit = params.limit.unwrap_or(50);
    if !(1..=FEED_MAX).contains(&limit) {
        return Err(Problem::bad_request(format!("limit is {limit}, allowed are 1 to {FEED_MAX}")));
    }
    let items = api.view.feed().newest(limit).into_iter().map(|item| FeedItem::clone(&item)).collect();
    Ok(Json(FeedPage { items }))
}

/// What happens now, as server-sent events
///
/// Each event's name is the item's `type`, its id the item's `seq`, its data the item as JSON.
#[utoipa::path(get, path = "/api/v1/events", tag = "live", params(LiveParams,
    ("Last-Event-ID" = Option<u64>, Header, description = "Number of the last item that was seen"),
), responses(
    (status = 200, description = "A stream of feed items", body = FeedItem, content_type = "text/event-stream"),
    (status = 400, description = "A parameter is not understood", body = Problem, content_type = "application/problem+json"),
    (status = 503, description = "Too many listeners", body = Problem, content_type = "application/problem+json"),
))]
pub(super) async fn live(
    State(api): State<Api>,
    InQuery(params): InQuery<LiveParams>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let Ok(place) = Arc::clone(&api.listeners).try_acquire_owned() else {
        return Err(Problem::unavailable(format!("{} are listening already", super::LISTENERS_MAX)));
    };
    let seen = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    let after = seen.or(params.after).unwrap_or_else(|| api.view.feed().last());
    let (missed, listener) = api.view.feed().listen_after(after);
    let (queue, events) = mpsc::channel(QUEUE);
    tokio::spawn(forward(missed, listener, queue, api.closing.clone(), place));
    Ok(Sse::new(ReceiverStream::new(events)).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// Feeds one connection until it goes away, falls behind, or the server closes.
async fn forward(
    missed: Vec<Arc<FeedItem>>,
    mut listener: Listener,
    queue: mpsc::Sender<Result<Event, Infallible>>,
    mut closing: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
) {
    let greeting = Event::default().retry(RETRY).comment("listening");
    if queue.send(Ok(greeting)).await.is_err() {
        return;
    }
    for item in missed {
        if !send(&queue, &item).await {
            return;
        }
    }
    loop {
        let item = tokio::select! {
            item = listener.recv() => item,
            () = queue.closed() => return,
            _ = closing.wait_for(|closing| *closing) => return,
        };
        match item {
            Ok(item) if send(&queue, &item).await => {}
            Ok(_) | Err(RecvError::Lagged(_) | RecvError::Closed) => return,
        }
    }
}

async fn send(queue: &mpsc::Sender<Result<Event, Infallible>>, item: &FeedItem) -> bool {
    let data = serde_json::to_string(item).expect("strings and numbers");
    let event = Event::default().id(item.seq.to_string()).event(item.event.kind()).data(data);
    queue.send_timeout(Ok(event), ITEM_DEADLINE).await.is_ok()
}
