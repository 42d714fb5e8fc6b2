//! What a witness says of a beacon: the report, and the pledge to it before anything is revealed.

use identity::{Context, Hash, PublicKey, merkle_root};
use poc_verifier::{
    Message, Sealed,
    messages::{Commitment, Hop, Report, Reveal, ShortId},
};
use secp256k1::SecretKey;

use crate::EarFrame;

const SALT: Context = Context::new("earshot 2026 salt");

/// Frames of one beacon, as one hotspot heard them.
#[derive(Clone, Debug, PartialEq)]
pub struct HeardBeacon {
    /// Whose, by its own word.
    pub beacon: ShortId,
    /// The frames, in the order of arrival.
    pub hops: Vec<Hop>,
    /// Hashes of the captures behind them.
    pub captures: Vec<Hash>,
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
    /// Commits to this in a window.
    pub fn pledge(&self, window: u64, secret: &SecretKey) -> Pledge {
        let witness = PublicKey::of(secret);
        let hops = self.hops.iter().take(Report::HOPS_MAX).cloned().collect();
        let report = Report { window, beacon: self.beacon, hops }.encode();
        let captures: Vec<[u8; 32]> = self.captures.iter().map(|hash| *hash.bytes()).collect();
        // Unguessable without the secret key, and needs no source of randomness.
        let salt =
            Hash::of(SALT, &[&secret.to_secret_bytes(), &window.to_le_bytes(), &self.beacon.0, &report]);
        let reveal = Reveal { report, salt: *salt.bytes(), samples_root: merkle_root(&captures) };
        let commitment = Commitment { window, beacon: self.beacon, digest: reveal.digest(&witness) };
        Pledge { commitment: Sealed::seal(&commitment, secret), reveal: Sealed::seal(&reveal, secret) }
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
