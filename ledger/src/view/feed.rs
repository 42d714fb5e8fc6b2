//! What happens, as it happens: numbered items, the newest kept, and a bounded queue for each who listens.
//!
//! Every item carries one sentence, written here once, so that the map's panel, the plain page and a screen reader say
//! the same words.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use super::EpochView;
use crate::evidence::Outcome;

/// Items that are kept for those who come back.
pub const KEPT: usize = 512;
/// Items that a listener may fall behind before it is sent away.
const QUEUE: usize = 256;
/// Hotspots that a sentence names before it counts the rest.
const NAMED: usize = 4;

/// Something that happened. Keys are public keys in hex; times are network time in milliseconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveEvent {
    /// A beacon is on the air.
    Beacon {
        /// When it started.
        time_ms: u64,
        /// Its window.
        window: u64,
        /// Who sends it.
        beaconer: String,
    },
    /// Its frames were decoded by others.
    Heard {
        /// When.
        time_ms: u64,
        /// Window of the beacon.
        window: u64,
        /// Who sent it.
        beaconer: String,
        /// Who decoded at least one frame.
        witnesses: Vec<String>,
    },
    /// The round was judged.
    Judged {
        /// When.
        time_ms: u64,
        /// Window of the beacon.
        window: u64,
        /// Who sent it.
        beaconer: String,
        /// Accepted edges.
        accepted: u32,
        /// Rejected edges.
        rejected: u32,
        /// Edges of which nothing could be said.
        unproven: u32,
    },
    /// An edge was rejected.
    Rejected {
        /// When.
        time_ms: u64,
        /// Window of the beacon.
        window: u64,
        /// Who sent it.
        beaconer: String,
        /// Who said that it heard it.
        witness: String,
        /// The check that decided.
        check: String,
        /// What that check says to the owner.
        explanation: String,
    },
    /// A hotspot's place was judged.
    Place {
        /// When.
        time_ms: u64,
        /// Whose.
        hotspot: String,
        /// What came of it.
        #[schema(value_type = String)]
        outcome: Outcome,
        /// Why.
        explanation: String,
    },
    /// The map shows something new: an epoch closed, or the open one was published again.
    Published {
        /// Network time of the snapshot.
        time_ms: u64,
        /// Its epoch.
        epoch: u64,
        /// Names it in tile addresses.
        version: String,
        /// Whether the epoch is settled.
        closed: bool,
        /// Cells proven in it.
        cells: u64,
        /// Accepted edges.
        accepted: u64,
        /// Rejected edges.
        rejected: u64,
        /// Unproven edges.
        unproven: u64,
        /// Paid, in base units of EAR.
        paid: String,
    },
    /// Anything else that people should know.
    Note {
        /// When.
        time_ms: u64,
        /// What.
        text: String,
    },
}

impl LiveEvent {
    /// The one word of its `type`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Beacon { .. } => "beacon",
            Self::Heard { .. } => "heard",
            Self::Judged { .. } => "judged",
            Self::Rejected { .. } => "rejected",
            Self::Place { .. } => "place",
            Self::Published { .. } => "published",
            Self::Note { .. } => "note",
        }
    }

    pub(super) fn published(view: &EpochView) -> Self {
        let totals = view.totals();
        Self::Published {
            time_ms: view.snapshot().time_ms,
            epoch: view.epoch(),
            version: view.version(),
            closed: view.snapshot().settlement.is_some(),
            cells: totals.cells_proven as u64,
            accepted: totals.accepted as u64,
            rejected: totals.rejected() as u64,
            unproven: totals.unproven as u64,
            paid: totals.paid.to_string(),
        }
    }

    /// The sentence for people, with hotspots by name.
    fn sentence(&self, view: &EpochView) -> String {
        let name = |key: &String| view.name_or_key(key);
        match self {
            Self::Beacon { beaconer, .. } => format!("{} is on the air", name(beaconer)),
            Self::Heard { beaconer, witnesses, .. } if witnesses.is_empty() => {
                format!("Nobody heard {}", name(beaconer))
            }
            Self::Heard { beaconer, witnesses, .. } => {
                format!("{} was heard by {}: {}", name(beaconer), witnesses.len(), listed(witnesses, view))
            }
            Self::Judged { beaconer, accepted, rejected, unproven, .. } => format!(
                "The beacon of {} was judged: {accepted} accepted, {rejected} rejected, {unproven} unproven",
                name(beaconer)
            ),
            Self::Rejected { beaconer, witness, check, explanation, .. } => {
                format!("{} to {} rejected by {}. {explanation}", name(beaconer), name(witness), words(check))
            }
            Self::Place { hotspot, outcome, explanation, .. } => {
                let said = match outcome {
                    Outcome::Accepted => "is proven",
                    Outcome::Rejected => "is disproven",
                    Outcome::Unproven => "is not proven",
                };
                format!("The place of {} {said}. {explanation}", name(hotspot))
            }
            Self::Published { epoch, closed: false, accepted, rejected, unproven, .. } => format!(
                "Epoch {epoch} so far: {accepted} edges accepted, {rejected} rejected, {unproven} unproven"
            ),
            Self::Published { epoch, cells, accepted, rejected, paid, .. } => format!(
                "Epoch {epoch} closed: {cells} cells proven, {accepted} edges accepted, {rejected} rejected, {} EAR paid",
                ear(paid)
            ),
            Self::Note { text, .. } => text.clone(),
        }
    }
}

/// A check's name as words: `link_budget` is read `link budget`.
pub fn words(check: &str) -> String {
    check.replace('_', " ")
}

/// Base units (10^-8) as EAR, without zeros at the end: "150000000" is "1.5".
pub fn ear(base_units: &str) -> String {
    let digits = format!("{base_units:0>9}");
    let (whole, part) = digits.split_at(digits.len() - 8);
    let part = part.trim_end_matches('0');
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

fn listed(keys: &[String], view: &EpochView) -> String {
    let mut names: Vec<_> = keys.iter().take(NAMED).map(|key| view.name_or_key(key)).collect();
    if keys.len() > NAMED {
        names.push(format!("{} more", keys.len() - NAMED));
    }
    names.join(", ")
}

/// A numbered event with its sentence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedItem {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// One sentence for people.
    pub text: String,
    /// What happened.
    #[serde(flatten)]
    pub event: LiveEvent,
}

/// The newest items, and those who listen.
#[derive(Debug)]
pub struct Feed {
    kept: Mutex<VecDeque<Arc<FeedItem>>>,
    listeners: broadcast::Sender<Arc<FeedItem>>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { kept: Mutex::default(), listeners: broadcast::Sender::new(QUEUE) }
    }
}

/// A listener's queue. It ends for one that falls too far behind.
pub type Listener = broadcast::Receiver<Arc<FeedItem>>;

impl Feed {
    pub(super) fn push(&self, event: LiveEvent, view: &EpochView) {
        let text = event.sentence(view);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let seq = kept.back().map_or(1, |item| item.seq + 1);
        let item = Arc::new(FeedItem { seq, text, event });
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Arc::clone(&item));
        // Under the lock, so that a listener that joins gets each item once. Nobody listening is no error.
        drop(self.listeners.send(item));
    }

    /// The newest items, oldest of them first.
    pub fn newest(&self, count: usize) -> Vec<Arc<FeedItem>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().skip(kept.len().saturating_sub(count)).cloned().collect()
    }

    /// Kept items after number `seq`, and a queue for everything that follows them.
    pub fn listen_after(&self, seq: u64) -> (Vec<Arc<FeedItem>>, Listener) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        (kept.iter().filter(|item| item.seq > seq).cloned().collect(), self.listeners.subscribe())
    }

    /// Number of the newest item, 0 when there is none.
    pub fn last(&self) -> u64 {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).back().map_or(0, |item| item.seq)
    }
}
