//! What an owner has set up: keys, place, antenna, radio.

use geo_index::Place;
use identity::{Hash, OneWayChain, PublicKey};
use secp256k1::SecretKey;

/// A hotspot's own facts. Secrets included: it is neither shown nor sent.
pub struct Station {
    /// Signs everything the hotspot says.
    pub secret: SecretKey,
    /// Whose it is.
    pub owner: PublicKey,
    /// Where its owner says that it stands.
    pub place: Place,
    /// Antenna gain, tenths of dBi.
    pub gain_ddbi: i32,
    /// Radiated power at zero dither, tenths of dBm EIRP.
    pub eirp_ddbm: i32,
    /// Whether the radio's time stamps follow PPS.
    pub follows_pps: bool,
    /// Power at the antenna connector that fills the converter, dBm.
    pub full_scale_dbm: f64,
    /// The hotspot's own one-way chain.
    pub chain: OneWayChain,
    /// Window that link 1 decides.
    pub chain_first_window: u64,
}

impl Station {
    /// The public key.
    pub fn key(&self) -> PublicKey {
        PublicKey::of(&self.secret)
    }

    /// Power at the antenna connector that makes the radiated one, dBm.
    pub(crate) fn conducted_dbm(&self) -> f64 {
        f64::from(self.eirp_ddbm - self.gain_ddbi) / 10.0
    }

    /// The link that decides a window; `None` before the chain counts and after it is used up.
    pub fn link(&mut self, window: u64) -> Option<Hash> {
        let index = window.checked_sub(self.chain_first_window)? + 1;
        self.chain.link(index)
    }
}
