//! From a published bundle back to the round that was judged.
//!
//! Signatures hold already ([`Bundle::decode`]); what is checked here is that everybody speaks for themselves, of this beacon and this window.
//! The closed set's root covers the commitments to all beacons of the window, and a bundle has one beacon's; so each comes with its path.
//! A commitment whose path does not lead to that root counts as not committed.

use identity::{MerklePath, PublicKey};

use super::{Bundle, Witnessed};
use crate::{
    judgement::Round,
    messages::{ClosedSet, Commitment, ShortId},
    round::{Spoken, Testimony},
    sealed::Sealed,
    wire::DecodeError,
};

/// A bundle whose parts do not belong together.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Inconsistent {
    /// A part that is signed by somebody else.
    #[error("{part} of {of} is signed by {by}")]
    Signer {
        /// Which part.
        part: &'static str,
        /// Whose it should be.
        of: PublicKey,
        /// Whose it is.
        by: PublicKey,
    },
    /// A part of another round.
    #[error("{part} of {of} is of another window or beacon")]
    OtherRound {
        /// Which part.
        part: &'static str,
        /// Whose.
        of: PublicKey,
    },
    /// Signed nonsense.
    #[error("{part} of {of}: {error}")]
    Nonsense {
        /// Which part.
        part: &'static str,
        /// Whose.
        of: PublicKey,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// One hotspot, twice.
    #[error("{0} is in the bundle twice")]
    Twice(PublicKey),
}

impl Bundle {
    /// The round, as it can be judged.
    ///
    /// # Errors
    /// [`Inconsistent`].
    pub fn round(&self) -> Result<Round, Inconsistent> {
        let mut known = std::collections::BTreeSet::new();
        for Witnessed { party, .. } in &self.witnesses {
            if !known.insert(party.key) {
                return Err(Inconsistent::Twice(party.key));
            }
        }
        let link = self.link()?.filter(|link| self.beaconer.chain.opens(self.window, link));
        let closed = self.closed()?;
        let testimonies = self.witnesses.iter().map(|witnessed| self.testimony(witnessed, closed.as_ref()));
        Ok(Round {
            window: self.window,
            window_start_ns: self.window_start_ms as i64 * 1_000_000,
            randomness: self.randomness,
            beaconer: self.beaconer.key,
            link,
            opening: self.opening.clone(),
            closed_set: self.closed_set.clone(),
            fresh: self.fresh,
            testimonies: testimonies.collect::<Result<_, _>>()?,
        })
    }

    fn link(&self) -> Result<Option<identity::Hash>, Inconsistent> {
        let Some(sealed) = &self.opening else { return Ok(None) };
        let part = Part { part: "opening", of: self.beaconer.key };
        part.is_by(sealed.signer())?;
        let opening = part.read(sealed.message())?;
        part.is_of_round(opening.window == self.window)?;
        Ok(Some(opening.link))
    }

    fn closed(&self) -> Result<Option<ClosedSet>, Inconsistent> {
        let Some(sealed) = &self.closed_set else { return Ok(None) };
        let part = Part { part: "closed set", of: sealed.signer() };
        let closed = part.read(sealed.message())?;
        part.is_of_round(closed.window == self.window)?;
        Ok(Some(closed))
    }

    fn testimony(
        &self,
        witnessed: &Witnessed,
        closed: Option<&ClosedSet>,
    ) -> Result<Testimony, Inconsistent> {
        let (of, beacon) = (witnessed.party.key, ShortId::of(&self.beaconer.key));
        for sealed in &witnessed.commitments {
            let part = Part { part: "commitment", of };
            part.is_by(sealed.signer())?;
            let commitment = part.read(sealed.message())?;
            part.is_of_round((commitment.window, commitment.beacon) == (self.window, beacon))?;
        }
        if let Some(sealed) = &witnessed.reveal {
            let part = Part { part: "reveal", of };
            part.is_by(sealed.signer())?;
            let report = part.read(sealed.message().and_then(|reveal| reveal.read()))?;
            part.is_of_round((report.window, report.beacon) == (self.window, beacon))?;
        }
        if let Some(sealed) = &witnessed.showing {
            let part = Part { part: "showing", of };
            part.is_by(sealed.signer())?;
            let showing = part.read(sealed.message())?;
            part.is_of_round((showing.window, showing.beacon) == (self.window, beacon))?;
        }
        let Witnessed { commitments, paths, reveal, showing, .. } = witnessed.clone();
        let in_time =
            commitments.into_iter().zip(paths).filter(|(sealed, path)| is_under(closed, sealed, path));
        let (commitments, paths) = in_time.unzip();
        Ok(Spoken { commitments, paths, reveal, showing }.testimony(of, beacon, self.window))
    }
}

/// Whether the closed set has this commitment.
fn is_under(closed: Option<&ClosedSet>, sealed: &Sealed<Commitment>, path: &MerklePath) -> bool {
    closed.is_some_and(|closed| {
        path.leaves == closed.commitments as usize && path.root(&sealed.encode()) == Some(closed.root)
    })
}

/// What is being looked at.
#[derive(Clone, Copy)]
struct Part {
    part: &'static str,
    of: PublicKey,
}

impl Part {
    fn is_by(self, by: PublicKey) -> Result<(), Inconsistent> {
        let Self { part, of } = self;
        if by == of { Ok(()) } else { Err(Inconsistent::Signer { part, of, by }) }
    }

    fn is_of_round(self, is: bool) -> Result<(), Inconsistent> {
        let Self { part, of } = self;
        if is { Ok(()) } else { Err(Inconsistent::OtherRound { part, of }) }
    }

    fn read<T>(self, read: Result<T, DecodeError>) -> Result<T, Inconsistent> {
        let Self { part, of } = self;
        read.map_err(|error| Inconsistent::Nonsense { part, of, error })
    }
}
