//! A hotspot that is switched on: agent, antennas, and a mind if it is a villain's.

use ether::{Ether, NodeId};
use geo_index::{Place, geodesy::geodesic_m};
use hotspot_agent::{Agent, Station};
use identity::{Context, Hash, PublicKey};
use poc_verifier::Protocol;
use witness::ReceiverError;

use crate::{
    roster::{Gang, Part, Role, Roster},
    villains::{Lie, Villain, Villainy},
};

const SIMULATOR: Context = Context::new("earshot 2026 simulated simulator");

/// A hotspot that is switched on.
pub struct Hotspot {
    /// Name for people.
    pub name: String,
    /// Honest, or not.
    pub role: Role,
    /// Owner's key.
    pub owner: PublicKey,
    /// Where it says it is.
    pub asserted: Place,
    /// Named in genesis.
    pub anchor: bool,
    pub(crate) key: PublicKey,
    /// Its antenna in the air that everybody shares.
    pub(crate) node: NodeId,
    /// Number of its villain's simulator, and its antenna there.
    pub(crate) simulated: Option<(usize, NodeId)>,
    /// Its second radio.
    pub(crate) second: Option<NodeId>,
    pub(crate) part: Part,
    /// From its antenna to where it says that is, metres.
    pub(crate) misplaced_m: f64,
    pub(crate) agent: Agent,
    pub(crate) mind: Option<Box<dyn Villain>>,
    /// Whether it answered a beacon in the current window.
    pub(crate) answered: bool,
}

impl Hotspot {
    /// Its key.
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// What its owner has set up.
    pub fn station(&self) -> &Station {
        self.agent.station()
    }

    pub(crate) fn lie(&self) -> Lie {
        self.part.lie
    }

    /// Whether it sends anything anywhere.
    pub(crate) fn transmits(&self) -> bool {
        self.part.sends.is_shared() || self.part.sends.is_simulated()
    }

    /// Its villain, if it is one's.
    pub(crate) fn villainy(&self) -> Option<Villainy> {
        match self.role {
            Role::Honest => None,
            Role::Villain(villainy) => Some(villainy),
        }
    }
}

/// A villain among the hotspots that are switched on.
#[derive(Clone, Debug)]
pub(crate) struct Band {
    pub(crate) villainy: Villainy,
    /// Honest hotspots that it does something to.
    pub(crate) victims: Vec<PublicKey>,
}

/// Everybody switched on: the shared air, the villains' simulators, the hotspots.
pub(crate) struct SwitchedOn {
    pub(crate) ether: Ether,
    pub(crate) simulators: Vec<Ether>,
    pub(crate) hotspots: Vec<Hotspot>,
    pub(crate) bands: Vec<Band>,
}

impl SwitchedOn {
    pub(crate) fn new(seed: u64, protocol: &Protocol, roster: Roster) -> Result<Self, ReceiverError> {
        let mut ether = Ether::new(seed);
        let mut simulators: Vec<Ether> = Vec::new();
        let mut minds: Vec<Option<Box<dyn Villain>>> = roster.entries.iter().map(|_| None).collect();
        let mut gang_of = vec![None; roster.entries.len()];
        let key_of = |index: &usize| roster.entries[*index].station.key();
        let band = |gang: &Gang| Band {
            villainy: gang.villainy,
            victims: gang.victims.iter().map(key_of).collect(),
        };
        let bands = roster.gangs.iter().map(band).collect();
        for (number, gang) in roster.gangs.iter().enumerate() {
            simulators.push(Ether::new(simulator_seed(seed, gang.villainy)));
            for (index, mind) in gang.members.clone().zip(roster.minds(seed, gang)) {
                (minds[index], gang_of[index]) = (Some(mind), Some(number));
            }
        }
        let mut hotspots: Vec<Hotspot> = Vec::new();
        for ((entry, mind), gang) in roster.entries.into_iter().zip(minds).zip(gang_of) {
            let shared = entry.part.antenna_of.map(|index| hotspots[index].node);
            let node = shared.unwrap_or_else(|| ether.add_node(entry.node));
            let inside = entry.part.sends.is_simulated() || entry.part.hears.is_simulated();
            let simulated = gang.filter(|_| inside).map(|gang| {
                // A simulator puts it where the ledger has it.
                let place = entry.station.place;
                (gang, simulators[gang].add_node(ether::Node { place, ..entry.node }))
            });
            let second = entry.part.second.map(|second| ether.add_node(second));
            let (owner, asserted, key) = (entry.station.owner, entry.station.place, entry.station.key());
            let misplaced_m = geodesic_m(ether.node(node).place, asserted);
            hotspots.push(Hotspot {
                name: entry.name,
                role: entry.role,
                owner,
                asserted,
                anchor: entry.anchor,
                key,
                node,
                simulated,
                second,
                part: entry.part,
                misplaced_m,
                agent: Agent::new(entry.station, *protocol)?,
                mind,
                answered: false,
            });
        }
        Ok(Self { ether, simulators, hotspots, bands })
    }
}

/// Fading in a simulator is not the air's.
fn simulator_seed(seed: u64, villainy: Villainy) -> u64 {
    let hash = Hash::of(SIMULATOR, &[&seed.to_le_bytes(), villainy.name().as_bytes()]);
    let [a, b, c, d, e, f, g, h, ..] = *hash.bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}
