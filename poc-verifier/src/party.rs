//! A hotspot as the ledger knows it: what it asserts, and what others may hold it to.

use geo_index::Place;
use identity::{Hash, PublicKey, chain_walk};

use crate::wire::{self, DecodeError, proto};

/// Most links between a known one and an opened one: bounds the work that an opening causes.
const STEPS_MAX: u64 = 1 << 17;

/// A registered hotspot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Party {
    /// Its key.
    pub key: PublicKey,
    /// Whose it is.
    pub owner: PublicKey,
    /// Where it says that it stands.
    pub place: Place,
    /// Antenna gain, tenths of dBi.
    pub gain_ddbi: i32,
    /// Radiated power at zero dither, tenths of dBm EIRP.
    pub eirp_ddbm: i32,
    /// Whether its clock follows PPS.
    pub follows_pps: bool,
    /// What earlier epochs say of its place.
    pub known: Known,
    /// Its one-way chain.
    pub chain: Chain,
}

/// What is known of a hotspot's place before an epoch is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Nothing that counts: never proven, or longer than 30 days ago.
    No,
    /// Named in genesis: where everything else is measured from.
    Genesis,
    /// Proven so many epochs ago, at least 1.
    ProvenEpochsAgo(u64),
}

impl Known {
    /// 0 for no, 1 for genesis, one more than the epochs.
    fn to_number(self) -> u64 {
        match self {
            Self::No => 0,
            Self::Genesis => 1,
            Self::ProvenEpochsAgo(epochs) => epochs.saturating_add(1),
        }
    }

    fn of_number(number: u64) -> Self {
        match number {
            0 => Self::No,
            1 => Self::Genesis,
            more => Self::ProvenEpochsAgo(more - 1),
        }
    }
}

/// What is known of a hotspot's one-way chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// A known link: the head, or the furthest opened.
    pub link: Hash,
    /// Its index; the head is 0.
    pub index: u64,
    /// Window that link 1 decides; every window after it has the next.
    pub first_window: u64,
}

impl Chain {
    /// Index of the link that decides a window; `None` before the chain counts.
    pub fn index_of(&self, window: u64) -> Option<u64> {
        window.checked_sub(self.first_window)?.checked_add(1)
    }

    /// Whether `link` is the one that decides `window`.
    pub fn opens(&self, window: u64, link: &Hash) -> bool {
        let Some(index) = self.index_of(window) else { return false };
        if index.abs_diff(self.index) > STEPS_MAX {
            return false;
        }
        if index >= self.index {
            chain_walk(*link, index - self.index) == self.link
        } else {
            chain_walk(self.link, self.index - index) == *link
        }
    }
}

impl Party {
    /// Whether it counts as an anchor: named in genesis, or its place proven within 30 days.
    pub fn is_anchor(&self) -> bool {
        self.known != Known::No
    }

    /// Antenna gain, dBi.
    pub fn gain_dbi(&self) -> f64 {
        f64::from(self.gain_ddbi) / 10.0
    }

    /// Radiated power at zero dither, dBm EIRP.
    pub fn eirp_dbm(&self) -> f64 {
        f64::from(self.eirp_ddbm) / 10.0
    }

    pub(crate) fn to_proto(self) -> proto::Party {
        proto::Party {
            key: self.key.bytes().to_vec(),
            owner: self.owner.bytes().to_vec(),
            lat_e7: self.place.lat_e7(),
            lng_e7: self.place.lng_e7(),
            height_dm: self.place.height_dm(),
            gain_ddbi: self.gain_ddbi,
            eirp_ddbm: self.eirp_ddbm,
            follows_pps: self.follows_pps,
            known: self.known.to_number(),
            chain_link: self.chain.link.bytes().to_vec(),
            chain_index: self.chain.index,
            chain_first_window: self.chain.first_window,
        }
    }

    pub(crate) fn from_proto(raw: &proto::Party) -> Result<Self, DecodeError> {
        let place = Place::from_integers(raw.lat_e7, raw.lng_e7, raw.height_dm)?;
        Ok(Self {
            key: wire::key("key", &raw.key)?,
            owner: wire::key("owner", &raw.owner)?,
            place,
            gain_ddbi: wire::in_range("gain_ddbi", raw.gain_ddbi, -200, 400)?,
            eirp_ddbm: wire::in_range("eirp_ddbm", raw.eirp_ddbm, -500, 600)?,
            follows_pps: raw.follows_pps,
            known: Known::of_number(raw.known),
            chain: Chain {
                link: Hash::new(wire::fixed("chain_link", &raw.chain_link)?),
                index: raw.chain_index,
                first_window: raw.chain_first_window,
            },
        })
    }
}
