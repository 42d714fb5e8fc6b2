//! Adaptive: ours, not the study's. It has read the verifier's code and runs it at home. Before it asserts anything it asks, for place
//! after place around its antenna, how often the place test would let it through, given where the public anchors stand and how echoes
//! err, and asserts the farthest one that passes half the time. Its reports are edited to match, as the expert's are. What it gains is
//! that distance: some hundred metres, less than the cell it is paid for is wide, in half of its epochs.

use ether::Draw;
use geo_index::{
    Place, PlaceError,
    geodesy::{destination, geodesic_m, light_delay_ns},
};
use hotspot_agent::HeardBeacon;
use identity::{Hash, PublicKey};
use poc_verifier::{
    Chain, Known, Outcome, Party,
    place::{self, Arrival, Timed},
    protocol::HOPS,
};

use super::{
    Villain, Whispers, Window,
    cast::{Cast, Fate, Member, Scene, Sheet},
    removal::Removal,
};
use crate::roster::secret;

pub(super) const SHEET: Sheet = Sheet {
    name: "adaptive",
    row: "",
    keys: 1,
    fate: Fate::GetsThrough,
    cast: |scene| {
        let place = scene.sites[0].place;
        Ok(Cast::one(Member::at(place).asserting(Rehearsal::new(scene, place).farthest(scene.seed)?)))
    },
    mind: |briefing| {
        let (place, asserted) = (briefing.place, briefing.asserted);
        Box::new(Adaptive { removal: Removal { place, asserted } })
    },
};

/// Share of rehearsals that must pass.
const PASSING: f64 = 0.5;
/// Rehearsals of a place, directions tried, and halvings of the distance in each.
const REHEARSALS: u64 = 10;
const DIRECTIONS: u32 = 4;
const HALVINGS: u32 = 5;
/// Farther is not tried, metres.
const FARTHEST_M: f64 = 2000.0;
/// Anchors farther than this hardly hear it, metres.
const EARSHOT_M: f64 = 6000.0;
/// Errors as the place test itself takes them to be: clocks and echoes, ns; now and then the straight line is blocked.
const ERROR_NS: f64 = 70.0;
const LATE: f64 = 0.25;
const LATE_NS: f64 = 400.0;
/// Standard error that a receiver states, ns.
const STATED_NS: f64 = 15.0;

/// The place test, played at home.
struct Rehearsal {
    place: Place,
    anchors: Vec<Party>,
    claimant: Party,
}

impl Rehearsal {
    fn new(scene: &Scene, place: Place) -> Self {
        let party = |number: usize, place: Place, known| {
            let key = |what| PublicKey::of(&secret(scene.seed, what, number));
            Party {
                key: key("rehearsed hotspot"),
                owner: key("rehearsed owner"),
                place,
                gain_ddbi: 0,
                eirp_ddbm: 0,
                follows_pps: true,
                known,
                chain: Chain { link: Hash::default(), index: 0, first_window: 0 },
            }
        };
        let near = scene.anchors.iter().map(|anchor| scene.honest[*anchor].place);
        let near = near.filter(|anchor| geodesic_m(*anchor, place) < EARSHOT_M);
        let anchors = near.enumerate().map(|(number, at)| party(number, at, Known::Genesis)).collect();
        Self { place, anchors, claimant: party(usize::MAX, place, Known::No) }
    }

    /// The farthest place that passes often enough.
    fn farthest(&self, seed: u64) -> Result<Place, PlaceError> {
        let mut best = (0.0, self.place);
        for direction in 0..DIRECTIONS {
            let azimuth_deg = 360.0 / f64::from(DIRECTIONS) * f64::from(direction);
            let (mut passes_m, mut fails_m) = (0.0, FARTHEST_M);
            for _ in 0..HALVINGS {
                let middle_m = 0.5 * (passes_m + fails_m);
                let at = self.at(azimuth_deg, middle_m)?;
                if self.share_passing(at, seed) >= PASSING { passes_m = middle_m } else { fails_m = middle_m }
            }
            if passes_m > best.0 {
                best = (passes_m, self.at(azimuth_deg, passes_m)?);
            }
        }
        Ok(best.1)
    }

    fn at(&self, azimuth_deg: f64, away_m: f64) -> Result<Place, PlaceError> {
        destination(self.place, azimuth_deg, away_m)?.with_height_m(self.place.height_m())
    }

    /// How often the place test accepts this place of a transmitter that stands where it does.
    fn share_passing(&self, asserted: Place, seed: u64) -> f64 {
        let claimant = Party { place: asserted, ..self.claimant };
        let passes = |rehearsal: &u64| {
            let mut draw = Draw::new(seed, &[0xADA9, *rehearsal]);
            let arrivals = self.anchors.iter().map(|anchor| self.arrival(anchor, &mut draw)).collect();
            place::judge(&claimant, &[arrivals]).outcome == Outcome::Accepted
        };
        (0..REHEARSALS).filter(passes).count() as f64 / REHEARSALS as f64
    }

    fn arrival<'a>(&self, anchor: &'a Party, draw: &mut Draw) -> Arrival<'a> {
        let late_ns = if draw.unit() < LATE { draw.exponential(LATE_NS) } else { 0.0 };
        let delay_ns = light_delay_ns(self.place, anchor.place) + draw.normal(ERROR_NS) + late_ns;
        Arrival { anchor, delay_ns, sigma_ns: STATED_NS, hops: HOPS, timed: Timed::ByPps, fading: None }
    }
}

struct Adaptive {
    removal: Removal,
}

impl Villain for Adaptive {
    fn testify(
        &mut self,
        window: &Window,
        heard: Vec<HeardBeacon>,
        _whispers: &Whispers,
    ) -> Vec<HeardBeacon> {
        self.removal.of(window, heard)
    }
}
