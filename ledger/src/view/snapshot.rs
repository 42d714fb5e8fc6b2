//! What the network hands over when an epoch closes (or while it is open).

use geo_index::Place;
use ledger_machine::{ClockClass, EpochSummary, PublicKey, RewardLine, SupplySummary};

use crate::evidence::{EdgeEvidence, Outcome};

/// Everything that is known of one epoch.
#[derive(Clone, Debug)]
pub struct EpochSnapshot {
    /// The epoch.
    pub epoch: u64,
    /// Network time of the snapshot, in milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// Height of the newest block in it.
    pub block_height: u64,
    /// Hash of the state after that block, hex.
    pub state_hash: String,
    /// Every registered hotspot.
    pub hotspots: Vec<HotspotRow>,
    /// Every judged edge of the epoch.
    pub edges: Vec<EdgeEvidence>,
    /// What is known of asserted places, at most one verdict a hotspot.
    pub places: Vec<PlaceVerdict>,
    /// What was paid in the epoch.
    pub rewards: Vec<RewardLine>,
    /// The epoch's totals; `None` while it is open.
    pub settlement: Option<EpochSummary>,
    /// Where every unit of EAR is.
    pub supply: Option<SupplySummary>,
}

/// A registered hotspot.
#[derive(Clone, Debug)]
pub struct HotspotRow {
    /// Its public key.
    pub key: PublicKey,
    /// Its name for people.
    pub name: String,
    /// Whom its rewards go to.
    pub owner: PublicKey,
    /// Where it says that it stands.
    pub place: Place,
    /// Antenna gain, dBi.
    pub antenna_gain_dbi: f64,
    /// Radiated power, dBm EIRP.
    pub eirp_dbm: f64,
    /// What its clock follows.
    pub clock: ClockClass,
    /// Named in genesis as one of the first anchors.
    pub genesis_anchor: bool,
    /// Epoch in which it was registered.
    pub registered_epoch: u64,
}

/// What others' measurements say of an asserted place.
#[derive(Clone, Debug)]
pub struct PlaceVerdict {
    /// Whose place.
    pub hotspot: PublicKey,
    /// Accepted: proven. Rejected: disproven. Unproven: not tested enough.
    pub outcome: Outcome,
    /// Independent anchors whose measurements were used.
    pub anchors: u32,
    /// Median over the anchors of |measured - expected| path difference, metres; `None` without measurements.
    pub residual_median_m: Option<f64>,
    /// Largest of these, metres.
    pub residual_max_m: Option<f64>,
    /// Distance between the asserted place and the one that fits the measurements best, metres.
    pub offset_m: Option<f64>,
    /// One sentence for the owner: what this means and what to do.
    pub explanation: String,
    /// What else the epoch says of the hotspot, a sentence each: its power, its clock, that nobody hears it.
    pub flags: Vec<String>,
}

/// A place with a name.
#[derive(Clone, Debug)]
pub struct NamedPlace {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub place: Place,
}
