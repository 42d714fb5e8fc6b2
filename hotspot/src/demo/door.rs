//! The map's door: a port of the loopback address, and a server behind it.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::Arc,
};

use anyhow::{Context, Result};
use ledger::{
    api::{self, ApiConfig},
    view::View,
};
use tokio::runtime::Runtime;

use super::stop::Stop;

/// Threads of the server; the world has the rest of the machine.
const THREADS: usize = 2;

/// A port that is ours, with nobody behind it yet.
pub(super) struct Door {
    listener: TcpListener,
    address: SocketAddr,
    runtime: Runtime,
}

impl Door {
    /// Takes the port.
    pub(super) fn bind(port: u16) -> Result<Self> {
        let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listener = TcpListener::bind(wanted).with_context(|| {
            format!("cannot serve the map at {wanted} (choose another port with --port, or any free one with --port 0)")
        })?;
        listener.set_nonblocking(true).context("cannot serve the map")?;
        let address = listener.local_addr().context("cannot serve the map")?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(THREADS)
            .enable_all()
            .build()
            .context("cannot serve the map")?;
        Ok(Self { listener, address, runtime })
    }

    /// Serves the view on a thread of its own until the run ends; returns the address for a browser.
    pub(super) fn open(self, view: Arc<View>, stop: Stop) -> String {
        let address = format!("http://{}/", self.address);
        let service = api::router(view, ApiConfig::default());
        std::thread::spawn(move || {
            self.runtime.block_on(async {
                match tokio::net::TcpListener::from_std(self.listener) {
                    Ok(listener) => api::serve(listener, service, stop.wanted_async()).await,
                    Err(error) => eprintln!("hotspot: cannot serve the map: {error}"),
                }
            });
        });
        address
    }
}
