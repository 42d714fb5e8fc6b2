//! Has this noise been shown before?
//!
//! Whoever has no receiver needs noise, and recorded noise is the best there is. In one round clones are told by each other ([`super`]); this tells noise
//! that comes back in a later round, under the same key or another. Every guard that was shown leaves its [`Fingerprint`]; a new one is held against
//! all that are kept of its own key, with its carrier moved by up to half a kilohertz, and against those of other keys that share
//! [`BAND_BITS`] bits in a row with it somewhere (locality-sensitive hashing: Indyk and Motwani, STOC 1998), as they are. So a look costs the
//! same however many are kept. Guards in which a neighbour's sensor sends are alike as
//! often as it does; a chirp that stands out of one's noise makes it prove nothing ([`holds_burst`]). Of `K` looks the best has
//!
//! ```text
//! score = z^2 / 2 (1/h - 1/(1 + L^2)) - ln(sqrt((1 + L^2) / h) / 2) - ln K          z: standard errors over chance
//! ```
//! the likelihood ratio for an agreement drawn from a half-normal of `L` standard errors, over honest ones of variance `h`. Noise cannot be known
//! before it is there: so the later of two is the copy, and its edge alone is rejected. Nobody's recording makes an honest hotspot's later noise like it.
//!
//! How far it reaches is in `fingerprint_tests.rs`. What it does not see: noise moved in time by more than half a guard or in carrier by more than
//! half a kilohertz, other keys' noise with much noise of its own, and anything older than a week. Source: notes/physics.md 3d and 7.

use std::collections::{BTreeMap, VecDeque};

use identity::PublicKey;

use super::{fingerprint::Fingerprint, guard::Guard, structure::holds_burst};
use crate::finding::{CheckName, Finding, SCORE_REJECT};

/// Epochs of a day for which a fingerprint is kept.
pub const EPOCHS_KEPT: u64 = 7;
/// Fingerprints that are kept of one key: the oldest go first.
pub const KEPT_OF_A_KEY: usize = 32;
/// Fingerprints that are kept in all.
pub const KEPT: usize = 4096;
/// Bits of a band.
pub const BAND_BITS: usize = 16;
/// Guards of others that are looked at, whatever they have in common.
const CANDIDATES_MAX: usize = 256;
/// Variance of honest agreement: what all guards of a place have in common is not all whitened away.
const HONEST_SCALE: f64 = 1.2;
/// Agreement of reused noise, a priori, standard errors.
const REUSED: f64 = 15.0;

/// Where noise was shown before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reuse {
    /// By whom.
    pub key: PublicKey,
    /// In which window.
    pub window: u64,
    /// Agreement over chance, standard errors.
    pub agreement: f64,
    /// Log-likelihood ratio of reuse over chance, for having looked so often.
    pub score: f64,
}

/// Fingerprints of the guards of the last epochs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GuardMemory {
    /// By number, which grows.
    kept: BTreeMap<u64, Kept>,
    of_key: BTreeMap<PublicKey, VecDeque<u64>>,
    /// Numbers by band and its bits.
    bands: BTreeMap<(usize, u16), Vec<u64>>,
    next: u64,
    epoch: u64,
}

#[derive(Clone, Debug, PartialEq)]
struct Kept {
    key: PublicKey,
    window: u64,
    epoch: u64,
    print: Fingerprint,
}

impl GuardMemory {
    /// What is remembered from now on is of a later epoch.
    pub fn begin_epoch(&mut self) {
        self.epoch += 1;
        let oldest = (self.epoch + 1).saturating_sub(EPOCHS_KEPT);
        let gone = self.kept.iter().take_while(|(_, kept)| kept.epoch < oldest);
        for number in gone.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.forget(number);
        }
    }

    /// Remembers a guard that was shown.
    pub fn remember(&mut self, key: PublicKey, window: u64, print: Fingerprint) {
        let number = self.next;
        self.next += 1;
        for (band, bits) in print.bands().enumerate() {
            self.bands.entry((band, bits)).or_default().push(number);
        }
        self.kept.insert(number, Kept { key, window, epoch: self.epoch, print });
        let own = self.of_key.entry(key).or_default();
        own.push_back(number);
        let too_old = (own.len() > KEPT_OF_A_KEY).then(|| own[0]);
        let oldest = self.kept.keys().next().copied().filter(|_| self.kept.len() > KEPT);
        if let Some(number) = too_old.or(oldest) {
            self.forget(number);
        }
    }

    /// The earlier guard that one shown in a window is most like, by [`Fingerprint::of_every_carrier`]; `None` where there is none to look at.
    pub fn recall(&self, key: &PublicKey, window: u64, prints: &[Fingerprint]) -> Option<Reuse> {
        let asked = prints.first()?;
        let own = self
            .of_key
            .get(key)
            .into_iter()
            .flatten()
            .flat_map(|number| prints.iter().map(move |print| (*number, print)));
        let others = self.candidates(asked).into_iter().map(|number| (number, asked));
        let mut looks = 0.0;
        let mut best: Option<(f64, &Kept)> = None;
        for (number, print) in own.chain(others) {
            let kept = self.kept.get(&number).filter(|kept| kept.window < window);
            let Some((kept, agreement)) = kept.and_then(|kept| Some((kept, print.agreement(&kept.print)?)))
            else {
                continue;
            };
            looks += 1.0;
            if best.is_none_or(|(most, _)| agreement > most) {
                best = Some((agreement, kept));
            }
        }
        let (agreement, kept) = best?;
        // Everybody's that is kept was looked at, for a band in common.
        let looks: f64 = looks + self.kept.len() as f64;
        Some(Reuse { key: kept.key, window: kept.window, agreement, score: score_of(agreement, looks) })
    }

    /// Numbers of the guards that have a band in common with this one; the newest, if there are too many.
    fn candidates(&self, print: &Fingerprint) -> Vec<u64> {
        let alike = print.bands().enumerate().filter_map(|band| self.bands.get(&band)).flatten();
        let mut alike: Vec<u64> = alike.copied().collect();
        alike.sort_unstable();
        alike.dedup();
        alike.drain(..alike.len().saturating_sub(CANDIDATES_MAX));
        alike
    }

    /// Whose guards are kept, of which window, oldest first.
    pub fn into_guards(self) -> impl Iterator<Item = (PublicKey, u64, Fingerprint)> {
        self.kept.into_values().map(|kept| (kept.key, kept.window, kept.print))
    }

    /// Guards that are kept.
    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    fn forget(&mut self, number: u64) {
        let Some(kept) = self.kept.remove(&number) else { return };
        for band in kept.print.bands().enumerate() {
            if let Some(numbers) = self.bands.get_mut(&band) {
                numbers.retain(|other| *other != number);
                if numbers.is_empty() {
                    self.bands.remove(&band);
                }
            }
        }
        if let Some(own) = self.of_key.get_mut(&kept.key) {
            own.retain(|other| *other != number);
            if own.is_empty() {
                self.of_key.remove(&kept.key);
            }
        }
    }
}

/// Log-likelihood ratio of the best agreement of so many looks.
pub fn score_of(agreement: f64, looks: f64) -> f64 {
    agreement.max(0.0).powi(2) * gain() - prior() - looks.ln()
}

/// The agreement at which [`score_of`] rejects.
fn rejecting(looks: f64) -> f64 {
    ((SCORE_REJECT + prior() + looks.ln()) / gain()).sqrt()
}

fn gain() -> f64 {
    0.5 / HONEST_SCALE - 0.5 / (1.0 + REUSED * REUSED)
}

fn prior() -> f64 {
    0.5 * ((1.0 + REUSED * REUSED) / HONEST_SCALE).ln() - std::f64::consts::LN_2
}

impl Reuse {
    /// What it says of the later edge, whose frame of this number has this guard. One sender heard twice is no recording.
    pub(crate) fn finding(&self, hop: usize, guard: &Guard) -> Finding {
        let (frame, Self { key, window, agreement, score }) = (hop + 1, *self);
        // The looks are in the score already.
        let looks = (agreement.max(0.0).powi(2) * gain() - prior() - score).exp();
        let numbers = (agreement, rejecting(looks), "sigmas");
        if score >= SCORE_REJECT && holds_burst(guard) {
            let explanation = format!(
                "Before frame {frame} it heard somebody else send, as {key} did in window {window}; its noise cannot be compared."
            );
            return Finding::unproven(CheckName::GuardNoise, numbers, explanation);
        }
        let explanation = if score >= SCORE_REJECT {
            format!(
                "The noise before frame {frame} is what {key} showed in window {window}, {agreement:.1} standard errors more alike than chance makes it: \
                 a recording, used again."
            )
        } else {
            format!("The noise before frame {frame} has not been shown before.")
        };
        Finding::by_score(CheckName::GuardNoise, score, numbers, explanation)
    }
}

#[cfg(test)]
mod memory_tests;
