//! One edge as the checks see it: a beacon as it was decided, and what one witness says it heard of it.

use std::ops::Deref;

use geo_index::{Terrain, geodesy::slant_range_m};
use identity::Hash;

use crate::{
    audit::Audit,
    checks::reciprocity::Level,
    messages::{Hop, Report, Showing},
    party::Party,
    place::PlaceVerdict,
    plan::{BeaconPlan, HopPlan},
    protocol::{HOPS, Protocol},
    sealed::Sealed,
};

/// Standard errors of the carrier offset and of the arrival that a frame at the decoding limit leaves, with room to spare. A report
/// states its own; stating more than this must not widen what may be invented.
const CFO_SIGMA_MAX_HZ: f64 = 10.0;
const ARRIVAL_SIGMA_MAX_NS: f64 = 300.0;

/// How a report stands with the window's closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Committed in time, and revealed as committed.
    Committed,
    /// No commitment of this witness to this beacon is in the closed set.
    NotCommitted,
    /// What was revealed is not what was committed to.
    Mismatch,
    /// Committed, never revealed.
    Withheld,
    /// Two different commitments of one key to one beacon.
    Equivocated,
}

/// A frame that was heard and is of this beacon.
#[derive(Clone, Copy, Debug)]
pub struct HeardHop<'a> {
    /// As measured.
    pub hop: &'a Hop,
    /// As decided.
    pub plan: &'a HopPlan,
}

/// What was asked of a witness after everything was opened, and what it answered.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// What randomness drew.
    pub audit: &'a Audit,
    /// The root that the witness committed to.
    pub samples_root: Hash,
    /// What it showed.
    pub showing: Option<&'a Sealed<Showing>>,
}

/// An edge.
#[derive(Clone, Debug)]
pub struct Edge<'a> {
    /// The protocol's numbers.
    pub protocol: &'a Protocol,
    /// Who sent.
    pub beaconer: &'a Party,
    /// Who heard.
    pub witness: &'a Party,
    /// Whether the beaconer was drawn in the window.
    pub drawn: bool,
    /// The beacon, once it was opened.
    pub plan: Option<&'a BeaconPlan>,
    /// How the report stands.
    pub standing: Standing,
    /// What the witness says.
    pub report: &'a Report,
    /// Network time at which the window began, ns.
    pub window_start_ns: i64,
    /// The beaconer's place, as others' measurements have it.
    pub beaconer_place: &'a PlaceVerdict,
    /// The witness's place.
    pub witness_place: &'a PlaceVerdict,
    /// Samples that were asked for; `None` when the round is not audited.
    pub asked: Option<Asked<'a>>,
    /// By how much the witness's answer to this beacon came back to the beaconer later than it should, ns; `None` where it was not
    /// asked to answer, or the beaconer did not hear it.
    pub answer_late_ns: Option<f64>,
    /// By how much the witness's clock is late where it runs free, told by everything else that it heard; `None` where that is too little.
    pub clock_late_ns: Option<f64>,
    /// What the beaconer heard of the witness, over the channels: the other direction; empty where it heard nothing. In an epoch both directions
    /// are held against each other when every edge has been judged by itself, and this is empty, too.
    pub back: Vec<Level>,
    /// Window from which the report's payloads are a recording, where that is known.
    pub recorded_in: Option<u64>,
    /// The ground, where it is known.
    pub terrain: Option<&'a Terrain>,
}

impl<'a> Edge<'a> {
    /// Frames whose payload is this beacon's; each hop counts once, the first time it was heard.
    pub fn heard(&self) -> Vec<HeardHop<'a>> {
        self.plan.map_or_else(Vec::new, |plan| HeardHop::of(plan, self.report))
    }

    /// Straight-line distance between the asserted places, metres.
    pub fn distance_m(&self) -> f64 {
        slant_range_m(self.beaconer.place, self.witness.place)
    }
}

/// An edge while it is examined, with what most checks ask of it.
#[derive(Debug)]
pub(crate) struct Examined<'e, 'a> {
    edge: &'e Edge<'a>,
    heard: Vec<HeardHop<'a>>,
    distance_m: f64,
}

impl<'e, 'a> Examined<'e, 'a> {
    pub(crate) fn of(edge: &'e Edge<'a>) -> Self {
        Self { edge, heard: edge.heard(), distance_m: edge.distance_m() }
    }

    /// As [`Edge::heard`].
    pub(crate) fn heard(&self) -> &[HeardHop<'a>] {
        &self.heard
    }

    /// As [`Edge::distance_m`].
    pub(crate) fn distance_m(&self) -> f64 {
        self.distance_m
    }
}

impl<'a> Deref for Examined<'_, 'a> {
    type Target = Edge<'a>;

    fn deref(&self) -> &Edge<'a> {
        self.edge
    }
}

impl<'a> HeardHop<'a> {
    /// Frames of a report whose payload is this beacon's; each hop counts once, the first time it was heard.
    pub fn of(plan: &'a BeaconPlan, report: &'a Report) -> Vec<Self> {
        let mut seen = [false; HOPS];
        let mut heard = Vec::with_capacity(HOPS.min(report.hops.len()));
        for hop in &report.hops {
            if let Some(index) = plan.hop_of(&hop.payload)
                && !std::mem::replace(&mut seen[index], true)
            {
                heard.push(HeardHop { hop, plan: &plan.hops[index] });
            }
        }
        heard
    }

    /// Carrier frequency that the transmission was planned on, Hz.
    pub fn carrier_hz(&self) -> f64 {
        f64::from(self.plan.channel_hz)
    }

    /// Carrier offset without the dither, Hz.
    pub fn cfo_hz(&self) -> f64 {
        self.hop.cfo_mhz as f64 * 1e-3 - f64::from(self.plan.frequency_dither_hz)
    }

    /// Its standard error as stated, Hz, as far as a decoded frame can have it.
    pub fn cfo_sigma_hz(&self) -> f64 {
        (f64::from(self.hop.cfo_sigma_mhz) * 1e-3).min(CFO_SIGMA_MAX_HZ)
    }

    /// Received power, dBm.
    pub fn rssi_dbm(&self) -> f64 {
        f64::from(self.hop.rssi_cdbm) * 0.01
    }

    /// Received power with the known step undone, on its channel.
    pub fn level(&self) -> Level {
        let level_db = self.rssi_dbm() + f64::from(self.plan.power_dither_db);
        Level { channel_hz: self.plan.channel_hz, level_db }
    }

    /// Noise floor as stated, dBm.
    pub fn noise_floor_dbm(&self) -> f64 {
        f64::from(self.hop.noise_floor_cdbm) * 0.01
    }

    /// SNR, dB.
    pub fn snr_db(&self) -> f64 {
        f64::from(self.hop.snr_cdb) * 0.01
    }

    /// Arrival after the planned start, ns: flight, half the frame, and both clocks' errors.
    pub fn delay_ns(&self, window_start_ns: i64) -> f64 {
        (self.hop.arrival_ns - window_start_ns - self.plan.start_ns) as f64
            + f64::from(self.hop.arrival_ps) * 1e-3
    }

    /// Standard error of the arrival as stated, ns, as far as a decoded frame can have it.
    pub fn arrival_sigma_ns(&self) -> f64 {
        (f64::from(self.hop.arrival_sigma_ps) * 1e-3).min(ARRIVAL_SIGMA_MAX_NS)
    }
}
