//! Serves the map over GENERATED data, for working on the page and for its tests.
//!
//!     cargo run --release -p ledger --example page -- [PORT] [HOTSPOTS] [SECONDS_PER_WINDOW]
//!
//! Prints the address. With `EARSHOT_PAGE_DIR` the page's own files are read from that folder at every request, so that a
//! change needs no build.

mod generated;

use std::{env, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    extract::Request,
    http::header,
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use generated::Generated;
use ledger::{
    api::{self, ApiConfig},
    view::View,
};

/// Epochs that are there from the start.
const EPOCHS_BEFORE: u64 = 6;
const WINDOWS_PER_EPOCH: u64 = 12;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let argument = |at: usize, otherwise: u64| {
        env::args().nth(at).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (port, hotspots) = (argument(1, 8080) as u16, argument(2, 24) as usize);
    let pause = Duration::from_secs_f64(env::args().nth(3).and_then(|text| text.parse().ok()).unwrap_or(3.0));
    let network = Generated::new(7, hotspots);
    let view = Arc::new(View::new(Generated::config()));
    for epoch in 0..EPOCHS_BEFORE {
        view.publish_epoch(network.epoch(epoch))?;
    }
    let mut service = api::router(Arc::clone(&view), ApiConfig::default());
    if let Some(folder) = env::var_os("EARSHOT_PAGE_DIR").map(PathBuf::from) {
        service.router = service
            .router
            .layer(middleware::from_fn(move |request, next| from_disk(folder.clone(), request, next)));
    }
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{}/", listener.local_addr()?);
    tokio::spawn(live(network, view, pause));
    api::serve(listener, service, async { drop(tokio::signal::ctrl_c().await) }).await;
    Ok(())
}

async fn live(network: Generated, view: Arc<View>, pause: Duration) {
    for epoch in EPOCHS_BEFORE.. {
        for window in 0..WINDOWS_PER_EPOCH {
            for event in network.events(epoch, window) {
                view.event(event);
                tokio::time::sleep(pause / 4).await;
            }
        }
        if let Err(error) = view.publish_epoch(network.epoch(epoch)) {
            eprintln!("epoch {epoch}: {error}");
        }
    }
}

/// Our own page files from a folder, everything else from the service.
async fn from_disk(folder: PathBuf, request: Request, next: Next) -> Response {
    let name = match request.uri().path() {
        "/" => "index.html",
        "/coverage" => "coverage.html",
        path => path.strip_prefix("/assets/").unwrap_or(""),
    };
    let kind = match name.rsplit_once('.').map(|(_, kind)| kind) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        _ => return next.run(request).await,
    };
    let plain = !name.contains('/') && !name.contains("..");
    match plain.then(|| std::fs::read(folder.join(name))) {
        Some(Ok(bytes)) => {
            ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")], bytes).into_response()
        }
        _ => next.run(request).await,
    }
}
