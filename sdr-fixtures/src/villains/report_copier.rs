//! S12, report copier: a colluding neighbour hands over what it heard, samples and all, before the set is closed. The copier transmits
//! for real but has no reception: it moves the neighbour's numbers to its own place, jitters them, drowns the neighbour's noise in its
//! own, 6 dB stronger, and signs. Where samples are asked for, both show the noise before the same frame, and a fifth of the one is in
//! the other. Where the draw does not compare the two, their day as a whole tells.

use ether::Draw;
use hotspot_agent::{HeardBeacon, KeptFrame};
use num_complex::Complex32;
use poc_verifier::messages::Hop;
use witness::Capture;

use super::{
    Villain, Whispers, Window,
    cast::{Air, Cast, Fate, Lie, Member, Sheet},
    removal::Removal,
};

pub(super) const SHEET: Sheet = Sheet {
    name: "report-copier",
    row: "S12",
    keys: 2,
    fate: Fate::Unpaid,
    cast: |scene| {
        let neighbour = Member::at(scene.sites[0].place);
        let copier = Member::at(scene.sites[1].place).lying_about(Lie::Hearing).hearing(Air::Nothing);
        Ok(Cast { members: vec![neighbour, copier], victims: Vec::new() })
    },
    mind: |briefing| {
        let neighbour = briefing.first_place;
        let removal = Removal { place: neighbour, asserted: briefing.asserted };
        let (seed, copies) = (briefing.seed, briefing.member > 0);
        Box::new(ReportCopier { seed, copies, removal })
    },
};

/// Noise of its own over the neighbour's, dB, and what frame levels lose by it.
const NOISE_DB: f64 = 6.0;
/// Jitter: level, carrier, arrival.
const LEVEL_DB: f64 = 1.0;
const CARRIER_HZ: f64 = 3.0;
const ARRIVAL_NS: f64 = 50.0;

struct ReportCopier {
    seed: u64,
    /// Only its second key does; the first is the neighbour.
    copies: bool,
    removal: Removal,
}

impl Villain for ReportCopier {
    fn testify(&mut self, window: &Window, heard: Vec<HeardBeacon>, whispers: &Whispers) -> Vec<HeardBeacon> {
        if !self.copies {
            return heard;
        }
        let mut draw = Draw::new(self.seed, &[0xC097, window.number]);
        let copied = whispers.first_key.iter().map(|beacon| HeardBeacon {
            beacon: beacon.beacon,
            hops: beacon.hops.iter().map(|hop| jittered(hop, &mut draw)).collect(),
            kept: beacon.kept.iter().filter_map(|kept| drowned(kept, &mut draw)).collect(),
        });
        self.removal.of(window, copied.collect())
    }
}

/// The neighbour's numbers, jittered, under the copier's own noise.
pub(super) fn jittered(hop: &Hop, draw: &mut Draw) -> Hop {
    let lost_db = 10.0 * (1.0 + 10_f64.powf(0.1 * NOISE_DB)).log10();
    let level_db = draw.normal(LEVEL_DB);
    Hop {
        rssi_cdbm: hop.rssi_cdbm + (100.0 * level_db) as i32,
        noise_floor_cdbm: hop.noise_floor_cdbm + (100.0 * (lost_db + level_db)) as i32,
        snr_cdb: hop.snr_cdb - (100.0 * lost_db) as i32,
        cfo_mhz: hop.cfo_mhz + (1e3 * draw.normal(CARRIER_HZ)) as i64,
        arrival_ns: hop.arrival_ns + draw.normal(ARRIVAL_NS) as i64,
        ..hop.clone()
    }
}

/// The neighbour's samples under noise of the copier's own.
fn drowned(kept: &KeptFrame, draw: &mut Draw) -> Option<KeptFrame> {
    let (guard, frame) = kept.capture.segments().split_first()?;
    let quiet = guard.samples();
    let mut loud: Vec<Complex32> = frame.iter().flat_map(witness::Snippet::samples).collect();
    let power = quiet.iter().map(Complex32::norm_sqr).sum::<f32>() / quiet.len().max(1) as f32;
    let sigma = (0.5 * f64::from(power) * 10_f64.powf(0.1 * NOISE_DB)).sqrt();
    let mut noisy = |samples: &mut [Complex32]| {
        for sample in samples {
            *sample += Complex32::new(draw.normal(sigma) as f32, draw.normal(sigma) as f32);
        }
    };
    let mut guard_samples = quiet;
    noisy(&mut guard_samples);
    noisy(&mut loud);
    let capture = Capture::of((guard.position(), &guard_samples), (frame.first()?.position(), &loud)).ok()?;
    Some(KeptFrame { capture, ..kept.clone() })
}
