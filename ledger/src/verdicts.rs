//! From a verifier's judgement to what the machine takes and what the store keeps: floats end here.
//!
//! The machine gets integers: measured and allowed values in thousandths, margins in hundredths of dB. The same judgement, with all its
//! findings, becomes the evidence that people read.

use std::collections::BTreeMap;

use geo_index::{Resolution, cell_of, geodesy::slant_range_m};
use ledger_machine::{
    Cell8, Check, EdgeVerdict, Hash, Opening, PublicKey, Reason, RoundVerdict, Verdict, VerdictError, Window,
};
use poc_verifier::{EdgeJudgement, Finding, Outcome, Party, Protocol, RoundJudgement};

use crate::evidence::{self, EdgeEvidence};

/// Hotspots of one owner nearer than this are one site.
const SITE_M: f64 = 300.0;
/// Greatest integers that a verdict holds: margins, hundredths of dB; reasons, thousandths of their unit, exact as floats.
const MARGIN_MAX_CDB: f64 = 2_147_483_647.0;
const REASON_MAX_MILLI: f64 = 9_007_199_254_740_992.0;
const ROUND: identity::Context = identity::Context::new("earshot 2026 round");

/// Why a judgement does not become a verdict.
#[derive(Debug, thiserror::Error)]
pub enum VerdictsError {
    /// A party of the round is not registered.
    #[error("{0} is not registered")]
    Unknown(PublicKey),
    /// A place without a cell.
    #[error("no reward cell for {0}")]
    Cell(PublicKey),
    /// A check that the machine does not know.
    #[error("the machine knows no check {0:?}")]
    Check(&'static str),
    /// A number that no integer stands for.
    #[error("{what} of {value} is not in the ledger's range")]
    Number {
        /// Which.
        what: &'static str,
        /// As judged.
        value: f64,
    },
    /// Not accepted, and no finding says why.
    #[error("the edge to {0} is not accepted, and nothing decided so")]
    Undecided(PublicKey),
    /// The verdict contradicts itself.
    #[error(transparent)]
    Verdict(#[from] VerdictError),
}

/// What a round's verdict is made in.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// The protocol's numbers.
    pub protocol: &'a Protocol,
    /// Every registered hotspot.
    pub parties: &'a BTreeMap<PublicKey, Party>,
    /// Epoch of the round.
    pub epoch: u64,
    /// Network time at which its window began, ms.
    pub window_start_ms: u64,
    /// Content address of its bundle.
    pub bundle: Hash,
    /// Draws that the beaconer let pass since its last round.
    pub skipped_draws: u32,
}

impl Judged<'_> {
    /// The integers that a validator signs.
    ///
    /// # Errors
    /// [`VerdictsError`] when a party is not registered, or the judgement contradicts itself.
    pub fn verdict(&self, round: &RoundJudgement, randomness: &Hash) -> Result<RoundVerdict, VerdictsError> {
        let beaconer = self.party(&round.beaconer)?;
        let index = beaconer.chain.index_of(round.window);
        let edges = round.edges.iter().map(|edge| self.edge(edge)).collect::<Result<_, _>>()?;
        let window = round.window.to_le_bytes();
        let verdict = RoundVerdict {
            round: Hash::of(ROUND, &[&window, round.beaconer.bytes(), randomness.bytes()]),
            window: Window::new(round.window),
            bundle: self.bundle,
            beaconer: round.beaconer,
            beaconer_cell: cell_of_party(beaconer)?,
            beaconer_site: self.site(beaconer),
            opening: round.link.zip(index).map(|(link, index)| Opening { link, index }),
            skipped_draws: self.skipped_draws,
            edges,
        };
        Ok(verdict.checked()?)
    }

    /// The evidence that people read.
    ///
    /// # Errors
    /// [`VerdictsError`] when a party is not registered.
    pub fn evidence(&self, round: &RoundJudgement) -> Result<Vec<EdgeEvidence>, VerdictsError> {
        round.edges.iter().map(|edge| self.edge_evidence(round, edge)).collect()
    }

    fn edge(&self, edge: &EdgeJudgement) -> Result<EdgeVerdict, VerdictsError> {
        let witness = self.party(&edge.witness)?;
        let verdict = match edge.outcome {
            Outcome::Accepted => Verdict::Accepted,
            Outcome::Rejected => Verdict::Rejected(reason(deciding(edge)?)?),
            Outcome::Unproven => Verdict::Unproven(reason(deciding(edge)?)?),
        };
        let margin_db = edge.snr_db - self.protocol.region.sf.decoding_limit_db();
        Ok(EdgeVerdict {
            witness: edge.witness,
            witness_cell: cell_of_party(witness)?,
            witness_site: self.site(witness),
            margin_cdb: quantised("margin", margin_db, 100.0, MARGIN_MAX_CDB)? as i32,
            verdict,
        })
    }

    fn edge_evidence(
        &self,
        round: &RoundJudgement,
        edge: &EdgeJudgement,
    ) -> Result<EdgeEvidence, VerdictsError> {
        let (beaconer, witness) = (self.party(&round.beaconer)?, self.party(&edge.witness)?);
        let check = match edge.outcome {
            Outcome::Accepted => "",
            Outcome::Rejected | Outcome::Unproven => deciding(edge)?.check.as_str(),
        };
        Ok(EdgeEvidence {
            epoch: self.epoch,
            window: round.window,
            bundle: self.bundle.to_string(),
            time_ms: self.window_start_ms,
            beaconer: round.beaconer.to_string(),
            witness: edge.witness.to_string(),
            outcome: outcome(edge.outcome),
            check: check.into(),
            findings: edge.findings.iter().map(finding).collect(),
            hops_heard: edge.hops_heard.min(255) as u8,
            hops_sent: poc_verifier::protocol::HOPS as u8,
            snr_db: edge.snr_db,
            rssi_dbm: edge.rssi_dbm,
            distance_m: edge.distance_m,
            beaconer_cell: cell_of_party(beaconer)?.index(),
            witness_cell: cell_of_party(witness)?.index(),
        })
    }

    fn party(&self, key: &PublicKey) -> Result<&Party, VerdictsError> {
        self.parties.get(key).ok_or(VerdictsError::Unknown(*key))
    }

    /// The lowest key among the same owner's hotspots at this site.
    fn site(&self, party: &Party) -> PublicKey {
        let here =
            |other: &&Party| other.owner == party.owner && slant_range_m(other.place, party.place) < SITE_M;
        self.parties.values().filter(here).map(|other| other.key).min().unwrap_or(party.key)
    }
}

fn cell_of_party(party: &Party) -> Result<Cell8, VerdictsError> {
    // By way of resolution 12, as the ledger registers it: children are not always inside their parents.
    let fine = cell_of(party.place, Resolution::Twelve);
    let cell = fine.parent(Resolution::Eight).ok_or(VerdictsError::Cell(party.key))?;
    Cell8::new(cell.index()).map_err(|_| VerdictsError::Cell(party.key))
}

fn reason(finding: &Finding) -> Result<Reason, VerdictsError> {
    let name = finding.check.as_str();
    Ok(Reason {
        check: Check::from_name(name).ok_or(VerdictsError::Check(name))?,
        measured_milli: quantised("measured value", finding.measured, 1e3, REASON_MAX_MILLI)?,
        allowed_milli: quantised("allowed value", finding.allowed, 1e3, REASON_MAX_MILLI)?,
    })
}

/// The finding that decided.
fn deciding(edge: &EdgeJudgement) -> Result<&Finding, VerdictsError> {
    let finding = edge.decided_by.and_then(|index| edge.findings.get(index));
    finding.ok_or(VerdictsError::Undecided(edge.witness))
}

/// The nearest integer of `steps` to one, where that is at most `limit` either way.
fn quantised(what: &'static str, value: f64, steps: f64, limit: f64) -> Result<i64, VerdictsError> {
    let whole = (value * steps).round();
    if whole.abs() <= limit { Ok(whole as i64) } else { Err(VerdictsError::Number { what, value }) }
}

/// The store's name for a verifier's outcome.
pub fn outcome(outcome: Outcome) -> evidence::Outcome {
    match outcome {
        Outcome::Accepted => evidence::Outcome::Accepted,
        Outcome::Rejected => evidence::Outcome::Rejected,
        Outcome::Unproven => evidence::Outcome::Unproven,
    }
}

fn finding(finding: &Finding) -> evidence::Finding {
    evidence::Finding {
        check: finding.check.as_str().into(),
        outcome: outcome(finding.outcome),
        measured: finding.measured,
        allowed: finding.allowed,
        unit: finding.unit.into(),
        score: finding.score,
        explanation: finding.explanation.clone(),
    }
}
