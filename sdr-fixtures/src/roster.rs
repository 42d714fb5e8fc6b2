//! Who lives in the city: keys, owners, radios, and who among them is a villain.

use std::ops::Range;

use ether::{Clock, Draw, FrontEnd, Node, Oscillator};
use geo_index::{Place, PlaceError, geodesy::geodesic_m};
use hotspot_agent::Station;
use identity::{Context, Hash, OneWayChain, PublicKey};
use secp256k1::SecretKey;

use crate::{
    city,
    villains::{Air, Briefing, Lie, Member, Radio, Scene, Villain, Villainy},
};

const SECRET: Context = Context::new("earshot 2026 simulated secret");
/// Links of a hotspot's chain: one a window, enough for two weeks of them.
const CHAIN_LINKS: u64 = 1 << 18;
/// Share of honest hotspots named as anchors in genesis, and the fewest there may be.
const ANCHOR_SHARE: f64 = 0.42;
const ANCHORS_MIN: usize = 8;
/// Share of hotspots whose clock does not follow PPS.
const FREE_RUNNING: f64 = 0.12;
/// Antenna gain and radiated power of everybody, tenths of dBi and dBm.
const GAIN_DDBI: i32 = 23;
const EIRP_DDBM: i32 = 160;

/// Honest, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Does what it says.
    Honest,
    /// Plays a villain.
    Villain(Villainy),
}

/// One hotspot before it is switched on.
pub(crate) struct Entry {
    /// Name for people.
    pub(crate) name: String,
    /// What it is up to.
    pub(crate) role: Role,
    /// Its true radio and place.
    pub(crate) node: Node,
    /// What its owner has set up, the asserted place among it.
    pub(crate) station: Station,
    /// Named in genesis.
    pub(crate) anchor: bool,
    /// How it plays its part.
    pub(crate) part: Part,
}

/// How a hotspot is wired, and which of its words are lies; an honest one as everybody expects.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Part {
    /// Number among the keys of its villain.
    pub(crate) member: usize,
    pub(crate) lie: Lie,
    pub(crate) sends: Air,
    pub(crate) hears: Air,
    /// Number of the hotspot whose antenna it shares.
    pub(crate) antenna_of: Option<usize>,
    /// A second radio, without a key.
    pub(crate) second: Option<Node>,
}

/// A villain's keys, and whom it does something to, by number.
#[derive(Clone, Debug)]
pub(crate) struct Gang {
    pub(crate) villainy: Villainy,
    pub(crate) members: Range<usize>,
    pub(crate) victims: Vec<usize>,
}

/// Everybody, honest hotspots first.
pub(crate) struct Roster {
    /// In the order of their numbers.
    pub(crate) entries: Vec<Entry>,
    /// The villains, in the order asked for.
    pub(crate) gangs: Vec<Gang>,
}

/// Why there is no such city.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RosterError {
    /// Not enough to judge anybody by.
    #[error(
        "{0} honest hotspots are too few; at least {ANCHORS_MIN} are needed, so that there are anchors to measure from"
    )]
    TooFew(usize),
    /// More than the simulated city is made for.
    #[error("{0} honest hotspots are too many; at most {HONEST_MAX} are simulated")]
    TooMany(usize),
    /// A place that is none.
    #[error(transparent)]
    Place(#[from] PlaceError),
}

/// Most honest hotspots of a simulated city.
pub const HONEST_MAX: usize = 400;

impl Roster {
    /// `honest` honest hotspots and one of each villain, with all its keys.
    ///
    /// # Errors
    /// [`RosterError`] when that makes no city.
    pub(crate) fn new(seed: u64, honest: usize, villains: &[Villainy]) -> Result<Self, RosterError> {
        if honest < ANCHORS_MIN {
            return Err(RosterError::TooFew(honest));
        }
        if honest > HONEST_MAX {
            return Err(RosterError::TooMany(honest));
        }
        let keys: usize = villains.iter().map(|villainy| villainy.keys()).sum();
        let sites = city::sites(honest + keys, seed)?;
        let (honest_sites, free) = sites.split_at(honest);
        let anchors = anchors(honest_sites, seed);
        let follow_pps: Vec<bool> = (0..honest).map(|index| follows_pps(seed, index)).collect();
        let honest_entry = |(index, site): (usize, &city::Site)| {
            entry(seed, index, site.name.clone(), Role::Honest, site, &Member::at(site.place))
        };
        let mut entries: Vec<Entry> = honest_sites.iter().enumerate().map(honest_entry).collect();
        for anchor in &anchors {
            entries[*anchor].anchor = true;
        }
        let mut roster = Self { entries, gangs: Vec::new() };
        for villainy in villains {
            let scene = Scene {
                seed,
                sites: &free[roster.entries.len() - honest..],
                honest: honest_sites,
                anchors: &anchors,
                follow_pps: &follow_pps,
                centre: centre(honest_sites)?,
            };
            roster.admit(*villainy, &scene)?;
        }
        Ok(roster)
    }

    /// Adds a villain's keys.
    fn admit(&mut self, villainy: Villainy, scene: &Scene) -> Result<(), PlaceError> {
        let first = self.entries.len();
        let cast = villainy.cast(scene)?;
        for (member, key) in cast.members.iter().enumerate() {
            let (place, surroundings) = (key.place, key.surroundings);
            let site = city::Site { place, surroundings, ..scene.sites[member].clone() };
            let name = villainy.key_name(member);
            let mut entry = entry(scene.seed, first + member, name, Role::Villain(villainy), &site, key);
            entry.part.member = member;
            entry.part.antenna_of = (key.radio == Radio::OfTheFirst && member > 0).then_some(first);
            self.entries.push(entry);
        }
        let members = first..self.entries.len();
        self.gangs.push(Gang { villainy, members, victims: cast.victims });
        Ok(())
    }

    /// The minds of a villain's keys.
    pub(crate) fn minds(&self, seed: u64, gang: &Gang) -> Vec<Box<dyn Villain>> {
        let entries = &self.entries[gang.members.clone()];
        let Some(first) = entries.first() else { return Vec::new() };
        let victim = |index: &usize| (self.entries[*index].station.key(), self.entries[*index].node.place);
        let victims: Vec<(PublicKey, Place)> = gang.victims.iter().map(victim).collect();
        let briefing = |entry: &Entry| Briefing {
            seed,
            member: entry.part.member,
            place: entry.node.place,
            asserted: entry.station.place,
            first_place: first.station.place,
            victims: &victims,
        };
        entries.iter().map(|entry| gang.villainy.mind(&briefing(entry))).collect()
    }
}

/// Mean of the places, at their mean height.
fn centre(sites: &[city::Site]) -> Result<Place, PlaceError> {
    let mean = |value: fn(Place) -> f64| {
        sites.iter().map(|site| value(site.place)).sum::<f64>() / sites.len() as f64
    };
    Place::from_degrees(mean(Place::lat_deg), mean(Place::lng_deg), mean(Place::height_m))
}

fn follows_pps(seed: u64, index: usize) -> bool {
    Draw::new(seed, &[0x0995, index as u64]).unit() >= FREE_RUNNING
}

/// Anchors that stand far from each other: the first is the seed's, every next the farthest from those there are. They need PPS.
fn anchors(sites: &[city::Site], seed: u64) -> Vec<usize> {
    let wanted = ((sites.len() as f64 * ANCHOR_SHARE).round() as usize).max(ANCHORS_MIN);
    let able: Vec<usize> = (0..sites.len()).filter(|index| follows_pps(seed, *index)).collect();
    let mut chosen: Vec<usize> = able.first().copied().into_iter().collect();
    while chosen.len() < wanted.min(able.len()) {
        let nearest = |index: &usize| {
            let distances = chosen.iter().map(|other| geodesic_m(sites[*index].place, sites[*other].place));
            distances.fold(f64::INFINITY, f64::min)
        };
        let Some(next) = able.iter().copied().max_by(|a, b| nearest(a).total_cmp(&nearest(b))) else { break };
        chosen.push(next);
    }
    chosen
}

fn entry(seed: u64, index: usize, name: String, role: Role, site: &city::Site, member: &Member) -> Entry {
    let mut draw = Draw::new(seed, &[0x4AD1, index as u64]);
    let follows_pps = follows_pps(seed, index) || role != Role::Honest;
    let front_end = FrontEnd {
        noise_figure_db: draw.uniform(4.0, 7.0),
        man_made_db: draw.uniform(1.0, 9.0),
        full_scale_dbm: -40.0,
        bits: 14,
    };
    let clock = if let Some(clock) = member.clock {
        clock
    } else if follows_pps {
        Clock::Pps { bias_ns: draw.normal(15.0), jitter_ns: 20.0 }
    } else {
        Clock::Free { offset_ms: draw.uniform(-20.0, 20.0) }
    };
    let oscillator = Oscillator {
        offset_ppm: draw.normal(1.2).clamp(-4.0, 4.0),
        swing_ppm: draw.uniform(0.02, 0.1),
        swing_period_s: draw.uniform(300.0, 1200.0),
        swing_phase_cycles: draw.unit(),
    };
    let node = Node {
        place: site.place,
        surroundings: site.surroundings,
        antenna_gain_dbi: f64::from(GAIN_DDBI) / 10.0,
        oscillator,
        clock,
        front_end,
    };
    let station = Station {
        secret: secret(seed, "hotspot", index),
        owner: PublicKey::of(&secret(seed, "owner", index)),
        place: member.asserted,
        gain_ddbi: GAIN_DDBI,
        eirp_ddbm: EIRP_DDBM,
        follows_pps,
        full_scale_dbm: front_end.full_scale_dbm,
        chain: OneWayChain::new(*derived(seed, "chain", index, 0).bytes(), CHAIN_LINKS),
        chain_first_window: 0,
    };
    let second = member.second.map(|(place, more_ppm)| {
        let oscillator = Oscillator { offset_ppm: oscillator.offset_ppm + more_ppm, ..oscillator };
        Node { place, oscillator, ..node }
    });
    let Member { lie, sends, hears, anchor, .. } = *member;
    let part = Part { lie, sends, hears, second, ..Part::default() };
    Entry { name, role, node, station, anchor, part }
}

fn derived(seed: u64, what: &str, index: usize, attempt: u64) -> Hash {
    let number = (index as u64).to_le_bytes();
    Hash::of(SECRET, &[&seed.to_le_bytes(), &number, &attempt.to_le_bytes(), what.as_bytes()])
}

/// A secret key of the simulation; one hash in 2^128 is none, and then the next is taken.
pub(crate) fn secret(seed: u64, what: &str, index: usize) -> SecretKey {
    let attempts = (0_u64..).map(|attempt| derived(seed, what, index, attempt));
    let mut keys = attempts.filter_map(|hash| SecretKey::from_secret_bytes(*hash.bytes()).ok());
    keys.next().expect("a hash in 2^128 is no key, so one of endless many is")
}
