//! A window's messages, collected by a verifier: commitments until the set is closed, then openings and reveals.
//!
//! ```text
//! beacons | commitments ... closed | openings and reveals ... randomness is drawn | showings ... over
//! ```
//! Whatever arrives after its deadline counts as never said; whatever is not signed by whom it names is not taken at all. Memory is
//! bounded by the number of signers, whom the caller lets in by their registration: one commitment per witness and beacon (and one
//! more, as proof of an equivocation), one reveal, and no more beacons a witness than [`BEACONS_MAX`].

use std::collections::BTreeMap;

use identity::{Hash, MerklePath, PublicKey, merkle_root};
use secp256k1::SecretKey;

use crate::{
    edge::Standing,
    messages::{ClosedSet, Commitment, Opening, Report, Reveal, ShortId, Showing},
    protocol::Timetable,
    sealed::Sealed,
    wire::DecodeError,
};

/// Beacons that one witness may commit to in a window; more than can be on air in it.
const BEACONS_MAX: usize = 64;

/// Why a message was not taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RefusedMessage {
    /// Signed nonsense.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// For another window.
    #[error("for window {0}, which is not this one")]
    OtherWindow(u64),
    /// After its deadline.
    #[error("{late_ms} ms after the deadline")]
    Late {
        /// How late.
        late_ms: u64,
    },
    /// Before what must come first: the closed set before anything is opened, the reveal before samples are shown.
    #[error("what must come before it did not")]
    TooEarly,
    /// More than a witness can have heard.
    #[error("more than {BEACONS_MAX} beacons by one witness")]
    TooMany,
}

/// Everything that one witness said of one beacon.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spoken {
    /// None, one, or two that differ: an equivocation.
    pub(crate) commitments: Vec<Sealed<Commitment>>,
    /// Where they stand under the closed set's root, once it is closed.
    pub(crate) paths: Vec<MerklePath>,
    pub(crate) reveal: Option<Sealed<Reveal>>,
    pub(crate) showing: Option<Sealed<Showing>>,
}

/// A window's messages.
#[derive(Clone, Debug)]
pub struct WindowBook {
    window: u64,
    timetable: Timetable,
    commitments: BTreeMap<(PublicKey, ShortId), Spoken>,
    /// Reveals that no commitment announced.
    unannounced: BTreeMap<(PublicKey, ShortId), Spoken>,
    openings: BTreeMap<PublicKey, Sealed<Opening>>,
    closed: Option<Sealed<ClosedSet>>,
}

/// What a witness said of one beacon, as the book has it at the end of the window.
#[derive(Clone, Debug)]
pub struct Testimony {
    /// Who.
    pub witness: PublicKey,
    /// Of which beacon.
    pub beacon: ShortId,
    /// How it stands with the closed set.
    pub standing: Standing,
    /// The report; empty when it was withheld.
    pub report: Report,
    /// Merkle root over the captures behind the report, as opened.
    pub samples_root: Option<Hash>,
    /// For the bundle.
    pub commitments: Vec<Sealed<Commitment>>,
    /// Where each of them stands under the closed set's root; none before it is closed.
    pub paths: Vec<MerklePath>,
    /// For the bundle.
    pub reveal: Option<Sealed<Reveal>>,
    /// Samples, where they were shown.
    pub showing: Option<Sealed<Showing>>,
}

impl WindowBook {
    /// An empty book.
    pub fn new(window: u64, timetable: Timetable) -> Self {
        Self {
            window,
            timetable,
            commitments: BTreeMap::new(),
            unannounced: BTreeMap::new(),
            openings: BTreeMap::new(),
            closed: None,
        }
    }

    /// Takes a commitment that arrived `at_ms` after the window's start.
    ///
    /// # Errors
    /// [`RefusedMessage`] when it is late or none. A second, different commitment is not refused: it is evidence.
    pub fn commit(&mut self, sealed: Sealed<Commitment>, at_ms: u64) -> Result<(), RefusedMessage> {
        let commitment = sealed.message()?;
        self.in_time(commitment.window, at_ms, self.timetable.commitments_until_ms)?;
        if self.closed.is_some() {
            return Err(RefusedMessage::Late {
                late_ms: at_ms.saturating_sub(self.timetable.commitments_until_ms),
            });
        }
        let witness = sealed.signer();
        let full = is_full(&self.commitments, witness);
        match self.commitments.get_mut(&(witness, commitment.beacon)) {
            None if full => return Err(RefusedMessage::TooMany),
            None => {
                let fresh = Spoken { commitments: vec![sealed], ..Spoken::default() };
                self.commitments.insert((witness, commitment.beacon), fresh);
            }
            Some(known) if known.is_contradicted_by(&commitment) => known.commitments.push(sealed),
            Some(_) => {}
        }
        Ok(())
    }

    /// Closes the set of commitments and signs it; closing it again changes nothing.
    pub fn close(&mut self, secret: &SecretKey) -> ClosedSet {
        let leaves = self.leaves();
        let set =
            ClosedSet { window: self.window, commitments: leaves.len() as u32, root: merkle_root(&leaves) };
        self.closed.get_or_insert_with(|| Sealed::seal(&set, secret));
        set
    }

    /// What the closed set's root is over, in its order.
    fn leaves(&self) -> Vec<Vec<u8>> {
        let committed = self.commitments.values();
        let mut leaves: Vec<Vec<u8>> =
            committed.flat_map(|committed| committed.commitments.iter().map(Sealed::encode)).collect();
        leaves.sort();
        leaves
    }

    /// Takes a beaconer's opening. Whether the link is its chain's, the judgement says.
    ///
    /// # Errors
    /// [`RefusedMessage`] when it is early, late or none.
    pub fn open(&mut self, sealed: Sealed<Opening>, at_ms: u64) -> Result<(), RefusedMessage> {
        let opening = sealed.message()?;
        self.in_time(opening.window, at_ms, self.timetable.reveals_until_ms)?;
        if self.closed.is_none() {
            return Err(RefusedMessage::TooEarly);
        }
        self.openings.entry(sealed.signer()).or_insert(sealed);
        Ok(())
    }

    /// Takes a witness's reveal.
    ///
    /// # Errors
    /// [`RefusedMessage`] when it is early, late or none.
    pub fn reveal(&mut self, sealed: Sealed<Reveal>, at_ms: u64) -> Result<(), RefusedMessage> {
        use crate::sealed::Message;
        let report = Report::decode(&sealed.message()?.report)?;
        self.in_time(report.window, at_ms, self.timetable.reveals_until_ms)?;
        if self.closed.is_none() {
            return Err(RefusedMessage::TooEarly);
        }
        let key = (sealed.signer(), report.beacon);
        match self.commitments.get_mut(&key) {
            Some(committed) => {
                committed.reveal.get_or_insert(sealed);
            }
            None if self.unannounced.contains_key(&key) => {}
            None if is_full(&self.unannounced, key.0) => return Err(RefusedMessage::TooMany),
            None => {
                self.unannounced.insert(key, Spoken { reveal: Some(sealed), ..Spoken::default() });
            }
        }
        Ok(())
    }

    /// Takes samples that a witness shows of a report that it opened. Whether they are what was asked for, the judgement says.
    ///
    /// # Errors
    /// [`RefusedMessage`] when it is early, late, none, or of no report that is here.
    pub fn show(&mut self, sealed: Sealed<Showing>, at_ms: u64) -> Result<(), RefusedMessage> {
        let showing = sealed.message()?;
        self.in_time(showing.window, at_ms, self.timetable.showings_until_ms)?;
        let committed = self.commitments.get_mut(&(sealed.signer(), showing.beacon));
        let opened = committed.filter(|committed| committed.reveal.is_some());
        opened.ok_or(RefusedMessage::TooEarly)?.showing.get_or_insert(sealed);
        Ok(())
    }

    fn in_time(&self, window: u64, at_ms: u64, until_ms: u64) -> Result<(), RefusedMessage> {
        if window != self.window {
            return Err(RefusedMessage::OtherWindow(window));
        }
        match at_ms.checked_sub(until_ms) {
            None | Some(0) => Ok(()),
            Some(late_ms) => Err(RefusedMessage::Late { late_ms }),
        }
    }

    /// The signed closed set.
    pub fn closed_set(&self) -> Option<&Sealed<ClosedSet>> {
        self.closed.as_ref()
    }

    /// What a hotspot opened.
    pub fn opening(&self, beaconer: &PublicKey) -> Option<&Sealed<Opening>> {
        self.openings.get(beaconer)
    }

    /// Everything that was said of beacons, by witness and beacon.
    pub fn testimonies(&self) -> Vec<Testimony> {
        let leaves = if self.closed.is_some() { self.leaves() } else { Vec::new() };
        let paths: BTreeMap<&Vec<u8>, MerklePath> = leaves.iter().zip(MerklePath::all(&leaves)).collect();
        let said = self.commitments.iter().chain(&self.unannounced);
        said.map(|(&(witness, beacon), spoken)| {
            let own = spoken.commitments.iter().filter_map(|sealed| paths.get(&sealed.encode()));
            let spoken = Spoken { paths: own.cloned().collect(), ..spoken.clone() };
            spoken.testimony(witness, beacon, self.window)
        })
        .collect()
    }
}

/// Whether a witness has spoken of as many beacons as it may.
fn is_full<V>(book: &BTreeMap<(PublicKey, ShortId), V>, witness: PublicKey) -> bool {
    let own = (witness, ShortId([0; 4]))..=(witness, ShortId([0xFF; 4]));
    book.range(own).count() >= BEACONS_MAX
}

impl Spoken {
    /// Whether this is a second story, and the first such.
    fn is_contradicted_by(&self, commitment: &Commitment) -> bool {
        let [only] = &self.commitments[..] else { return false };
        only.message().is_ok_and(|known| known.digest != commitment.digest)
    }

    fn standing(&self, witness: &PublicKey) -> Standing {
        let [first, rest @ ..] = &self.commitments[..] else { return Standing::NotCommitted };
        let Some(reveal) = &self.reveal else { return Standing::Withheld };
        let shown = reveal.message().map(|reveal| reveal.digest(witness));
        match (shown, first.message()) {
            _ if !rest.is_empty() => Standing::Equivocated,
            (Ok(digest), Ok(commitment)) if digest == commitment.digest => Standing::Committed,
            _ => Standing::Mismatch,
        }
    }

    /// As it is judged.
    pub(crate) fn testimony(self, witness: PublicKey, beacon: ShortId, window: u64) -> Testimony {
        let opened = self.reveal.as_ref().and_then(|reveal| reveal.message().ok());
        let report = opened.as_ref().and_then(|reveal| reveal.read().ok());
        Testimony {
            witness,
            beacon,
            standing: self.standing(&witness),
            report: report.unwrap_or(Report { window, beacon, hops: Vec::new() }),
            samples_root: opened.map(|reveal| reveal.samples_root),
            commitments: self.commitments,
            paths: self.paths,
            reveal: self.reveal,
            showing: self.showing,
        }
    }
}

#[cfg(test)]
mod round_tests;
