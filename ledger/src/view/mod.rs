//! What the world may see of the network: one consistent snapshot an epoch, and a feed of what happens.
//!
//! The process that runs the network writes ([`View::publish_epoch`], [`View::event`]); the map server reads. A writer
//! never waits for a reader: snapshots are swapped as a whole, and a reader that falls behind in the feed is sent away to
//! come back with the number of the last item that it saw. Tiles, cards, tables and downloads of one epoch all come from
//! the same [`EpochView`], so that no two of them can disagree.
//!
//! Bounds: [`EPOCHS_KEPT`] epochs, of these only the newest with together at most [`EDGES_KEPT`] edges; [`feed::KEPT`]
//! feed items.
//!
//! What is not here: HTTP (that is `api`), the store, judgement of any kind. The view never decides; it repeats.

pub mod cells;
pub mod epoch;
pub mod feed;
pub mod snapshot;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

pub use epoch::EpochView;
pub use feed::{Feed, FeedItem, LiveEvent};
use geo_index::coverage::CoverageError;
use ledger_machine::PublicKey;
pub use snapshot::{EpochSnapshot, HotspotRow, NamedPlace, PlaceVerdict};
use thiserror::Error;

/// Most epochs that are kept.
pub const EPOCHS_KEPT: usize = 64;
/// Most edges of all kept epochs together; the newest epoch is kept whatever it has.
pub const EDGES_KEPT: usize = 200_000;

/// What does not change while the process runs.
#[derive(Clone, Debug, Default)]
pub struct ViewConfig {
    /// Name of the network, for titles.
    pub network: String,
    /// Where the randomness of draws comes from, in words: `trusted: one validator`.
    pub randomness: String,
    /// Whether the air is simulated: said wherever the data is shown.
    pub simulated: bool,
    /// Places with names, for the map and its search.
    pub places: Vec<NamedPlace>,
}

/// The read model. Share it in an [`Arc`].
#[derive(Debug)]
pub struct View {
    config: ViewConfig,
    epochs: RwLock<Arc<VecDeque<Arc<EpochView>>>>,
    numbers: Mutex<HashMap<PublicKey, u32>>,
    feed: Feed,
}

/// Why a snapshot was not published.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ViewError {
    /// Epochs only go forward; the newest may be published again with more in it.
    #[error("epoch {given} is older than the newest, {newest}")]
    Older {
        /// The epoch given.
        given: u64,
        /// The newest one published.
        newest: u64,
    },
    /// A hotspot is listed twice.
    #[error("hotspot {0} is listed twice")]
    ListedTwice(PublicKey),
    /// An edge's cell is no cell.
    #[error("edge {window}/{beaconer}/{witness}: {reason}")]
    NotACell {
        /// Window of the edge.
        window: u64,
        /// Its beaconer.
        beaconer: String,
        /// Its witness.
        witness: String,
        /// What is wrong.
        reason: geo_index::cell::CellError,
    },
    /// The cells contradict each other.
    #[error(transparent)]
    Coverage(#[from] CoverageError),
}

impl View {
    /// An empty view: nothing is published yet.
    pub fn new(config: ViewConfig) -> Self {
        Self { config, epochs: RwLock::default(), numbers: Mutex::default(), feed: Feed::default() }
    }

    /// What does not change.
    pub fn config(&self) -> &ViewConfig {
        &self.config
    }

    /// Shows a snapshot from now on, and says so in the feed. The newest epoch may be published again while it is open.
    ///
    /// # Errors
    /// [`ViewError`]; what was shown before stays.
    pub fn publish_epoch(&self, snapshot: EpochSnapshot) -> Result<Arc<EpochView>, ViewError> {
        // Held throughout: publications happen one after the other, readers do not take it.
        let mut numbers = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.newest();
        if let Some(before) = before.as_ref().filter(|before| before.epoch() > snapshot.epoch) {
            return Err(ViewError::Older { given: snapshot.epoch, newest: before.epoch() });
        }
        let earlier = self.epochs().iter().rev().find(|view| view.epoch() < snapshot.epoch).cloned();
        let revision = before
            .filter(|before| before.epoch() == snapshot.epoch)
            .map_or(0, |before| before.revision() + 1);
        let view = Arc::new(EpochView::build(snapshot, revision, &mut numbers, earlier.as_deref())?);
        self.keep(Arc::clone(&view));
        self.feed.push(LiveEvent::published(&view), &view);
        Ok(view)
    }

    /// Tells those who listen what happened. Names in its sentence are those of the newest snapshot.
    pub fn event(&self, event: LiveEvent) {
        self.feed.push(event, &self.newest_or_empty());
    }

    /// The feed.
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The kept epochs, oldest first.
    pub fn epochs(&self) -> Arc<VecDeque<Arc<EpochView>>> {
        Arc::clone(&self.epochs.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The newest epoch; `None` before anything was published.
    pub fn newest(&self) -> Option<Arc<EpochView>> {
        self.epochs().back().cloned()
    }

    /// The kept epoch with this number.
    pub fn at(&self, epoch: u64) -> Option<Arc<EpochView>> {
        self.epochs().iter().find(|view| view.epoch() == epoch).cloned()
    }

    fn newest_or_empty(&self) -> Arc<EpochView> {
        self.newest().unwrap_or_default()
    }

    fn keep(&self, view: Arc<EpochView>) {
        let mut kept = VecDeque::clone(&self.epochs());
        kept.retain(|old| old.epoch() != view.epoch());
        kept.push_back(view);
        let edges =
            |kept: &VecDeque<Arc<EpochView>>| kept.iter().map(|view| view.edges().len()).sum::<usize>();
        while kept.len() > EPOCHS_KEPT || (kept.len() > 1 && edges(&kept) > EDGES_KEPT) {
            kept.pop_front();
        }
        *self.epochs.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(kept);
    }
}
