//! What a villain is made of: its keys, its radios, and which of its words are lies.

use ether::{Clock, Surroundings};
use geo_index::Place;
use identity::PublicKey;
use poc_verifier::CheckName;
use serde::Serialize;

use super::Villain;
use crate::city::Site;

/// What a villain's file says beforehand will happen to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Every edge that it forges is rejected, most of them by this check.
    Rejected(#[serde(serialize_with = "name_of")] CheckName),
    /// No edge that it forges is accepted: unproven at best, and unproven earns nothing.
    Unpaid,
    /// What it does happens, and nobody honest is blamed for it.
    InVain,
    /// Gets something through; how much is counted.
    GetsThrough,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out references")]
fn name_of<S: serde::Serializer>(check: &CheckName, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(check.as_str())
}

/// Which of a key's words are untrue: what the tally counts as forged. No part of the cheat uses it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Lie {
    /// None: it plays along, or it is honest.
    #[default]
    None,
    /// It signs reports of what it did not hear so, as a witness.
    Hearing,
    /// Its place: every edge that it is part of.
    Place,
    /// Its power: every edge of its beacons.
    Power,
    /// Arrivals of its victim's transmissions, and nothing else.
    VictimsTimes,
    /// Arrivals of everybody's transmissions; it does not know.
    Times,
}

/// Which antenna is a key's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Radio {
    /// One of its own.
    #[default]
    Own,
    /// That of the villain's first key.
    OfTheFirst,
}

/// Where what a key sends goes, or what it hears comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Air {
    /// Nowhere.
    Nothing,
    /// The air that everybody shares.
    #[default]
    Shared,
    /// A simulator that the villain runs for itself: our own, with fading of its own, so that no cheat has a better one.
    Simulated,
    /// Both.
    Both,
}

impl Air {
    pub(crate) fn is_shared(self) -> bool {
        matches!(self, Self::Shared | Self::Both)
    }

    pub(crate) fn is_simulated(self) -> bool {
        matches!(self, Self::Simulated | Self::Both)
    }
}

/// One key of a villain.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Where its antenna is.
    pub(crate) place: Place,
    /// Where the ledger is told that it is.
    pub(crate) asserted: Place,
    /// What is around the antenna.
    pub(crate) surroundings: Surroundings,
    pub(crate) lie: Lie,
    pub(crate) radio: Radio,
    pub(crate) sends: Air,
    pub(crate) hears: Air,
    /// Named in genesis.
    pub(crate) anchor: bool,
    /// A clock that errs otherwise than those of others.
    pub(crate) clock: Option<Clock>,
    /// A second radio, without a key, and how far its crystal is off the first one's, ppm.
    pub(crate) second: Option<(Place, f64)>,
}

impl Member {
    /// A hotspot that stands where it says and does what it should.
    pub(crate) fn at(place: Place) -> Self {
        Self {
            place,
            asserted: place,
            surroundings: Surroundings::Suburban,
            lie: Lie::None,
            radio: Radio::Own,
            sends: Air::Shared,
            hears: Air::Shared,
            anchor: false,
            clock: None,
            second: None,
        }
    }

    pub(crate) fn lying_about(self, lie: Lie) -> Self {
        Self { lie, ..self }
    }

    /// The same antenna, said to be elsewhere.
    pub(crate) fn asserting(self, asserted: Place) -> Self {
        Self { asserted, lie: Lie::Place, ..self }
    }

    pub(crate) fn sending(self, sends: Air) -> Self {
        Self { sends, ..self }
    }

    pub(crate) fn hearing(self, hears: Air) -> Self {
        Self { hears, ..self }
    }
}

/// The city as a villain finds it when it sets itself up.
pub(crate) struct Scene<'a> {
    pub(crate) seed: u64,
    /// Free sites, as many as the villain has keys.
    pub(crate) sites: &'a [Site],
    /// The honest hotspots' sites, in the order of their numbers.
    pub(crate) honest: &'a [Site],
    /// Which of those are anchors, and which clocks follow PPS.
    pub(crate) anchors: &'a [usize],
    pub(crate) follow_pps: &'a [bool],
    /// The middle of the honest.
    pub(crate) centre: Place,
}

/// A villain's keys, and the honest hotspots, by number, that it does something to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cast {
    pub(crate) members: Vec<Member>,
    pub(crate) victims: Vec<usize>,
}

impl Cast {
    /// One key.
    pub(crate) fn one(member: Member) -> Self {
        Self { members: vec![member], victims: Vec::new() }
    }
}

/// What one key of a villain knows when it is switched on.
pub(crate) struct Briefing<'a> {
    pub(crate) seed: u64,
    /// Its number among the villain's keys.
    pub(crate) member: usize,
    pub(crate) place: Place,
    pub(crate) asserted: Place,
    /// Where the villain's first key is asserted.
    pub(crate) first_place: Place,
    /// The victims' keys and places.
    pub(crate) victims: &'a [(PublicKey, Place)],
}

/// A villain's file in short.
pub(super) struct Sheet {
    pub(super) name: &'static str,
    /// Row of notes/physics.md section 6; ours have names of their own.
    pub(super) row: &'static str,
    /// How many keys it has.
    pub(super) keys: usize,
    pub(super) fate: Fate,
    /// Sets it up; places are nowhere on Earth for cities that are none.
    pub(super) cast: fn(&Scene) -> Result<Cast, geo_index::PlaceError>,
    pub(super) mind: fn(&Briefing) -> Box<dyn Villain>,
}

/// An honest radio on the first free site.
#[expect(clippy::unnecessary_wraps, reason = "every cast has one signature")]
pub(super) fn on_site(scene: &Scene, lie: Lie) -> Result<Cast, geo_index::PlaceError> {
    Ok(Cast::one(Member::at(scene.sites[0].place).lying_about(lie)))
}
