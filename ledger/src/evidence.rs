//! One judged edge, with everything that a person may ask about it.
//!
//! The machine keeps integers and pays; this is the other half, kept beside it in the store: what was measured, what
//! was allowed, by which check. It is display data. Nothing in the machine ever reads it.

use serde::{Deserialize, Serialize};

/// A check's or an edge's answer. Silence and ignorance are not guilt: unproven earns nothing and costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Every check that could speak agreed, and both ends' places are proven.
    Accepted,
    /// At least one check was violated.
    Rejected,
    /// Nothing was violated, but something that must be known is not.
    Unproven,
}

/// What one check said of one edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the check: `freshness`, `link_budget`, `noise_floor`, `frequency`, `power_dither`, `time_dither`,
    /// `place`, `geometry`, ...
    pub check: String,
    /// What it concluded.
    pub outcome: Outcome,
    /// The measured value, in `unit`.
    pub measured: f64,
    /// The limit it was held against, in `unit`.
    pub allowed: f64,
    /// Unit of both values: `dB`, `Hz`, `us`, `m`, `hops`, ...
    pub unit: String,
    /// Log-likelihood ratio of dishonest over honest, natural logarithm; the worst finding names the edge's check.
    pub score: f64,
    /// One sentence for the owner: what this means and what to do.
    pub explanation: String,
}

/// One (beaconer, witness) edge of one round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeEvidence {
    /// Epoch that the round belongs to.
    pub epoch: u64,
    /// Beacon window within the ledger's history (one draw a window).
    pub window: u64,
    /// Content address (BLAKE3, hex) of the round's published bundle.
    pub bundle: String,
    /// Network time at which the beacon was sent, in milliseconds.
    pub time_ms: u64,
    /// Public key of the beaconer (33 bytes, hex).
    pub beaconer: String,
    /// Public key of the witness (33 bytes, hex).
    pub witness: String,
    /// The verdict.
    pub outcome: Outcome,
    /// The finding that decided it, empty when accepted.
    pub check: String,
    /// Every check's finding, in the order of the checks.
    pub findings: Vec<Finding>,
    /// Frames of the beacon that the witness decoded, of `hops_sent`.
    pub hops_heard: u8,
    /// Frames that a beacon has.
    pub hops_sent: u8,
    /// Median SNR over the heard hops, in the frame's bandwidth.
    pub snr_db: f64,
    /// Median received power over the heard hops.
    pub rssi_dbm: f64,
    /// Slant range between the two asserted places.
    pub distance_m: f64,
    /// H3 resolution-8 cell of the beaconer's place.
    pub beaconer_cell: u64,
    /// H3 resolution-8 cell of the witness's place: where the beacon was heard.
    pub witness_cell: u64,
}
