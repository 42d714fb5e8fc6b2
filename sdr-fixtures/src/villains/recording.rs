//! A beacon recorded off the air, samples and all, to be sent again.

use hotspot_agent::{BEACON_RATE_HZ, HeardBeacon, Transmission};
use num_complex::Complex32;
use poc_verifier::{
    messages::{Hop, ShortId},
    protocol::{HOPS, PAYLOAD_BYTES},
};

use super::{Recorded, Window};

/// Recorded before and after each frame, ns.
const MARGIN_NS: i64 = 500_000;

pub(super) struct Recording {
    pub(super) of: ShortId,
    pub(super) window: u64,
    pub(super) window_start_ns: i64,
    bursts: Vec<(u32, i64, Vec<Complex32>)>,
}

impl Recording {
    /// A beacon heard whole, each frame cut out of the capture that it is in.
    pub(super) fn of(window: &Window, beacon: &HeardBeacon, captures: &[Recorded]) -> Option<Self> {
        if beacon.hops.len() != HOPS {
            return None;
        }
        let half_ns = window.protocol.region.frame().airtime_us(PAYLOAD_BYTES) as i64 * 500 + MARGIN_NS;
        let bursts: Option<Vec<_>> =
            beacon.hops.iter().map(|hop| cut(captures, hop, hop.arrival_ns - half_ns, 2 * half_ns)).collect();
        Some(Self {
            of: beacon.beacon,
            window: window.number,
            window_start_ns: window.start_ns,
            bursts: bursts?,
        })
    }

    /// The same again, so much later.
    pub(super) fn again(&self, later_ns: i64, power_dbm: f64) -> Vec<Transmission> {
        self.bursts
            .iter()
            .map(|(channel_hz, start_ns, samples)| Transmission {
                carrier_hz: f64::from(*channel_hz),
                power_dbm,
                start_ns: start_ns + later_ns,
                rate_hz: BEACON_RATE_HZ,
                samples: samples.clone(),
            })
            .collect()
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

/// Amplified to full scale.
fn full_scale(samples: &[Complex32]) -> Vec<Complex32> {
    let power = samples.iter().map(Complex32::norm_sqr).fold(0.0, f32::max);
    let gain = if power > 0.0 { power.sqrt().recip() } else { 0.0 };
    samples.iter().map(|sample| sample * gain).collect()
}
