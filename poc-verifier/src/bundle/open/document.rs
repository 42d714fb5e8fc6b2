//! `bundle.json`. Its fields are the schema's, bytes in hexadecimal; `S` is what stands under `says`.

use serde::{Deserialize, Serialize};

use crate::{
    bundle::{
        COMMITMENTS_MAX, WITNESSES_MAX,
        json::{Hex, at_most},
    },
    wire::proto,
};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "S: Deserialize<'de>"))]
pub(super) struct Document<S> {
    /// For people; not looked at.
    #[serde(default)]
    pub(super) about: String,
    pub(super) version: u32,
    pub(super) rules: proto::Rules,
    pub(super) window: u64,
    pub(super) window_start_ms: u64,
    pub(super) randomness: Hex,
    pub(super) period_randomness: Hex,
    /// Empty when none was drawn.
    #[serde(default)]
    pub(super) fresh_randomness: Hex,
    pub(super) beaconer: proto::Party,
    pub(super) opening: Option<Signed<S>>,
    pub(super) closed_set: Option<Signed<S>>,
    #[serde(deserialize_with = "at_most::<_, _, WITNESSES_MAX>")]
    pub(super) witnesses: Vec<WitnessPart<S>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "S: Deserialize<'de>"))]
pub(super) struct WitnessPart<S> {
    pub(super) party: proto::Party,
    #[serde(deserialize_with = "at_most::<_, _, COMMITMENTS_MAX>")]
    pub(super) commitments: Vec<Committed<S>>,
    pub(super) reveal: Option<Signed<S>>,
    pub(super) showing: Option<Shown<S>>,
}

/// A signed message: body, key and signature are what counts.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "S: Deserialize<'de>"))]
pub(super) struct Signed<S> {
    pub(super) says: Option<S>,
    pub(super) body: Hex,
    pub(super) key: Hex,
    pub(super) signature: Hex,
}

/// A commitment, and where it stands under the closed set's root.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "S: Deserialize<'de>"))]
pub(super) struct Committed<S> {
    pub(super) message: Signed<S>,
    pub(super) path: proto::Path,
}

/// A showing, and the names of the recordings that have its samples, without their endings.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "S: Deserialize<'de>"))]
pub(super) struct Shown<S> {
    pub(super) message: Signed<S>,
    pub(super) guard: Option<String>,
    pub(super) segment: Option<String>,
}
