//! The world: hotspots on simulated air, a verifier that judges them, a ledger that pays them.
//!
//! One [`World::run_epoch`] is an epoch of windows. Simulated time jumps over silence: receivers listen wherever something is on air,
//! with some noise before and after.

mod air;
mod cheating;
mod ground;
mod hotspot;
mod judge;
mod memory;
mod window;

use std::{collections::BTreeMap, ops::ControlFlow, path::PathBuf};

pub(crate) use air::samples_of;
use ether::Ether;
use geo_index::{Resolution, Terrain, cell_of, terrain::TerrainError};
pub(crate) use hotspot::Band;
pub use hotspot::Hotspot;
use hotspot::SwitchedOn;
use hotspot_agent::CannotBeacon;
use identity::{Context, Hash, PublicKey};
use ledger::{
    engine::{EngineError, Local},
    evidence::EdgeEvidence,
    keys::SecretSeed,
    store::{EdgeQuery, LineQuery, StoreError},
    verdicts::VerdictsError,
};
use ledger_machine::{
    Calendar, Cell12, ClockClass, EpochSummary, Genesis, GenesisHotspot, Millis, Price, RewardLine, State,
};
use poc_verifier::{
    Chain, EpochJudgement, History, Known, Party, PlaceVerdict, Protocol, Randomness, Region,
};
use witness::ReceiverError;

use crate::{
    roster::{Roster, RosterError, secret},
    tally::{Airborne, Tally},
    villains::Villainy,
};

/// Windows an epoch, each of five seconds: an epoch is a minute.
const WINDOWS_PER_EPOCH: u64 = 12;
/// Every hotspot beacons once in this many windows.
const PERIOD_WINDOWS: u64 = 12;
/// Network time at which every simulated ledger begins: 2027-01-15 08:00 UTC.
const GENESIS_MS: u64 = 1_800_000_000_000;
/// Price of an EAR, hundred-millionths of a USD.
const PRICE: u64 = 5_000_000;
/// Epochs for which a proven place stays proven: 30 days of them.
pub const PROVEN_EPOCHS: u64 = 30;
const GENESIS: Context = Context::new("earshot 2026 simulated genesis");

/// What a world is made from.
#[derive(Clone, Debug)]
pub struct WorldConfig {
    /// Everything random follows from it.
    pub seed: u64,
    /// Honest hotspots.
    pub honest: usize,
    /// Villains among them.
    pub villains: Vec<Villainy>,
    /// Folder of a ledger to continue or begin; none for one that is forgotten.
    pub data: Option<PathBuf>,
}

/// Why a world stops.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// No such city.
    #[error(transparent)]
    Roster(#[from] RosterError),
    /// The ledger refuses.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Reading the ledger back fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A judgement that does not become a verdict.
    #[error(transparent)]
    Verdicts(#[from] VerdictsError),
    /// The protocol's bandwidth is none that the simulated radios carry.
    #[error(transparent)]
    Receiver(#[from] ReceiverError),
    /// No ground to stand on.
    #[error(transparent)]
    Terrain(#[from] TerrainError),
    /// The law forbids a beacon that the protocol wants.
    #[error("{name} does not beacon: {error}")]
    Beacon {
        /// Which hotspot.
        name: String,
        /// Why.
        error: CannotBeacon,
    },
    /// A bundle that cannot be written.
    #[error("cannot write the bundle {}: {error}", path.display())]
    Bundle {
        /// Where to.
        path: PathBuf,
        /// Why not.
        error: std::io::Error,
    },
    /// Rounds of an earlier epoch that nobody can judge.
    #[error("a published bundle of epoch {epoch}: {error}")]
    Published {
        /// Which epoch.
        epoch: u64,
        /// What is wrong with it.
        error: String,
    },
    /// A number that does not fit the ledger.
    #[error("genesis: {0}")]
    Genesis(String),
}

/// What an onlooker is told while the world runs.
#[derive(Clone, Debug)]
pub enum WorldEvent<'a> {
    /// A window begins.
    Window {
        /// Its number, and the epoch's.
        window: u64,
        /// Epoch.
        epoch: u64,
    },
    /// Somebody beacons, or what looks like it.
    Beacon {
        /// Network time, ms.
        time_ms: u64,
        /// Window.
        window: u64,
        /// Who sends.
        beaconer: PublicKey,
    },
    /// Witnesses committed to having heard it.
    Heard {
        /// Network time, ms.
        time_ms: u64,
        /// Window.
        window: u64,
        /// Of whom they heard.
        beaconer: PublicKey,
        /// Who they are.
        witnesses: Vec<PublicKey>,
    },
    /// An epoch is closed, judged and paid.
    Closed(&'a EpochReport),
}

/// A closed epoch.
#[derive(Clone, Debug)]
pub struct EpochReport {
    /// Its number.
    pub epoch: u64,
    /// Network time of its end, ms.
    pub time_ms: u64,
    /// What the verifier found.
    pub judgement: EpochJudgement,
    /// The same as evidence.
    pub evidence: Vec<EdgeEvidence>,
    /// What was paid.
    pub rewards: Vec<RewardLine>,
    /// Its totals.
    pub settlement: EpochSummary,
    /// The ledger after it.
    pub state: State,
    /// Addresses of the rounds' bundles, in the order in which they were judged.
    pub bundles: Vec<Hash>,
}

/// An epoch that a continued ledger remembers.
#[derive(Clone, Debug)]
pub struct PastEpoch {
    /// Network time of its end, ms.
    pub time_ms: u64,
    /// Its edges.
    pub evidence: Vec<EdgeEvidence>,
    /// What was paid.
    pub rewards: Vec<RewardLine>,
    /// Its totals.
    pub settlement: EpochSummary,
}

/// Whom a running world tells what happens; `Break` ends the run after the current window.
pub type Onlooker<'a> = dyn FnMut(&WorldEvent) -> ControlFlow<()> + 'a;

/// The simulated network.
pub struct World {
    pub(crate) seed: u64,
    pub(crate) protocol: Protocol,
    pub(crate) calendar: Calendar,
    pub(crate) ether: Ether,
    /// One a villain, with nobody in it but those of its keys that pretend.
    pub(crate) simulators: Vec<Ether>,
    pub(crate) hotspots: Vec<Hotspot>,
    pub(crate) engine: Local,
    pub(crate) parties: BTreeMap<PublicKey, Party>,
    /// Epoch in which a place was last proven.
    pub(crate) proven: BTreeMap<PublicKey, u64>,
    /// What the verifier remembers; nothing before the first epoch is run.
    pub(crate) history: Option<History>,
    /// The ground; none where everything is flat and nobody knows better.
    pub(crate) terrain: Option<Terrain>,
    pub(crate) window: u64,
    /// Randomness of the first window of the current period.
    pub(crate) period: Hash,
    tally: Tally,
}

impl World {
    /// Builds the city and opens its ledger.
    ///
    /// # Errors
    /// [`WorldError`] when the numbers make no city, or the folder holds another ledger, or a broken one.
    pub fn new(config: &WorldConfig) -> Result<Self, WorldError> {
        let roster = Roster::new(config.seed, config.honest, &config.villains)?;
        let protocol = Protocol::new(Region::EU868, PERIOD_WINDOWS);
        let key = SecretSeed::new(secret(config.seed, "validator", 0).to_secret_bytes())
            .ok_or_else(|| WorldError::Genesis("the validator's key is none".into()))?;
        let genesis = genesis(config.seed, &roster, &key)?;
        let engine = match &config.data {
            Some(folder) => Local::open(folder, &genesis, key)?,
            None => Local::temporary(&genesis, key)?,
        };
        let SwitchedOn { ether, simulators, hotspots, bands } =
            SwitchedOn::new(config.seed, &protocol, roster)?;
        let state = engine.state();
        let window = next_window(&genesis.calendar, &state);
        let mut world = Self {
            seed: config.seed,
            protocol,
            calendar: genesis.calendar,
            ether,
            simulators,
            hotspots,
            engine,
            parties: BTreeMap::new(),
            proven: BTreeMap::new(),
            history: None,
            terrain: None,
            window,
            period: state.tip().randomness,
            tally: Tally::new(config.seed, &bands),
        };
        world.leave_interrupted_period()?;
        world.remember_proven()?;
        Ok(world)
    }

    /// Everybody, honest hotspots first.
    pub fn hotspots(&self) -> &[Hotspot] {
        &self.hotspots
    }

    /// The protocol they follow.
    pub fn protocol(&self) -> &Protocol {
        &self.protocol
    }

    /// The ledger.
    pub fn engine(&self) -> &Local {
        &self.engine
    }

    /// Counts against the truth, so far.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Keeps the scores of every edge from now on, for [`crate::trials::attack_table`]: they grow with every epoch.
    pub(crate) fn keep_scores(&mut self) {
        self.tally.keep_scores();
    }

    /// Windows of an epoch.
    pub fn windows_per_epoch(&self) -> u64 {
        self.calendar.windows_per_epoch()
    }

    /// Number of the next epoch to run.
    pub fn next_epoch(&self) -> u64 {
        self.calendar.epoch_of(ledger_machine::Window::new(self.window)).number()
    }

    /// Runs the epoch that is next; `None` when the onlooker ended it early, with nothing judged.
    ///
    /// # Errors
    /// [`WorldError`] when the ledger refuses; everything committed before stays.
    pub fn run_epoch(&mut self, onlooker: &mut Onlooker) -> Result<Option<EpochReport>, WorldError> {
        let epoch = self.next_epoch();
        if self.history.is_none() {
            self.history = Some(self.remembered()?);
        }
        self.refresh_parties(epoch);
        let mut rounds = Vec::new();
        let mut beacons = 0;
        let mut airborne = Airborne::new();
        loop {
            let wanted = onlooker(&WorldEvent::Window { window: self.window, epoch });
            if wanted.is_break() {
                return Ok(None);
            }
            let said = self.run_window(onlooker)?;
            beacons += said.beacons;
            airborne.extend(said.airborne);
            rounds.extend(said.rounds);
            self.window += 1;
            if self.next_epoch() != epoch {
                break;
            }
            self.commit_empty()?;
        }
        // As the ledger lists them: whoever judges what is published adds up in the same order.
        rounds.sort_by_key(|round| (round.window, round.beaconer));
        let report = self.close_epoch(epoch, &rounds)?;
        self.tally.add(&self.hotspots, &report, beacons, &airborne);
        // The epoch is over either way.
        let _ = onlooker(&WorldEvent::Closed(&report));
        Ok(Some(report))
    }

    /// Closed epochs that the ledger remembers, oldest first; at most `count`.
    ///
    /// # Errors
    /// [`WorldError`] when the ledger cannot be read.
    pub fn past(&self, count: usize) -> Result<Vec<PastEpoch>, WorldError> {
        let reader = self.engine.reader()?;
        let closed = reader.epochs()?;
        let newest = closed.get(closed.len().saturating_sub(count)..).unwrap_or_default();
        newest
            .iter()
            .map(|settlement| {
                let epoch = Some(settlement.epoch);
                Ok(PastEpoch {
                    time_ms: self.calendar.epoch_end(settlement.epoch).ms(),
                    evidence: reader.edges(EdgeQuery { epoch, ..EdgeQuery::default() })?,
                    rewards: reader.reward_lines(LineQuery { epoch, ..LineQuery::default() })?,
                    settlement: *settlement,
                })
            })
            .collect()
    }

    /// Network time at which a window begins, ms.
    pub(crate) fn window_start_ms(&self, window: u64) -> u64 {
        self.calendar.window_start(ledger_machine::Window::new(window)).ms()
    }

    pub(crate) fn randomness(&mut self) -> Randomness {
        let window = self.engine.state().tip().randomness;
        if self.window.is_multiple_of(self.protocol.period_windows) {
            self.period = window;
        }
        Randomness { period: self.period, window }
    }

    /// Seals a block at the end of the window that has just passed.
    pub(crate) fn commit_empty(&mut self) -> Result<(), WorldError> {
        self.commit_after_ms(0)
    }

    /// Seals a block so long after the current window's start.
    pub(crate) fn commit_after_ms(&mut self, after_ms: u64) -> Result<(), WorldError> {
        let time = Millis::new(self.window_start_ms(self.window) + after_ms)
            .map_err(|error| WorldError::Genesis(error.to_string()))?;
        self.engine.commit(time)?;
        Ok(())
    }

    /// A ledger that was left in the middle of a period goes on with the next: the draw belongs to whole periods.
    fn leave_interrupted_period(&mut self) -> Result<(), WorldError> {
        while !self.window.is_multiple_of(self.protocol.period_windows) {
            self.window += 1;
            self.commit_empty()?;
        }
        Ok(())
    }

    /// Everybody as the ledger knows them at the beginning of an epoch.
    fn refresh_parties(&mut self, epoch: u64) {
        let state = self.engine.state();
        self.parties = self
            .hotspots
            .iter()
            .map(|hotspot| {
                let chain = state.hotspots().get(&hotspot.key).and_then(|registered| registered.chain.now);
                let station = hotspot.agent.station();
                let (link, index) = chain.map_or((station.chain.head(), 0), |chain| (chain.tip, chain.index));
                let party = Party {
                    key: hotspot.key,
                    owner: hotspot.owner,
                    place: hotspot.asserted,
                    gain_ddbi: station.gain_ddbi,
                    eirp_ddbm: station.eirp_ddbm,
                    follows_pps: station.follows_pps,
                    known: match self.proven_epochs_ago(&hotspot.key, epoch) {
                        _ if hotspot.anchor => Known::Genesis,
                        Some(epochs) => Known::ProvenEpochsAgo(epochs),
                        None => Known::No,
                    },
                    chain: Chain { link, index, first_window: station.chain_first_window },
                };
                (hotspot.key, party)
            })
            .collect();
    }

    pub(crate) fn proven_epochs_ago(&self, key: &PublicKey, epoch: u64) -> Option<u64> {
        let ago = epoch.checked_sub(*self.proven.get(key)?)?;
        (ago > 0 && ago <= PROVEN_EPOCHS).then_some(ago)
    }

    /// A continued ledger remembers whose places were proven: an accepted edge says so of both its ends.
    fn remember_proven(&mut self) -> Result<(), WorldError> {
        let reader = self.engine.reader()?;
        let next = self.next_epoch();
        for epoch in next.saturating_sub(PROVEN_EPOCHS)..next {
            for round in reader.rounds(Some(ledger_machine::Epoch::new(epoch)))? {
                for edge in round.edges.iter().filter(|edge| edge.is_accepted()) {
                    self.proven.insert(round.beaconer, epoch);
                    self.proven.insert(edge.witness, epoch);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn note_proven(&mut self, epoch: u64, places: &BTreeMap<PublicKey, PlaceVerdict>) {
        for (key, place) in places {
            if place.outcome == poc_verifier::Outcome::Accepted && place.anchors > 0 {
                self.proven.insert(*key, epoch);
            }
            if place.outcome == poc_verifier::Outcome::Rejected {
                self.proven.remove(key);
            }
        }
    }
}

fn next_window(calendar: &Calendar, state: &State) -> u64 {
    let window = calendar.window_at(state.tip().time);
    // A window that a block was sealed in has had its beacons.
    window.number() + u64::from(calendar.window_start(window) < state.tip().time)
}

fn genesis(seed: u64, roster: &Roster, key: &SecretSeed) -> Result<Genesis, WorldError> {
    let wrong = |error: &dyn std::fmt::Display| WorldError::Genesis(error.to_string());
    let start = Millis::new(GENESIS_MS).map_err(|error| wrong(&error))?;
    let window_ms = Protocol::new(Region::EU868, PERIOD_WINDOWS).timetable.window_ms;
    let calendar = Calendar::new(start, window_ms, WINDOWS_PER_EPOCH).map_err(|error| wrong(&error))?;
    let randomness = Hash::of(GENESIS, &[&seed.to_le_bytes()]);
    let price = Price::new(PRICE).ok_or_else(|| WorldError::Genesis("the price is zero".into()))?;
    let mut genesis = Genesis::new(calendar, randomness, price);
    let payout = PublicKey::of(&secret(seed, "payout", 0));
    genesis.validators.insert(key.public(), key.genesis_validator(1, payout));
    for entry in &roster.entries {
        let station = &entry.station;
        let cell = cell_of(station.place, Resolution::Twelve);
        let place = ledger_machine::Place {
            lat_e7: station.place.lat_e7(),
            lng_e7: station.place.lng_e7(),
            height_dm: station.place.height_dm(),
            cell: Cell12::new(cell.index()).map_err(|error| wrong(&error))?,
            gain_ddbi: station.gain_ddbi,
            eirp_ddbm: station.eirp_ddbm,
        };
        let clock = if station.follows_pps { ClockClass::Pps } else { ClockClass::FreeRunning };
        let (owner, chain_head) = (station.owner, station.chain.head());
        let hotspot = GenesisHotspot { owner, clock, place, chain_head, anchor: entry.anchor };
        genesis.hotspots.insert(station.key(), hotspot);
    }
    Ok(genesis)
}
