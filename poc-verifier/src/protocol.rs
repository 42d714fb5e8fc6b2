//! The numbers of the protocol; what the law allows to send stands in [`crate::region`].

use identity::Hash;

pub use crate::region::Region;

/// Frames of a beacon.
pub const HOPS: usize = 8;
/// Bytes of a beacon frame's payload: short id, hop, 15 bytes of hash.
pub const PAYLOAD_BYTES: usize = 20;
/// Secret frequency offset of a hop: at most this, either way.
pub const FREQUENCY_DITHER_HZ: i32 = 500;
/// Secret time offset of a hop: at most this, either way.
pub const TIME_DITHER_NS: i32 = 50_000;
/// Secret reductions of a hop's power.
pub const POWER_DITHERS_DB: [u8; 4] = [0, 2, 4, 6];
/// Places nearer than this are one site, metres.
pub const SITE_M: f64 = 300.0;
/// Frames that a witness must have heard for its edge to count.
pub const HOPS_MIN: usize = 4;

/// When things happen in a window, in milliseconds from its start. A window has one beacon at most of each hotspot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// First moment a beacon may start.
    pub beacons_from_ms: u64,
    /// Last moment a beacon may start.
    pub beacons_until_ms: u64,
    /// From one hop of a beacon to the next, before dither.
    pub hop_spacing_ms: u64,
    /// Commitments that arrive later are not in the closed set.
    pub commitments_until_ms: u64,
    /// Openings and reveals that arrive later are withheld ones; then randomness is drawn for the audit.
    pub reveals_until_ms: u64,
    /// Samples that arrive later are withheld ones.
    pub showings_until_ms: u64,
    /// The window's length.
    pub window_ms: u64,
}

/// Everything that both sides must agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Channel plan.
    pub region: Region,
    /// Deadlines.
    pub timetable: Timetable,
    /// Windows a period; every hotspot beacons in one window of each.
    pub period_windows: u64,
    /// One beacon in so many is audited: its witnesses must show samples.
    pub audit_one_in: u64,
    /// One hotspot in so many is asked to answer a beacon.
    pub answer_one_in: u64,
    /// Name of the elevation model that levels are judged by, its [`geo_index::Terrain::digest`]; none when they are judged without.
    pub terrain: Option<Hash>,
}

/// Where thirty hotspots hear each other each answers every other period: a quarter of its beacons' air time.
const ANSWER_ONE_IN: u64 = 60;
/// Every beacon: 8.6 kB an edge. At one in four a copier with some noise of its own, whom only a day's guards together tell, was told in 57 days of 100
/// (`poc-trial`, 12 dB), and between audits copies were paid.
const AUDIT_ONE_IN: u64 = 1;

impl Protocol {
    /// Windows of five seconds.
    pub const fn new(region: Region, period_windows: u64) -> Self {
        let timetable = Timetable {
            beacons_from_ms: 200,
            beacons_until_ms: 2500,
            hop_spacing_ms: 40,
            commitments_until_ms: 3600,
            reveals_until_ms: 4200,
            showings_until_ms: 4800,
            window_ms: 5000,
        };
        Self {
            region,
            timetable,
            period_windows,
            audit_one_in: AUDIT_ONE_IN,
            answer_one_in: ANSWER_ONE_IN,
            terrain: None,
        }
    }
}
