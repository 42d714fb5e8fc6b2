//! What a witness says of a beacon: the report, and the pledge to it before anything is revealed.

use identity::{Context, Hash, MerklePath, PublicKey, merkle_root};
use poc_verifier::{
    Audit, Message, Sealed,
    messages::{Commitment, Hop, Report, Reveal, ShortId, Showing},
};
use secp256k1::SecretKey;
use witness::{Capture, HeardFrame, default_preamble_symbols};

use crate::EarFrame;

const SALT: Context = Context::new("earshot 2026 salt");

/// Frames of one beacon, as one hotspot heard them.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardBeacon {
    /// Whose, by its own word.
    pub beacon: ShortId,
    /// The frames, in the order of arrival.
    pub hops: Vec<Hop>,
    /// The samples behind them, one entry a frame.
    pub kept: Vec<KeptFrame>,
}

/// Samples of one frame, until nobody can ask for them any more.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptFrame {
    /// Noise before it, and the frame.
    pub capture: Capture,
    /// Kept samples a chip.
    pub samples_per_chip: u8,
    /// Arrival of the first chip of a preamble of the usual length, in kept samples.
    pub first_sample: f64,
}

impl KeptFrame {
    /// What was kept of a frame; `None` when nothing was.
    pub fn of(frame: &HeardFrame) -> Option<Self> {
        let stated = frame.stated()?;
        let more_symbols = stated.preamble_symbols as f64 - f64::from(default_preamble_symbols(stated.sf));
        let more_samples = more_symbols * (stated.sf.chips() * usize::from(stated.samples_per_chip)) as f64;
        Some(Self {
            capture: frame.evidence.as_ref()?.capture.clone(),
            samples_per_chip: stated.samples_per_chip,
            first_sample: stated.first_sample + more_samples,
        })
    }
}

/// A report that is committed to and not shown yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Pledge {
    /// To send at once.
    pub commitment: Sealed<Commitment>,
    /// To send once the set is closed.
    pub reveal: Sealed<Reveal>,
}

impl HeardBeacon {
    /// Adds what was heard later of the same window's beacons, answers say.
    pub fn join(beacons: &mut Vec<Self>, later: Vec<Self>) {
        for more in later {
            match beacons.iter_mut().find(|known| known.beacon == more.beacon) {
                Some(known) => {
                    known.hops.extend(more.hops);
                    known.kept.extend(more.kept);
                }
                None => beacons.push(more),
            }
        }
    }

    /// Commits to this in a window.
    pub fn pledge(&self, window: u64, secret: &SecretKey) -> Pledge {
        let witness = PublicKey::of(secret);
        let report = self.report(window).encode();
        let captures = self.captures();
        // Unguessable without the secret key, and needs no source of randomness.
        let salt =
            Hash::of(SALT, &[&secret.to_secret_bytes(), &window.to_le_bytes(), &self.beacon.0, &report]);
        let reveal = Reveal { report, salt: *salt.bytes(), samples_root: merkle_root(&captures) };
        let commitment = Commitment { window, beacon: self.beacon, digest: reveal.digest(&witness) };
        Pledge { commitment: Sealed::seal(&commitment, secret), reveal: Sealed::seal(&reveal, secret) }
    }

    fn report(&self, window: u64) -> Report {
        let hops = self.hops.iter().take(Report::HOPS_MAX).cloned().collect();
        Report { window, beacon: self.beacon, hops }
    }

    /// Roots of the captures behind the report: the leaves of its samples root.
    fn captures(&self) -> Vec<[u8; 32]> {
        self.kept.iter().take(Report::HOPS_MAX).map(|kept| *kept.capture.root().bytes()).collect()
    }

    /// What an audit asks for.
    pub(crate) fn showing(&self, window: u64, audit: &Audit) -> Option<Showing> {
        let frame = audit.frame_of(&self.report(window))?;
        let KeptFrame { capture, samples_per_chip, first_sample } = self.kept.get(frame)?;
        Some(Showing {
            window,
            beacon: self.beacon,
            capture: capture.root(),
            path: MerklePath::of(&self.captures(), frame)?,
            samples_per_chip: *samples_per_chip,
            first_sample_e6: (first_sample * 1e6).round() as i64,
            guard: capture.exhibit(0)?,
            segment: capture.exhibit(audit.segment_of(capture.segments().len())?)?,
        })
    }
}

/// A frame's measurements as the integers that are signed; `full_scale_dbm` calibrates the levels.
pub fn hop_of(heard: &EarFrame, full_scale_dbm: f64) -> Hop {
    let measured = &heard.frame.measurements;
    let phase_deg = measured.gain.arg().to_degrees().rem_euclid(360.0);
    Hop {
        payload: heard.frame.payload.clone(),
        channel_hz: heard.channel_hz,
        rssi_cdbm: scaled(measured.rssi_dbm(full_scale_dbm).value, 100.0),
        noise_floor_cdbm: scaled(measured.noise_floor_dbm(full_scale_dbm).value, 100.0),
        snr_cdb: scaled(measured.snr_db.value, 100.0),
        cfo_mhz: (measured.cfo_hz.value * 1e3).round() as i64,
        cfo_sigma_mhz: (measured.cfo_hz.sigma * 1e3).ceil() as u32,
        sfo_ppb: scaled(measured.sfo_ppm.value, 1e3),
        sfo_sigma_ppb: (measured.sfo_ppm.sigma * 1e3).ceil() as u32,
        arrival_ns: heard.arrival_ns,
        arrival_ps: ((heard.arrival_fraction_ns * 1e3) as u32).min(999),
        arrival_sigma_ps: (measured.middle_sigma_ns * 1e3).ceil() as u32,
        phase_mdeg: ((phase_deg * 1e3) as u32).min(359_999),
    }
}

fn scaled(value: f64, steps: f64) -> i32 {
    (value * steps).round() as i32
}
