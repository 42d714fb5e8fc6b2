//! The beginning of a ledger: everything that nobody can vote on later, and the first anchors.

use std::collections::BTreeMap;

use crate::{
    Hash, PublicKey,
    chain::ChainPosition,
    money::{Ear, Price},
    parameters::Parameters,
    place::{ClockClass, Place, PlaceError},
    schedule::Scheduled,
    settle::Carries,
    state::{Account, Hotspot, State, Tip, Validator},
    supply::Supply,
    table::Table,
    time::{Calendar, Epoch, Height},
};

/// One billion EAR, in 10^-8.
pub const SUPPLY_CAP: Ear = Ear::new(100_000_000_000_000_000);

/// The most validators; votes and medians are counted over all of them.
pub const MAX_VALIDATORS: usize = 1000;

/// The most power that one validator has.
pub const MAX_POWER: u64 = 1 << 40;

/// A genesis that no ledger can begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GenesisError {
    /// Nobody could make a block.
    #[error("no validator")]
    NoValidator,
    /// Too many to count.
    #[error("{0} validators; at most {MAX_VALIDATORS} are allowed")]
    TooManyValidators(usize),
    /// Power of 0, or more than is allowed.
    #[error("validator {validator} has power {power}; allowed are 1 to {MAX_POWER}")]
    Power {
        /// Whose.
        validator: PublicKey,
        /// How much.
        power: u64,
    },
    /// More money than there may ever be.
    #[error("accounts hold more than the cap of {0}")]
    AboveCap(Ear),
    /// A hotspot outside the Earth.
    #[error("hotspot {hotspot}: {error}")]
    Place {
        /// Which.
        hotspot: PublicKey,
        /// Why.
        error: PlaceError,
    },
}

/// A first validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenesisValidator {
    /// Its voting power, 1 to 2^40.
    pub power: u64,
    /// The account that it is paid to.
    pub payout: PublicKey,
    /// Head of its one-way chain.
    pub chain_head: Hash,
}

/// A first hotspot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenesisHotspot {
    /// Its owner.
    pub owner: PublicKey,
    /// What its clock follows.
    pub clock: ClockClass,
    /// Where it stands.
    pub place: Place,
    /// Head of its one-way chain.
    pub chain_head: Hash,
    /// Whether its place counts as proven from the beginning.
    pub anchor: bool,
}

/// What a ledger begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// When windows and epochs begin.
    pub calendar: Calendar,
    /// `R_0`.
    pub randomness: Hash,
    /// The first price.
    pub price: Price,
    /// The most EAR that will ever exist.
    pub cap: Ear,
    /// The first numbers.
    pub parameters: Parameters,
    /// EAR that somebody has from the beginning.
    pub balances: BTreeMap<PublicKey, Ear>,
    /// The validators.
    pub validators: BTreeMap<PublicKey, GenesisValidator>,
    /// The first hotspots.
    pub hotspots: BTreeMap<PublicKey, GenesisHotspot>,
}

impl Genesis {
    /// A genesis with the usual numbers, no money, nobody.
    #[must_use]
    pub fn new(calendar: Calendar, randomness: Hash, price: Price) -> Self {
        Self {
            calendar,
            randomness,
            price,
            cap: SUPPLY_CAP,
            parameters: Parameters::default(),
            balances: BTreeMap::new(),
            validators: BTreeMap::new(),
            hotspots: BTreeMap::new(),
        }
    }

    /// The state at height 0. Its hash names the ledger.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn state(&self) -> Result<State, GenesisError> {
        self.check_validators()?;
        let genesis = Ear::sum(self.balances.values().copied()).ok().filter(|sum| *sum <= self.cap);
        let supply = Supply {
            cap: self.cap,
            genesis: genesis.ok_or(GenesisError::AboveCap(self.cap))?,
            issued: Ear::ZERO,
            burned: Ear::ZERO,
            paid: Ear::ZERO,
            bounties_released: Ear::ZERO,
            credits_bought: crate::Credits::ZERO,
            credits_spent: crate::Credits::ZERO,
        };
        let tip = Tip {
            height: Height::new(0),
            time: self.calendar.start(),
            epoch: Epoch::new(0),
            randomness: self.randomness,
            price: self.price,
        };
        let mut state = State {
            network: Hash::default(),
            head: Hash::default(),
            calendar: self.calendar,
            tip,
            parameters: self.parameters,
            supply,
            carries: Carries::default(),
            accounts: self.accounts(),
            hotspots: self.hotspots()?,
            cells: Table::default(),
            validators: self.validators(),
            proposed: Table::default(),
            rounds: Table::default(),
            price_votes: Table::default(),
            parameter_votes: Table::default(),
            pending: Table::default(),
        };
        let hash = state.hash();
        state.network = hash;
        state.head = hash;
        Ok(state)
    }

    fn check_validators(&self) -> Result<(), GenesisError> {
        match self.validators.len() {
            0 => return Err(GenesisError::NoValidator),
            count if count > MAX_VALIDATORS => return Err(GenesisError::TooManyValidators(count)),
            _ => {}
        }
        let odd = self.validators.iter().find(|(_, who)| !(1..=MAX_POWER).contains(&who.power));
        odd.map_or(Ok(()), |(key, who)| Err(GenesisError::Power { validator: *key, power: who.power }))
    }

    /// Everybody who is named anywhere has an account, so that everybody can sign.
    fn accounts(&self) -> Table<PublicKey, Account> {
        let keys = self.balances.keys().chain(self.validators.keys()).chain(self.hotspots.keys());
        let payouts = self.validators.values().map(|validator| &validator.payout);
        let owners = self.hotspots.values().map(|hotspot| &hotspot.owner);
        keys.chain(payouts)
            .chain(owners)
            .map(|key| {
                let balance = self.balances.get(key).copied().unwrap_or_default();
                (*key, Account { balance, ..Account::default() })
            })
            .collect()
    }

    fn hotspots(&self) -> Result<Table<PublicKey, Hotspot>, GenesisError> {
        let hotspot = |(key, named): (&PublicKey, &GenesisHotspot)| {
            let place =
                named.place.checked().map_err(|error| GenesisError::Place { hotspot: *key, error })?;
            let hotspot = Hotspot {
                owner: named.owner,
                registered: Epoch::new(0),
                clock: named.clock,
                anchor: named.anchor,
                place: Scheduled::from_start(place),
                chain: Scheduled::from_start(ChainPosition::new(named.chain_head, 0, Epoch::new(0))),
                skipped_draws: 0,
            };
            Ok((*key, hotspot))
        };
        self.hotspots.iter().map(hotspot).collect()
    }

    fn validators(&self) -> Table<PublicKey, Validator> {
        let validator = |named: &GenesisValidator| Validator {
            power: named.power,
            payout: named.payout,
            chain: Scheduled::from_start(ChainPosition::new(named.chain_head, 0, Epoch::new(0))),
        };
        self.validators.iter().map(|(key, named)| (*key, validator(named))).collect()
    }
}
