//! Carriers of past beacons as everybody measured them.

use std::collections::BTreeMap;

use identity::PublicKey;

use super::latest::Latest;
use crate::{nodes::oscillators::Carrier, party::Party};

/// Beacons of a key that are remembered, the latest.
const BEACONS_MAX: usize = 64;
/// Receivers of a beacon that are remembered, in the order of their keys: for a median more are of no use.
pub(in crate::judgement) const RECEIVERS_MAX: usize = 16;
const NS_AN_HOUR: f64 = 3.6e12;

/// A beacon's carrier by its receivers.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::judgement) struct Sent {
    /// Network time of its window, ns.
    pub(in crate::judgement) at_ns: i64,
    /// Receiver, carrier above nominal by its own oscillator, standard error; Hz.
    pub(in crate::judgement) heard: Vec<(PublicKey, f64, f64)>,
}

/// Carriers by sender.
pub(super) type Carriers = Latest<PublicKey, Sent, BEACONS_MAX>;

impl Carriers {
    /// As [`crate::nodes::oscillators`] wants them, by the numbers of these parties; time counts from the first.
    pub(super) fn by_number(&self, parties: &BTreeMap<PublicKey, Party>) -> Vec<Carrier> {
        let numbers: BTreeMap<_, _> = parties.keys().zip(0..).collect();
        let first_ns = self.iter().map(|(_, sent)| sent.at_ns).min().unwrap_or(0);
        let mut carriers = Vec::new();
        for (key, sent) in self.iter() {
            let Some(&sender) = numbers.get(key) else { continue };
            let at_h = (sent.at_ns - first_ns) as f64 / NS_AN_HOUR;
            for (receiver, offset_hz, sigma_hz) in &sent.heard {
                let (offset_hz, sigma_hz) = (*offset_hz, *sigma_hz);
                let carrier = |&receiver| Carrier { sender, receiver, at_h, offset_hz, sigma_hz };
                carriers.extend(numbers.get(receiver).map(carrier));
            }
        }
        carriers
    }
}
