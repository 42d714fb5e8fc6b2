//! The list of cheats.

use std::str::FromStr;

use poc_verifier::CheckName;

use super::{
    Villain, adaptive, blind_forger,
    cast::{Briefing, Cast, Fate, Scene, Sheet},
    early_replier, eirp_liar, expert_spoofer, framers, late_copier, naive_spoofer, nonce_leaker, one_radio,
    payload_leaker, remote_claimant, replayer, report_copier, room_clique, rssi_editor, spoofed_clock,
    synthetic_clique, wormhole,
};

/// Which cheat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Villainy {
    /// S1: has no radio and guesses.
    BlindForger,
    /// S4: asserts a place 15 km off.
    NaiveSpoofer,
    /// S11: rebroadcasts an older round.
    Replayer,
    /// Adds 35 dB to its RSSI.
    RssiEditor,
    /// S2: gets the decoded bytes from a friend and invents the measurements.
    PayloadLeaker,
    /// S5: asserts a place 1 km off, and edits what it measured to match.
    ExpertSpoofer,
    /// S6: three radios in one room, said to be all over the city.
    RoomClique,
    /// S8: four keys without a radio that witness each other.
    SyntheticClique,
    /// S10: a colluder's radio, far from where the key is said to be.
    RemoteClaimant,
    /// Answers before its turnaround, to look nearer.
    EarlyReplier,
    /// S12 without a colluder: copies reports once they are revealed.
    LateCopier,
    /// S14: three anchors that shift their arrivals to expel an honest hotspot.
    Framers,
    /// S15: an anchor whose satellite clock somebody pulls away.
    SpoofedClock,
    /// S13: two that radiate 10 dB more and 10 dB less than they state.
    EirpLiar,
    /// S3: gets dithers and times from a colluding beaconer, and simulates the rest.
    NonceLeaker,
    /// S7: three keys behind one radio.
    OneRadio,
    /// S9: carries beacons over a network to an honest hotspot.
    Wormhole,
    /// S12: signs a colluding neighbour's report again, samples and all.
    ReportCopier,
    /// Asserts the farthest place that the place test lets through half the time.
    Adaptive,
}

/// No villain has this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no villain is called {0:?}; there are {names}", names = Villainy::ALL.map(Villainy::name).join(", "))]
pub struct UnknownVillain(String);

impl Villainy {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::BlindForger,
        Self::NaiveSpoofer,
        Self::Replayer,
        Self::RssiEditor,
        Self::PayloadLeaker,
        Self::ExpertSpoofer,
        Self::RoomClique,
        Self::SyntheticClique,
        Self::RemoteClaimant,
        Self::EarlyReplier,
        Self::LateCopier,
        Self::Framers,
        Self::SpoofedClock,
        Self::EirpLiar,
        Self::NonceLeaker,
        Self::OneRadio,
        Self::Wormhole,
        Self::ReportCopier,
        Self::Adaptive,
    ];

    /// Those of one key that hardly know what they do: quick to simulate.
    pub const NAIVE: [Self; 5] =
        [Self::BlindForger, Self::NaiveSpoofer, Self::Replayer, Self::RssiEditor, Self::PayloadLeaker];

    const fn sheet(self) -> &'static Sheet {
        match self {
            Self::BlindForger => &blind_forger::SHEET,
            Self::NaiveSpoofer => &naive_spoofer::SHEET,
            Self::Replayer => &replayer::SHEET,
            Self::RssiEditor => &rssi_editor::SHEET,
            Self::PayloadLeaker => &payload_leaker::SHEET,
            Self::ExpertSpoofer => &expert_spoofer::SHEET,
            Self::RoomClique => &room_clique::SHEET,
            Self::SyntheticClique => &synthetic_clique::SHEET,
            Self::RemoteClaimant => &remote_claimant::SHEET,
            Self::EarlyReplier => &early_replier::SHEET,
            Self::LateCopier => &late_copier::SHEET,
            Self::Framers => &framers::SHEET,
            Self::SpoofedClock => &spoofed_clock::SHEET,
            Self::EirpLiar => &eirp_liar::SHEET,
            Self::NonceLeaker => &nonce_leaker::SHEET,
            Self::OneRadio => &one_radio::SHEET,
            Self::Wormhole => &wormhole::SHEET,
            Self::ReportCopier => &report_copier::SHEET,
            Self::Adaptive => &adaptive::SHEET,
        }
    }

    /// Name, as on the command line and on the map.
    pub const fn name(self) -> &'static str {
        self.sheet().name
    }

    /// Row of the attack table, `S1` to `S15`; empty for a villain of our own.
    pub const fn row(self) -> &'static str {
        self.sheet().row
    }

    /// What it says beforehand will happen to it.
    pub const fn fate(self) -> Fate {
        self.sheet().fate
    }

    /// The check that it names beforehand, if it expects to be rejected.
    pub const fn caught_by(self) -> Option<CheckName> {
        match self.fate() {
            Fate::Rejected(check) => Some(check),
            _ => None,
        }
    }

    /// How many keys it has.
    pub const fn keys(self) -> usize {
        self.sheet().keys
    }

    /// Sets it up in a city.
    pub(crate) fn cast(self, scene: &Scene) -> Result<Cast, geo_index::PlaceError> {
        (self.sheet().cast)(scene)
    }

    /// The mind of one of its keys.
    pub(crate) fn mind(self, briefing: &Briefing) -> Box<dyn Villain> {
        (self.sheet().mind)(briefing)
    }

    /// Name of one of its keys.
    pub(crate) fn key_name(self, member: usize) -> String {
        if self.keys() == 1 { self.name().into() } else { format!("{} {}", self.name(), member + 1) }
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
