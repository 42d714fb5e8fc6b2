//! A published round: everything that was said about one beacon, and the facts needed to judge it again. Its address is the BLAKE3
//! of its bytes.

pub(crate) mod json;
mod open;
mod replay;

use identity::{Hash, MerklePath};
use prost::Message as _;

use crate::{
    messages::{ClosedSet, Commitment, Opening, Reveal, Showing},
    party::Party,
    plan::Randomness,
    protocol::{Protocol, Region},
    sealed::Sealed,
    wire::{self, DecodeError, proto},
};

pub use open::{OpenError, OpenFiles};
pub use replay::Inconsistent;

/// Largest bundle that is read.
pub const BUNDLE_BYTES_MAX: usize = 16 << 20;
/// Witnesses of one bundle, and their number in the schema.
const WITNESSES_MAX: usize = 1024;
const WITNESSES_FIELD: u32 = 7;
/// Commitments of one witness: one, or the two of an equivocation; and their number in the schema.
const COMMITMENTS_MAX: usize = 2;
const COMMITMENTS_FIELD: u32 = 2;
/// Paths of one witness are as many as its commitments; and their number in the schema.
const PATHS_FIELD: u32 = 5;
/// Levels of the highest tree that a closed set can have, and their number in the schema.
const NEIGHBOURS_MAX: usize = 32;
const NEIGHBOURS_FIELD: u32 = 3;
/// The one version that is written and read: 2, since commitments carry their paths.
const VERSION: u32 = 2;
/// Network time of any window, ms: within a century, so that it is a number of nanoseconds, too.
const WINDOW_START_MAX_MS: i64 = 4_000_000_000_000;

/// One witness's part.
#[derive(Clone, Debug, PartialEq)]
pub struct Witnessed {
    /// Who.
    pub party: Party,
    /// What was committed to: once, or twice as proof of an equivocation, or never.
    pub commitments: Vec<Sealed<Commitment>>,
    /// Where each of them stands under the closed set's root; one whose path does not lead there counts as not committed.
    pub paths: Vec<MerklePath>,
    /// What was opened.
    pub reveal: Option<Sealed<Reveal>>,
    /// Samples that were asked for and shown.
    pub showing: Option<Sealed<Showing>>,
}

/// A published round.
#[derive(Clone, Debug, PartialEq)]
pub struct Bundle {
    /// What the round was played by; deadlines are those of [`Protocol::new`].
    pub protocol: Protocol,
    /// Window.
    pub window: u64,
    /// Network time at which it began, ms.
    pub window_start_ms: u64,
    /// Public randomness.
    pub randomness: Randomness,
    /// Who beaconed.
    pub beaconer: Party,
    /// The opened link.
    pub opening: Option<Sealed<Opening>>,
    /// The closed set.
    pub closed_set: Option<Sealed<ClosedSet>>,
    /// Randomness drawn after the reveals; none when the round was not audited by anybody's draw.
    pub fresh: Option<Hash>,
    /// Everybody who said something.
    pub witnesses: Vec<Witnessed>,
}

impl Bundle {
    /// Canonical bytes.
    pub fn encode(&self) -> Vec<u8> {
        let witnesses = self.witnesses.iter().map(|witnessed| proto::Witnessed {
            party: Some(witnessed.party.to_proto()),
            commitments: witnessed.commitments.iter().map(Sealed::to_proto).collect(),
            paths: witnessed.paths.iter().map(path_to_proto).collect(),
            reveal: witnessed.reveal.as_ref().map(Sealed::to_proto),
            showing: witnessed.showing.as_ref().map(Sealed::to_proto),
        });
        proto::Bundle {
            window: self.window,
            window_start_ms: self.window_start_ms,
            randomness: self.randomness.window.bytes().to_vec(),
            period_randomness: self.randomness.period.bytes().to_vec(),
            beaconer: Some(self.beaconer.to_proto()),
            opening: self.opening.as_ref().map(Sealed::to_proto),
            closed_set: self.closed_set.as_ref().map(Sealed::to_proto),
            witnesses: witnesses.collect(),
            rules: Some(rules(&self.protocol)),
            version: VERSION,
            fresh_randomness: self.fresh.map(|fresh| fresh.bytes().to_vec()).unwrap_or_default(),
        }
        .encode_to_vec()
    }

    /// Reads a bundle; every signature in it holds then.
    ///
    /// # Errors
    /// [`DecodeError`] when it is none, or too large.
    pub fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        // The parser refuses what is larger before it reads anything.
        if bytes.len() <= BUNDLE_BYTES_MAX {
            for witnessed in wire::entries("witnesses", bytes, WITNESSES_FIELD, WITNESSES_MAX)? {
                wire::entries("commitments", witnessed, COMMITMENTS_FIELD, COMMITMENTS_MAX)?;
                for path in wire::entries("paths", witnessed, PATHS_FIELD, COMMITMENTS_MAX)? {
                    wire::entries("neighbours", path, NEIGHBOURS_FIELD, NEIGHBOURS_MAX)?;
                }
            }
        }
        Self::from_proto(wire::decode("bundle", bytes, BUNDLE_BYTES_MAX)?)
    }

    fn from_proto(raw: proto::Bundle) -> Result<Self, DecodeError> {
        wire::in_range("version", raw.version, VERSION, VERSION)?;
        Ok(Self {
            protocol: protocol(&raw.rules.ok_or(DecodeError::Missing("rules"))?)?,
            window: raw.window,
            window_start_ms: wire::in_range(
                "window_start_ms",
                raw.window_start_ms as i64,
                0,
                WINDOW_START_MAX_MS,
            )? as u64,
            randomness: Randomness {
                period: Hash::new(wire::fixed("period_randomness", &raw.period_randomness)?),
                window: Hash::new(wire::fixed("randomness", &raw.randomness)?),
            },
            beaconer: Party::from_proto(&raw.beaconer.ok_or(DecodeError::Missing("beaconer"))?)?,
            opening: raw.opening.map(Sealed::from_proto).transpose()?,
            closed_set: raw.closed_set.map(Sealed::from_proto).transpose()?,
            fresh: optional("fresh_randomness", &raw.fresh_randomness)?,
            witnesses: raw.witnesses.into_iter().map(witnessed).collect::<Result<_, _>>()?,
        })
    }

    /// Content address of encoded bytes.
    pub fn address(bytes: &[u8]) -> Hash {
        Hash::new(*blake3::hash(bytes).as_bytes())
    }
}

fn rules(protocol: &Protocol) -> proto::Rules {
    proto::Rules {
        region: protocol.region.name.into(),
        period_windows: protocol.period_windows,
        audit_one_in: protocol.audit_one_in,
        answer_one_in: protocol.answer_one_in,
        terrain: protocol.terrain.map(|terrain| terrain.bytes().to_vec()).unwrap_or_default(),
    }
}

fn protocol(raw: &proto::Rules) -> Result<Protocol, DecodeError> {
    let one_in = |field, value: u64| wire::in_range(field, value.min(1 << 40) as i64, 1, 1 << 32);
    let region = Region::named(&raw.region).ok_or(DecodeError::Region)?;
    let period_windows = one_in("period_windows", raw.period_windows)? as u64;
    Ok(Protocol {
        audit_one_in: one_in("audit_one_in", raw.audit_one_in)? as u64,
        answer_one_in: one_in("answer_one_in", raw.answer_one_in)? as u64,
        terrain: optional("terrain", &raw.terrain)?,
        ..Protocol::new(region, period_windows)
    })
}

/// A hash that may be left out.
fn optional(field: &'static str, bytes: &[u8]) -> Result<Option<Hash>, DecodeError> {
    if bytes.is_empty() { Ok(None) } else { Ok(Some(Hash::new(wire::fixed(field, bytes)?))) }
}

fn path_to_proto(path: &MerklePath) -> proto::Path {
    proto::Path {
        index: path.index as u32,
        leaves: path.leaves as u32,
        neighbours: path.neighbours.iter().map(|hash| hash.bytes().to_vec()).collect(),
    }
}

fn path(raw: &proto::Path) -> Result<MerklePath, DecodeError> {
    let leaves = wire::in_range("leaves", raw.leaves, 1, u32::MAX)?;
    let index = wire::in_range("index", raw.index, 0, leaves - 1)?;
    let neighbours = raw.neighbours.iter().map(|hash| Ok(Hash::new(wire::fixed("neighbours", hash)?)));
    let neighbours = neighbours.collect::<Result<_, DecodeError>>()?;
    Ok(MerklePath { index: index as usize, leaves: leaves as usize, neighbours })
}

fn witnessed(raw: proto::Witnessed) -> Result<Witnessed, DecodeError> {
    let commitments = raw.commitments.len() as i64;
    wire::in_range("paths", raw.paths.len() as i64, commitments, commitments)?;
    Ok(Witnessed {
        party: Party::from_proto(&raw.party.ok_or(DecodeError::Missing("party"))?)?,
        commitments: raw.commitments.into_iter().map(Sealed::from_proto).collect::<Result<_, _>>()?,
        paths: raw.paths.iter().map(path).collect::<Result<_, _>>()?,
        reveal: raw.reveal.map(Sealed::from_proto).transpose()?,
        showing: raw.showing.map(Sealed::from_proto).transpose()?,
    })
}
