//! Runs the service on a listener, with bounds on connections and on the time to send a request's head.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};

use super::Service;

/// Connections at once; the next one waits.
const CONNECTIONS_MAX: usize = 256;
/// How long a request's head may take, also between requests.
const HEAD_DEADLINE: Duration = Duration::from_secs(20);
/// How long answers under way may take when the server closes.
const CLOSING_DEADLINE: Duration = Duration::from_secs(3);
/// Pause after the system refuses a connection (too many open files).
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Serves until `shutdown` completes, then ends the live feeds and gives the answers under way three seconds.
///
/// Binding is the caller's: a taken port is its error to explain. A connection that fails ends alone.
pub async fn serve(listener: TcpListener, service: Service, shutdown: impl Future<Output = ()>) {
    let Service { router, closing } = service;
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (listener.accept().await, place)
        };
        let (accepted, place) = tokio::select! {
            accepted = accepted => accepted,
            () = &mut shutdown => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(REFUSED_PAUSE).await;
            continue;
        };
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_DEADLINE);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Some(HEAD_DEADLINE))
            .max_concurrent_streams(64);
        let connection =
            builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router.clone()));
        let connection = graceful.watch(connection.into_owned());
        tokio::spawn(async move {
            // A connection that breaks is the browser's business.
            drop(connection.await);
            drop(place);
        });
    }
    drop(listener);
    closing.send_replace(true);
    drop(tokio::time::timeout(CLOSING_DEADLINE, graceful.shutdown()).await);
}
