//! Cheats, one file each. Each says beforehand what will happen to it; the tally holds it to that.
//!
//! A villain has what any cheat has: its own keys and firmware, everything that is public, its own radios if it has any, and a
//! simulator as good as ours. What it does not have is what physics or a hash keep from it. Rows S1 to S15 are those of
//! notes/physics.md section 6.

mod adaptive;
mod blind_forger;
mod cast;
mod early_replier;
mod eirp_liar;
mod expert_spoofer;
mod framers;
mod late_copier;
mod naive_spoofer;
mod nonce_leaker;
mod one_radio;
mod payload_leaker;
mod recording;
mod remote_claimant;
mod removal;
mod replayer;
mod report_copier;
mod room_clique;
mod rssi_editor;
mod spoofed_clock;
mod synthetic_clique;
mod villainy;
mod wormhole;

use ether::Draw;
use geo_index::Place;
use hotspot_agent::{HeardBeacon, Transmission};
use identity::PublicKey;
use num_complex::Complex32;
use poc_verifier::{
    Protocol,
    messages::{Report, ShortId},
};

pub use cast::Fate;
pub(crate) use cast::{Air, Briefing, Lie, Member, Radio, Scene};
pub use villainy::{UnknownVillain, Villainy};

/// What everybody can know about a window while it runs.
pub(crate) struct Window<'a> {
    pub(crate) number: u64,
    pub(crate) start_ns: i64,
    pub(crate) protocol: &'a Protocol,
    /// Hotspots drawn in it, with where they say they are.
    pub(crate) drawn: &'a [(PublicKey, Place)],
    /// Where the villain says it is.
    pub(crate) own_place: Place,
}

/// A stretch of air as a radio recorded it.
pub(crate) struct Recorded<'a> {
    pub(crate) channel_hz: u32,
    pub(crate) start_ns: i64,
    pub(crate) samples: &'a [Complex32],
}

/// What others tell a villain before the set of commitments is closed.
pub(crate) struct Whispers<'a> {
    /// What a friend with good ears heard.
    pub(crate) friend: &'a [HeardBeacon],
    /// What the villain's own first key heard.
    pub(crate) first_key: &'a [HeardBeacon],
}

/// A beacon that is sent again while its window runs.
pub(crate) struct Reemission {
    pub(crate) of: ShortId,
    pub(crate) sent: Vec<Transmission>,
}

/// What a cheat may do differently from an honest agent.
pub(crate) trait Villain: Send + Sync {
    /// Sends something besides, or instead.
    fn transmit(&mut self, _window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        honest
    }

    /// Does something to what its antenna brings before it is decoded.
    fn receive(&mut self, _start_ns: i64, _samples: &mut Vec<Complex32>) {}

    /// Looks at what its radio records.
    fn record(&mut self, _window: &Window, _captures: &[Recorded], _heard: &[HeardBeacon]) {}

    /// Sends something that it recorded a moment ago, from its second radio.
    fn reemit(&mut self, _window: &Window) -> Option<Reemission> {
        None
    }

    /// Answers otherwise than it should.
    fn answer(&mut self, _window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        honest
    }

    /// Says something else than it heard.
    fn testify(
        &mut self,
        _window: &Window,
        heard: Vec<HeardBeacon>,
        _whispers: &Whispers,
    ) -> Vec<HeardBeacon> {
        heard
    }

    /// Whether it has a look at what others reveal.
    fn reads_reveals(&self) -> bool {
        false
    }

    /// Looks at what others revealed, and reveals something that it never committed to.
    fn reveal_late(&mut self, _window: &Window, _revealed: &[(PublicKey, Report)]) -> Vec<HeardBeacon> {
        Vec::new()
    }
}

/// One that does as the agent does: its cheat is how it is set up.
pub(crate) struct PlaysAlong;

impl Villain for PlaysAlong {}

/// Received power that a plain model expects between two places, dBm: what a cheat without ears would write.
fn plausible_rssi_dbm(a: Place, b: Place, draw: &mut Draw) -> f64 {
    let distance_km = (geo_index::geodesy::slant_range_m(a, b) * 1e-3).max(0.1);
    16.0 + 2.3 - (120.0 + 32.0 * distance_km.log10()) + 12.0 + draw.normal(6.0)
}
