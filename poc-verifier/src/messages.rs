//! What is said in a round. Fields and units are those of `proto/proof.proto`.

mod showing;

use identity::{Context, Hash, PublicKey};
use prost::Message as _;

use crate::{
    sealed::Message,
    wire::{self, DecodeError, proto},
};

pub use showing::Showing;

/// First bytes of a hash of a beaconer's key: who a payload is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ShortId(pub [u8; 4]);

const SHORT_ID: Context = Context::new("earshot 2026 short id");
const COMMITTED: Context = Context::new("earshot 2026 committed report");

impl ShortId {
    /// The short id of a key.
    pub fn of(key: &PublicKey) -> Self {
        let hash = Hash::of(SHORT_ID, &[key.bytes()]);
        let [a, b, c, d, ..] = *hash.bytes();
        Self([a, b, c, d])
    }
}

/// A witness commits to its report on one beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// Window of the beacon.
    pub window: u64,
    /// Which beacon of the window.
    pub beacon: ShortId,
    /// [`Reveal::digest`] of what will be revealed.
    pub digest: Hash,
}

/// A verifier closes a window's commitments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClosedSet {
    /// Window.
    pub window: u64,
    /// How many there were.
    pub commitments: u32,
    /// Merkle root over the sealed commitments, sorted by their bytes.
    pub root: Hash,
}

/// A beaconer opens its link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Window.
    pub window: u64,
    /// The link.
    pub link: Hash,
}

/// A witness opens what it committed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// The report, as it was hashed.
    pub report: Vec<u8>,
    /// What made the commitment unguessable.
    pub salt: [u8; 32],
    /// Merkle root over the samples behind the report.
    pub samples_root: Hash,
}

impl Reveal {
    /// The report.
    ///
    /// # Errors
    /// [`DecodeError`] when it is none.
    pub fn read(&self) -> Result<Report, DecodeError> {
        Report::decode(&self.report)
    }

    /// What the witness of this key has committed to; bound to the key, so that nobody can copy a neighbour's commitment.
    pub fn digest(&self, witness: &PublicKey) -> Hash {
        let length = (self.report.len() as u64).to_le_bytes();
        Hash::of(COMMITTED, &[witness.bytes(), &self.salt, self.samples_root.bytes(), &length, &self.report])
    }
}

/// What a witness heard of one beacon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Window.
    pub window: u64,
    /// Which beacon.
    pub beacon: ShortId,
    /// One entry a frame, in the order of arrival; at most [`Report::HOPS_MAX`].
    pub hops: Vec<Hop>,
}

impl Report {
    /// Frames that a report may have: a beacon's eight, and what a rebroadcaster adds.
    pub const HOPS_MAX: usize = 32;
}

/// One frame as measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Payload, 1 to 32 bytes.
    pub payload: Vec<u8>,
    /// Centre of the channel, Hz.
    pub channel_hz: u32,
    /// Received power, hundredths of dBm.
    pub rssi_cdbm: i32,
    /// Noise in the bandwidth, hundredths of dBm.
    pub noise_floor_cdbm: i32,
    /// Signal over noise in the bandwidth, hundredths of dB.
    pub snr_cdb: i32,
    /// Carrier offset, millihertz.
    pub cfo_mhz: i64,
    /// Its standard error, millihertz.
    pub cfo_sigma_mhz: u32,
    /// Sample-clock offset, parts per billion.
    pub sfo_ppb: i32,
    /// Its standard error, parts per billion.
    pub sfo_sigma_ppb: u32,
    /// Arrival of the frame's middle, nanoseconds of network time.
    pub arrival_ns: i64,
    /// The rest, 0 to 999 ps.
    pub arrival_ps: u32,
    /// Its standard error, ps.
    pub arrival_sigma_ps: u32,
    /// Carrier phase, thousandths of a degree.
    pub phase_mdeg: u32,
}

impl Message for Commitment {
    const KIND: &'static str = "commitment";
    const CONTEXT: Context = Context::new("earshot 2026 commitment");
    const BYTES_MAX: usize = 64;

    fn encode(&self) -> Vec<u8> {
        let digest = self.digest.bytes().to_vec();
        proto::Commitment { window: self.window, beacon: self.beacon.0.to_vec(), digest }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let raw: proto::Commitment = wire::decode(Self::KIND, bytes, Self::BYTES_MAX)?;
        let beacon = ShortId(wire::fixed("beacon", &raw.beacon)?);
        Ok(Self { window: raw.window, beacon, digest: Hash::new(wire::fixed("digest", &raw.digest)?) })
    }
}

impl Message for ClosedSet {
    const KIND: &'static str = "closed set";
    const CONTEXT: Context = Context::new("earshot 2026 closed set");
    const BYTES_MAX: usize = 64;

    fn encode(&self) -> Vec<u8> {
        let root = self.root.bytes().to_vec();
        proto::ClosedSet { window: self.window, commitments: self.commitments, root }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let raw: proto::ClosedSet = wire::decode(Self::KIND, bytes, Self::BYTES_MAX)?;
        let root = Hash::new(wire::fixed("root", &raw.root)?);
        Ok(Self { window: raw.window, commitments: raw.commitments, root })
    }
}

impl Message for Opening {
    const KIND: &'static str = "opening";
    const CONTEXT: Context = Context::new("earshot 2026 opening");
    const BYTES_MAX: usize = 64;

    fn encode(&self) -> Vec<u8> {
        proto::Opening { window: self.window, link: self.link.bytes().to_vec() }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let raw: proto::Opening = wire::decode(Self::KIND, bytes, Self::BYTES_MAX)?;
        Ok(Self { window: raw.window, link: Hash::new(wire::fixed("link", &raw.link)?) })
    }
}

impl Message for Reveal {
    const KIND: &'static str = "reveal";
    const CONTEXT: Context = Context::new("earshot 2026 reveal");
    const BYTES_MAX: usize = Report::BYTES_MAX + 128;

    fn encode(&self) -> Vec<u8> {
        let samples_root = self.samples_root.bytes().to_vec();
        proto::Reveal { report: self.report.clone(), salt: self.salt.to_vec(), samples_root }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let raw: proto::Reveal = wire::decode(Self::KIND, bytes, Self::BYTES_MAX)?;
        let samples_root = Hash::new(wire::fixed("samples_root", &raw.samples_root)?);
        Ok(Self { report: raw.report, salt: wire::fixed("salt", &raw.salt)?, samples_root })
    }
}

impl Message for Report {
    const KIND: &'static str = "report";
    const CONTEXT: Context = Context::new("earshot 2026 report");
    const BYTES_MAX: usize = 4096;

    fn encode(&self) -> Vec<u8> {
        let hops = self.hops.iter().map(Hop::to_proto).collect();
        proto::Report { window: self.window, beacon: self.beacon.0.to_vec(), hops }.encode_to_vec()
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        let raw: proto::Report = wire::decode(Self::KIND, bytes, Self::BYTES_MAX)?;
        wire::in_range("hops", raw.hops.len() as i64, 0, Self::HOPS_MAX as i64)?;
        let hops = raw.hops.into_iter().map(Hop::from_proto).collect::<Result<_, _>>()?;
        Ok(Self { window: raw.window, beacon: ShortId(wire::fixed("beacon", &raw.beacon)?), hops })
    }
}

/// Times within a century and offsets within a megahertz keep every later sum far from overflow.
const CENTURY_NS: i64 = 4_000_000_000_000_000_000;

impl Hop {
    fn to_proto(&self) -> proto::Hop {
        proto::Hop {
            payload: self.payload.clone(),
            channel_hz: self.channel_hz,
            rssi_cdbm: self.rssi_cdbm,
            noise_floor_cdbm: self.noise_floor_cdbm,
            snr_cdb: self.snr_cdb,
            cfo_mhz: self.cfo_mhz,
            cfo_sigma_mhz: self.cfo_sigma_mhz,
            sfo_ppb: self.sfo_ppb,
            sfo_sigma_ppb: self.sfo_sigma_ppb,
            arrival_ns: self.arrival_ns,
            arrival_ps: self.arrival_ps,
            arrival_sigma_ps: self.arrival_sigma_ps,
            phase_mdeg: self.phase_mdeg,
        }
    }

    fn from_proto(raw: proto::Hop) -> Result<Self, DecodeError> {
        wire::in_range("payload", raw.payload.len() as i64, 1, 32)?;
        Ok(Self {
            payload: raw.payload,
            channel_hz: raw.channel_hz,
            rssi_cdbm: wire::in_range("rssi_cdbm", raw.rssi_cdbm, -30_000, 10_000)?,
            noise_floor_cdbm: wire::in_range("noise_floor_cdbm", raw.noise_floor_cdbm, -30_000, 10_000)?,
            snr_cdb: wire::in_range("snr_cdb", raw.snr_cdb, -10_000, 20_000)?,
            cfo_mhz: wire::in_range("cfo_mhz", raw.cfo_mhz, -1_000_000_000, 1_000_000_000)?,
            cfo_sigma_mhz: wire::in_range("cfo_sigma_mhz", raw.cfo_sigma_mhz, 0, 1_000_000_000)?,
            sfo_ppb: wire::in_range("sfo_ppb", raw.sfo_ppb, -1_000_000, 1_000_000)?,
            sfo_sigma_ppb: wire::in_range("sfo_sigma_ppb", raw.sfo_sigma_ppb, 0, 1_000_000)?,
            arrival_ns: wire::in_range("arrival_ns", raw.arrival_ns, 0, CENTURY_NS)?,
            arrival_ps: wire::in_range("arrival_ps", raw.arrival_ps, 0, 999)?,
            arrival_sigma_ps: wire::in_range("arrival_sigma_ps", raw.arrival_sigma_ps, 0, 1_000_000_000)?,
            phase_mdeg: wire::in_range("phase_mdeg", raw.phase_mdeg, 0, 359_999)?,
        })
    }
}
