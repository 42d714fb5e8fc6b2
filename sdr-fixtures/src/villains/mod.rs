//! Cheats, one file each. Each says beforehand which check it expects to be caught by; the tally holds it to that.
//!
//! A villain has what any cheat has: its own keys and firmware, everything that is public, and its own radio if it has one. What
//! it does not have is what physics or a hash keep from it.

mod blind_forger;
mod naive_spoofer;
mod payload_leaker;
mod replayer;
mod rssi_editor;

use std::str::FromStr;

use ether::Draw;
use geo_index::{Place, PlaceError};
use hotspot_agent::{HeardBeacon, Transmission};
use identity::PublicKey;
use num_complex::Complex32;
use poc_verifier::{CheckName, Protocol};

/// Which cheat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Villainy {
    /// Has no radio and guesses.
    BlindForger,
    /// Asserts a place 15 km off.
    NaiveSpoofer,
    /// Rebroadcasts an older round.
    Replayer,
    /// Adds 35 dB to its RSSI.
    RssiEditor,
    /// Gets the decoded bytes from a friend and invents the measurements.
    PayloadLeaker,
}

/// No villain has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no villain is called {0:?}; there are {names}", names = Villainy::ALL.map(Villainy::name).join(", "))]
pub struct UnknownVillain(String);

impl Villainy {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::BlindForger, Self::NaiveSpoofer, Self::Replayer, Self::RssiEditor, Self::PayloadLeaker];

    /// Name, as on the command line and on the map.
    pub const fn name(self) -> &'static str {
        match self {
            Self::BlindForger => blind_forger::NAME,
            Self::NaiveSpoofer => naive_spoofer::NAME,
            Self::Replayer => replayer::NAME,
            Self::RssiEditor => rssi_editor::NAME,
            Self::PayloadLeaker => payload_leaker::NAME,
        }
    }

    /// The check that it names beforehand.
    pub const fn caught_by(self) -> CheckName {
        match self {
            Self::BlindForger => blind_forger::CAUGHT_BY,
            Self::NaiveSpoofer => naive_spoofer::CAUGHT_BY,
            Self::Replayer => replayer::CAUGHT_BY,
            Self::RssiEditor => rssi_editor::CAUGHT_BY,
            Self::PayloadLeaker => payload_leaker::CAUGHT_BY,
        }
    }

    /// Whether it sends anything.
    pub const fn transmits(self) -> bool {
        !matches!(self, Self::BlindForger)
    }

    /// Whether it hears anything.
    pub const fn listens(self) -> bool {
        !matches!(self, Self::BlindForger | Self::PayloadLeaker)
    }

    /// Whether every edge it is part of is forged, not only those that it signs as a witness.
    pub const fn lies_about_its_place(self) -> bool {
        matches!(self, Self::NaiveSpoofer)
    }

    /// Where it truly is, and where it says that it is.
    pub(crate) fn places(self, site: Place, centre: Place) -> Result<(Place, Place), PlaceError> {
        match self {
            Self::NaiveSpoofer => naive_spoofer::places(centre),
            _ => Ok((site, site)),
        }
    }

    /// Its mind.
    pub(crate) fn mind(self, seed: u64) -> Box<dyn Villain> {
        match self {
            Self::BlindForger => Box::new(blind_forger::BlindForger::new(seed)),
            Self::NaiveSpoofer => Box::new(naive_spoofer::NaiveSpoofer),
            Self::Replayer => Box::new(replayer::Replayer::default()),
            Self::RssiEditor => Box::new(rssi_editor::RssiEditor),
            Self::PayloadLeaker => Box::new(payload_leaker::PayloadLeaker::new(seed)),
        }
    }
}

impl FromStr for Villainy {
    type Err = UnknownVillain;

    fn from_str(name: &str) -> Result<Self, UnknownVillain> {
        Self::ALL
            .into_iter()
            .find(|villainy| villainy.name() == name)
            .ok_or_else(|| UnknownVillain(name.into()))
    }
}

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

/// What a cheat may do differently from an honest agent.
pub(crate) trait Villain: Send + Sync {
    /// Sends something besides, or instead.
    fn transmit(&mut self, _window: &Window, honest: Vec<Transmission>) -> Vec<Transmission> {
        honest
    }

    /// Looks at what its radio records.
    fn record(&mut self, _window: &Window, _captures: &[Recorded], _heard: &[HeardBeacon]) {}

    /// Says something else than it heard; `leaked` is what a friend with a radio heard.
    fn testify(
        &mut self,
        _window: &Window,
        heard: Vec<HeardBeacon>,
        _leaked: &[HeardBeacon],
    ) -> Vec<HeardBeacon> {
        heard
    }
}

/// Received power that a plain model expects between two places, dBm: what a cheat without ears would write.
fn plausible_rssi_dbm(a: Place, b: Place, draw: &mut Draw) -> f64 {
    let distance_km = (geo_index::geodesy::slant_range_m(a, b) * 1e-3).max(0.1);
    16.0 + 2.3 - (120.0 + 32.0 * distance_km.log10()) + 12.0 + draw.normal(6.0)
}
