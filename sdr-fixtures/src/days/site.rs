//! A hotspot's site: what stays the same from day to day, multipath and deafness above all.

use geo_index::{Place, geodesy::destination};
use identity::{Context, Hash, PublicKey};
use poc_verifier::{Chain, Known, Party};

use super::{Dice, Purpose};

const KEY: Context = Context::new("earshot 2026 parameter-level keys");
/// Anchors stand at most this far, and at least this far, m.
const ANCHORS_WITHIN_M: f64 = 3000.0;
const ANCHORS_BEYOND_M: f64 = 350.0;
/// Share of difficult sites, and of sites with a clock that follows PPS.
const DIFFICULT: f64 = 0.05;
const PPS: f64 = 0.2;
/// Standing error of arrivals where the line is free, and mean lateness where it is not, ns: medians over eight hops
/// (notes/physics.md section 2, suburban: 29 m; obstructed: 85 m of bias).
const LOS_NS: f64 = 40.0;
const NLOS_NS: f64 = 280.0;
/// Fading from channel to channel, free and blocked, dB (section 3f).
const FADING_DB: (f64, f64) = (2.0, 4.5);

/// What a site is drawn among.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Around {
    /// Anchors within 3 km.
    pub anchors: usize,
    /// Whether houses stand between most of them.
    pub urban: bool,
}

impl Around {
    /// A suburb with so many anchors.
    pub const fn suburb(anchors: usize) -> Self {
        Self { anchors, urban: false }
    }

    /// A city with so many.
    pub const fn city(anchors: usize) -> Self {
        Self { anchors, urban: true }
    }

    /// Least and greatest share of lines that are blocked.
    const fn blocked(self) -> (f64, f64) {
        if self.urban { (0.6, 0.9) } else { (0.15, 0.40) }
    }
}

/// An anchor in reach, and the air between.
#[derive(Clone, Debug)]
pub struct Link {
    /// Who.
    pub anchor: Party,
    /// Whether the straight line is blocked.
    pub blocked: bool,
    /// Lateness of the strongest way, the same every day, ns.
    pub late_ns: f64,
    /// Loss beyond free space, dB.
    pub excess_db: f64,
}

/// A site.
#[derive(Clone, Debug)]
pub struct Site {
    /// The hotspot, with the place that it asserts.
    pub party: Party,
    /// By what its errors are multiplied, and its deafness made.
    pub difficult: bool,
    /// Its noise over thermal, dB.
    pub noise_db: f64,
    /// Its crystal, parts of one.
    pub fast: f64,
    /// Anchors in reach.
    pub links: Vec<Link>,
}

impl Link {
    /// Fading from channel to channel, dB.
    pub fn fading_db(&self, site: &Site) -> f64 {
        let (free_db, blocked_db) = FADING_DB;
        let fading_db = if self.blocked { blocked_db } else { free_db };
        fading_db * site.worse().sqrt()
    }
}

impl Site {
    /// Owner number `owner` of a run.
    pub fn draw(purpose: Purpose, seed: u64, owner: u64, around: Around) -> Self {
        let mut dice = Dice::new(purpose, seed, owner, 0);
        let follows_pps = dice.happens(PPS);
        let difficult = dice.happens(DIFFICULT);
        let worse = if difficult { 2.0 } else { 1.0 };
        let (least, most) = around.blocked();
        let blocked_share = dice.between(least, most);
        let centre = lisbon();
        let links = (0..around.anchors)
            .map(|index| link(&mut dice, centre, index as u64 + 1, blocked_share, worse))
            .collect();
        let fast = if follows_pps { 0.0 } else { dice.between(-10e-6, 10e-6) };
        let noise_db = dice.between(4.0, 16.0);
        Self { party: party(0, centre, follows_pps, Known::No), difficult, noise_db, fast, links }
    }

    /// What its errors are multiplied by.
    pub fn worse(&self) -> f64 {
        if self.difficult { 2.0 } else { 1.0 }
    }
}

fn link(dice: &mut Dice, centre: Place, number: u64, blocked_share: f64, worse: f64) -> Link {
    let least = (ANCHORS_BEYOND_M / ANCHORS_WITHIN_M).powi(2);
    let distance_m = ANCHORS_WITHIN_M * dice.between(least, 1.0).sqrt();
    let place = away(centre, dice.between(0.0, 360.0), distance_m);
    let blocked = dice.happens(blocked_share);
    let late_ns = if blocked { dice.exponential(NLOS_NS) } else { dice.normal(LOS_NS) } * worse;
    let excess_db = if blocked { 15.0 + dice.normal(6.0) } else { 3.0 + dice.normal(4.0).abs() };
    Link { anchor: party(number, place, true, Known::Genesis), blocked, late_ns, excess_db }
}

/// So many metres from a place, clockwise from north.
pub(super) fn away(from: Place, azimuth_deg: f64, distance_m: f64) -> Place {
    destination(from, azimuth_deg, distance_m).expect("a few kilometres from Lisbon there are places")
}

fn lisbon() -> Place {
    Place::from_degrees(38.7253, -9.15, 120.0).expect("Lisbon is on earth")
}

fn key(kind: &[u8], number: u64) -> PublicKey {
    let mut bytes = [2; 33];
    bytes[1..].copy_from_slice(Hash::of(KEY, &[kind, &number.to_le_bytes()]).bytes());
    PublicKey::new(bytes).expect("a compressed key begins with 2")
}

fn party(number: u64, place: Place, follows_pps: bool, known: Known) -> Party {
    Party {
        key: key(b"key..", number),
        owner: key(b"owner", number),
        place,
        gain_ddbi: 20,
        eirp_ddbm: 140,
        follows_pps,
        known,
        chain: Chain { link: Hash::default(), index: 0, first_window: 0 },
    }
}
