//! Ctrl-C: the first ends the run at the next window, the second ends the process.

use std::{
    ops::ControlFlow,
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use tokio::sync::Notify;

/// Exit code of a process ended by an interrupt, as shells have it.
const INTERRUPTED: i32 = 130;

/// Whether the run shall end. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(super) struct Stop {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    wanted: Mutex<bool>,
    changed: Condvar,
    notified: Notify,
}

impl Stop {
    /// Listens for interrupts from now on.
    pub(super) fn on_ctrl_c() -> Result<Self> {
        let stop = Self::default();
        let listening = stop.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot listen for Ctrl-C")?;
        std::thread::Builder::new()
            .name("ctrl-c".into())
            .spawn(move || runtime.block_on(listening.listen()))
            .context("cannot listen for Ctrl-C")?;
        Ok(stop)
    }

    async fn listen(self) {
        if tokio::signal::ctrl_c().await.is_ok() {
            self.set();
        }
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(INTERRUPTED);
        }
    }

    fn set(&self) {
        *self.shared.wanted.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.shared.changed.notify_all();
        self.shared.notified.notify_one();
    }

    /// Whether somebody wants the run to end.
    pub(super) fn wanted(&self) -> bool {
        *self.shared.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same for a loop.
    pub(super) fn flow(&self) -> ControlFlow<()> {
        if self.wanted() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Waits for it.
    pub(super) fn wait(&self) {
        let mut wanted = self.shared.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        while !*wanted {
            wanted = self.shared.changed.wait(wanted).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for it, but not longer.
    pub(super) fn wait_at_most(&self, time: Duration) {
        let wanted = self.shared.wanted.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.shared.changed.wait_timeout_while(wanted, time, |wanted| !*wanted));
    }

    /// Waits for it among other futures; one task may.
    pub(super) async fn wanted_async(self) {
        self.shared.notified.notified().await;
    }
}
