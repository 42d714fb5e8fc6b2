//! S11, replayer: records a neighbour's beacon off the air, samples and all, and sends it again in a later window in which that
//! neighbour is not drawn, hoping that whoever hears it earns the two of them an edge. The payload is an older window's.

use hotspot_agent::{BEACON_RATE_HZ, HeardBeacon, Transmission};
use num_complex::Complex32;
use poc_verifier::{
    CheckName,
    messages::{Hop, ShortId},
    protocol::HOPS,
};

use super::{Recorded, Villain, Window};

pub(super) const NAME: &str = "replayer";
pub(super) const CAUGHT_BY: CheckName = CheckName::Freshness;

/// Windows that a recording is kept before it is used.
const AGE_MIN: u64 = 2;
/// Windows between two rebroadcasts: it keeps the duty cycle, too.
const REST: u64 = 4;
/// Recorded before and after each frame, ns.
const MARGIN_NS: i64 = 500_000;
/// Conducted power, dBm.
const POWER_DBM: f64 = 13.7;

#[derive(Default)]
pub(super) struct Replayer {
    recording: Option<Recording>,
    last_sent: Option<u64>,
}

struct Recording {
    of: ShortId,
    window: u64,
    window_start_ns: i64,
    bursts: Vec<(u32, i64, Vec<Complex32>)>,
}

impl Recording {
    /// A beacon heard whole, each frame cut out of the capture that it is in.
    fn of(window: &Window, beacon: &HeardBeacon, captures: &[Recorded]) -> Option<Self> {
        if beacon.hops.len() != HOPS {
            return None;
        }
        let airtime_us = window.protocol.region.beacon_airtime_us() / HOPS as u64;
        let half_ns = airtime_us as i64 * 500 + MARGIN_NS;
        let bursts: Option<Vec<_>> =
            beacon.hops.iter().map(|hop| cut(captures, hop, hop.arrival_ns - half_ns, 2 * half_ns)).collect();
        Some(Self {
            of: beacon.beacon,
            window: window.number,
            window_start_ns: window.start_ns,
            bursts: bursts?,
        })
    }
}

/// The stretch of a capture on the hop's channel, amplified to full scale.
fn cut(captures: &[Recorded], hop: &Hop, from_ns: i64, length_ns: i64) -> Option<(u32, i64, Vec<Complex32>)> {
    let samples_in = |ns: i64| (ns as f64 * 1e-9 * BEACON_RATE_HZ) as usize;
    captures.iter().filter(|capture| capture.channel_hz == hop.channel_hz).find_map(|capture| {
        let first = samples_in(from_ns.checked_sub(capture.start_ns).filter(|early| *early >= 0)?);
        let samples = capture.samples.get(first..first + samples_in(length_ns))?;
        Some((capture.channel_hz, from_ns, full_scale(samples)))
    })
}

impl Villain for Replayer {
    fn record(&mut self, window: &Window, captures: &[Recorded], heard: &[HeardBeacon]) {
        if self.recording.is_none() {
            self.recording = heard.iter().find_map(|beacon| Recording::of(window, beacon, captures));
        }
    }

    fn transmit(&mut self, window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        let Some(recording) = &self.recording else { return honest };
        let drawn = window.drawn.iter().any(|(key, _)| ShortId::of(key) == recording.of);
        let rested = self.last_sent.is_none_or(|last| window.number >= last + REST);
        if drawn || !honest.is_empty() || !rested || window.number < recording.window + AGE_MIN {
            return honest;
        }
        self.last_sent = Some(window.number);
        let shift_ns = window.start_ns - recording.window_start_ns;
        recording
            .bursts
            .iter()
            .map(|(channel_hz, start_ns, samples)| Transmission {
                carrier_hz: f64::from(*channel_hz),
                power_dbm: POWER_DBM,
                start_ns: start_ns + shift_ns,
                rate_hz: BEACON_RATE_HZ,
                samples: samples.clone(),
            })
            .collect()
    }
}

/// Amplified to full scale.
fn full_scale(samples: &[Complex32]) -> Vec<Complex32> {
    let power = samples.iter().map(Complex32::norm_sqr).fold(0.0, f32::max);
    let gain = if power > 0.0 { power.sqrt().recip() } else { 0.0 };
    samples.iter().map(|sample| sample * gain).collect()
}
