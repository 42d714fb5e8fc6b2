//! One file a villain at parameter level, by the numbers of notes/physics.md section 6. Each changes where a transmitter stands, what a report
//! says, or what anchors say of somebody else, and nothing else.

mod adaptive;
mod blind_forger;
mod copier;
mod early_replier;
mod expert_spoof;
mod framers;
mod gnss_spoof;
mod leaked_nonces;
mod leaked_payload;
mod naive_spoof;
mod remote_claimant;
mod replayer;
mod room_clique;
mod synthetic_clique;
mod wormhole;

use geo_index::Place;
use poc_verifier::{messages::Hop, place::Arrival};

use super::{Dice, Frame, free_space_db};

pub use adaptive::Adaptive;
pub use blind_forger::BlindForger;
pub use copier::{Copier, Copy};
pub use early_replier::EarlyReplier;
pub use expert_spoof::ExpertSpoof;
pub use framers::{Accomplices, Framers};
pub use gnss_spoof::GnssSpoof;
pub use leaked_nonces::LeakedNonces;
pub use leaked_payload::LeakedPayload;
pub use naive_spoof::NaiveSpoof;
pub use remote_claimant::RemoteClaimant;
pub use replayer::Replayer;
pub use room_clique::RoomClique;
pub use synthetic_clique::SyntheticClique;
pub use wormhole::Wormhole;

/// A cheat.
pub trait Villain: Sync {
    /// Where it stands in truth.
    fn stands(&self, asserted: Place, _dice: &mut Dice) -> Place {
        asserted
    }

    /// Whether it sends anything.
    fn transmits(&self) -> bool {
        true
    }

    /// Whether it has to do with what is heard over this one of the links; what is not is honest, and not counted with the reports.
    fn touches(&self, _link: usize) -> bool {
        true
    }

    /// Whose receiver its reports are from, if not its own alone.
    fn copy(&self) -> Option<Copy> {
        None
    }

    /// How late its answers come back, ns; `None` when they come in time.
    fn answers_late_ns(&self, _dice: &mut Dice) -> Option<f64> {
        None
    }

    /// What it reports in place of what a radio there would have measured.
    fn forge(&self, heard: Hop, _frame: &Frame, _dice: &mut Dice) -> Hop {
        heard
    }

    /// What becomes of the times at which anchors heard it: by liars among them, or by when it sends.
    fn shift(&self, _asserted: Place, _stands: Place, _arrivals: &mut [Arrival], _dice: &mut Dice) {}
}

/// A level that a plain model has for the asserted place, all that is known of the frame undone rightly.
fn plausible(mut heard: Hop, frame: &Frame, fading_db: f64, dice: &mut Dice) -> Hop {
    const EXCESS_DB: f64 = 8.0;
    let anchor = &frame.link.anchor;
    let free_db = free_space_db(frame.asserted_m, f64::from(frame.plan.channel_hz));
    let level_dbm =
        anchor.eirp_dbm() + anchor.gain_dbi() - free_db - EXCESS_DB - f64::from(frame.plan.power_dither_db)
            + dice.normal(fading_db);
    heard.rssi_cdbm = (level_dbm * 100.0) as i32;
    heard.snr_cdb = heard.rssi_cdbm - heard.noise_floor_cdbm;
    heard
}

/// The level moved as far as the asserted place is nearer or farther than the true one; everything else stays as it was received.
fn moved(mut heard: Hop, frame: &Frame) -> Hop {
    let carrier_hz = f64::from(frame.plan.channel_hz);
    let by_db = free_space_db(frame.true_m, carrier_hz) - free_space_db(frame.asserted_m, carrier_hz);
    heard.rssi_cdbm += (by_db * 100.0) as i32;
    heard.snr_cdb += (by_db * 100.0) as i32;
    heard
}
