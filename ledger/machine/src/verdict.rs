//! What a verifier's judgement of a round looks like once it is integers.
//!
//! A [`RoundVerdict`] is what one validator signs. Validators need not agree on measured numbers to the last digit
//! (their FFTs differ bit-wise), so a verdict has two parts: the [`RoundVerdict::skeleton`], in which every validator of
//! a quorum must agree exactly, and three numbers an edge of which the quorum's median counts.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::{
    Hash, PublicKey,
    cell::Cell8,
    median::weighted_median,
    time::Window,
    wire::{self, DecodeError, proto},
};

/// The most witnesses that a round may have.
pub const MAX_EDGES: usize = 1024;

/// The most skipped draws that one verdict may state.
pub const MAX_SKIPPED_DRAWS: u32 = 10_000;

/// The checks of `poc-verifier`, by their wire numbers. Unknown numbers are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Check {
    /// The payload is of this round's randomness.
    Freshness = 1,
    /// The report is the one committed to, and in time.
    CommitReveal = 2,
    /// Received power is physically possible, both ways.
    LinkBudget = 3,
    /// SNR, RSSI and noise floor belong together.
    NoiseFloor = 4,
    /// Carrier dithers, drift, and CFO against sample clock.
    Frequency = 5,
    /// Power dithers arrive.
    PowerDither = 6,
    /// Time dithers arrive.
    TimeDither = 7,
    /// Arrival differences place the beaconer where it says.
    Place = 8,
    /// Coordinates, cells and distances are consistent.
    Geometry = 9,
    /// Enough hops were heard.
    Hops = 10,
    /// Enough independent anchors heard the beacon.
    Graph = 11,
    /// Fading is the same both ways.
    Reciprocity = 12,
    /// The round trip is not a relay's.
    Relay = 13,
    /// The noise before the frame is nobody else's.
    GuardNoise = 14,
    /// Phases across hops are of one path.
    Phase = 15,
    /// The samples that were asked for hold the frame as reported.
    Samples = 16,
    /// The hotspot's day as a whole, by the hypothesis that it decided.
    Day = 17,
    /// Every symbol shown is there from its beginning on.
    LateCommit = 18,
    /// The beaconer radiates what it states.
    Eirp = 19,
    /// Beaconer and witness are not of one oscillator.
    Oscillator = 20,
}

impl Check {
    /// Every check, by number.
    pub const ALL: [Self; 20] = [
        Self::Freshness,
        Self::CommitReveal,
        Self::LinkBudget,
        Self::NoiseFloor,
        Self::Frequency,
        Self::PowerDither,
        Self::TimeDither,
        Self::Place,
        Self::Geometry,
        Self::Hops,
        Self::Graph,
        Self::Reciprocity,
        Self::Relay,
        Self::GuardNoise,
        Self::Phase,
        Self::Samples,
        Self::Day,
        Self::LateCommit,
        Self::Eirp,
        Self::Oscillator,
    ];

    /// The name that evidence and statements use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Freshness => "freshness",
            Self::CommitReveal => "commit_reveal",
            Self::LinkBudget => "link_budget",
            Self::NoiseFloor => "noise_floor",
            Self::Frequency => "frequency",
            Self::PowerDither => "power_dither",
            Self::TimeDither => "time_dither",
            Self::Place => "place",
            Self::Geometry => "geometry",
            Self::Hops => "hops",
            Self::Graph => "graph",
            Self::Reciprocity => "reciprocity",
            Self::Relay => "relay",
            Self::GuardNoise => "guard_noise",
            Self::Phase => "phase",
            Self::Samples => "samples",
            Self::Day => "day",
            Self::LateCommit => "late_commit",
            Self::Eirp => "eirp",
            Self::Oscillator => "oscillator",
        }
    }

    /// The check of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|check| check.as_str() == name)
    }

    fn from_number(number: i32) -> Result<Self, DecodeError> {
        let unknown = DecodeError::Unknown { field: "check", value: number };
        Self::ALL.into_iter().find(|check| *check as i32 == number).ok_or(unknown)
    }
}

/// Why an edge was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Reason {
    /// The check that decided.
    pub check: Check,
    /// What it measured, in thousandths of its unit.
    pub measured_milli: i64,
    /// What it allows, in thousandths of its unit.
    pub allowed_milli: i64,
}

/// An edge's verdict. Silence and ignorance are not guilt: unproven earns nothing and costs nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Verdict {
    /// Every check that could speak agreed, and both ends' places are proven.
    Accepted,
    /// A check was violated.
    Rejected(Reason),
    /// Something that must be known is not.
    Unproven(Reason),
}

/// One witness's edge of a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct EdgeVerdict {
    /// Who heard.
    pub witness: PublicKey,
    /// Where: the reward cell of the witness's place.
    pub witness_cell: Cell8,
    /// The lowest key among the same owner's hotspots within 300 m of the witness.
    pub witness_site: PublicKey,
    /// Median SNR above the decoding limit, hundredths of dB.
    pub margin_cdb: i32,
    /// The verdict.
    pub verdict: Verdict,
}

impl EdgeVerdict {
    /// Whether it was accepted.
    pub const fn is_accepted(&self) -> bool {
        matches!(self.verdict, Verdict::Accepted)
    }
}

/// An opened link of the beaconer's chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Opening {
    /// `x_n`.
    pub link: Hash,
    /// `n`: how many steps it is from the registered head.
    pub index: u64,
}

/// Why a verdict contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerdictError {
    /// Witnesses must ascend strictly: each appears once, and one order exists.
    #[error("witness {0} is not in ascending order")]
    Order(PublicKey),
    /// Nobody is its own witness.
    #[error("{0} is its own witness")]
    SelfWitness(PublicKey),
    /// An accepted edge needs the beaconer's opened link.
    #[error("witness {0} is accepted in a round that was never opened")]
    NotOpened(PublicKey),
    /// More skipped draws than are believed at once.
    #[error("{0} skipped draws; at most {MAX_SKIPPED_DRAWS} are believed")]
    SkippedDraws(u32),
    /// An accepted edge with a check, or another without.
    #[error("witness {0}: a check belongs to every verdict but accepted")]
    CheckOfAccepted(PublicKey),
}

/// One validator's verdict on one beaconer's round in one window.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RoundVerdict {
    /// The verifier's own hash of the round.
    pub round: Hash,
    /// The window in which it was on the air.
    pub window: Window,
    /// Content address of the published evidence.
    pub bundle: Hash,
    /// Who beaconed.
    pub beaconer: PublicKey,
    /// The reward cell of the beaconer's place.
    pub beaconer_cell: Cell8,
    /// The lowest key among the same owner's hotspots within 300 m of the beaconer.
    pub beaconer_site: PublicKey,
    /// The opened link; none when the beaconer kept it.
    pub opening: Option<Opening>,
    /// Draws that the beaconer let pass since its last round.
    pub skipped_draws: u32,
    /// The edges, strictly ascending by witness.
    pub edges: Vec<EdgeVerdict>,
}

impl RoundVerdict {
    /// This verdict, when it does not contradict itself.
    ///
    /// # Errors
    /// Names the first contradiction.
    pub fn checked(self) -> Result<Self, VerdictError> {
        if self.skipped_draws > MAX_SKIPPED_DRAWS {
            return Err(VerdictError::SkippedDraws(self.skipped_draws));
        }
        if let Some(pair) = self.edges.windows(2).find(|pair| pair[0].witness >= pair[1].witness) {
            return Err(VerdictError::Order(pair[1].witness));
        }
        for edge in &self.edges {
            if edge.witness == self.beaconer {
                return Err(VerdictError::SelfWitness(edge.witness));
            }
            if edge.is_accepted() && self.opening.is_none() {
                return Err(VerdictError::NotOpened(edge.witness));
            }
        }
        Ok(self)
    }

    /// All that validators must agree on exactly: the verdict with its measured numbers set to zero.
    #[must_use]
    pub fn skeleton(&self) -> Self {
        let mut skeleton = self.clone();
        for edge in &mut skeleton.edges {
            edge.margin_cdb = 0;
            if let Verdict::Rejected(reason) | Verdict::Unproven(reason) = &mut edge.verdict {
                reason.measured_milli = 0;
                reason.allowed_milli = 0;
            }
        }
        skeleton
    }

    /// The quorum's verdict: the skeleton of `votes`, which all share, with each number's weighted median.
    ///
    /// # Panics
    /// When there is no vote or no weight: a quorum has both.
    #[must_use]
    pub fn median(votes: &[(&Self, u64)]) -> Self {
        let mut decided = votes.first().expect("a quorum has votes").0.clone();
        for (at, edge) in decided.edges.iter_mut().enumerate() {
            edge.margin_cdb = median_of(votes, |vote| vote.edges[at].margin_cdb);
            if let Verdict::Rejected(reason) | Verdict::Unproven(reason) = &mut edge.verdict {
                reason.measured_milli = median_of(votes, |vote| numbers(&vote.edges[at]).0);
                reason.allowed_milli = median_of(votes, |vote| numbers(&vote.edges[at]).1);
            }
        }
        decided
    }
}

fn median_of<T: Ord + Copy>(votes: &[(&RoundVerdict, u64)], number: impl Fn(&RoundVerdict) -> T) -> T {
    weighted_median(votes.iter().map(|(vote, power)| (number(vote), *power))).expect("a quorum has weight")
}

const fn numbers(edge: &EdgeVerdict) -> (i64, i64) {
    match edge.verdict {
        Verdict::Accepted => (0, 0),
        Verdict::Rejected(reason) | Verdict::Unproven(reason) => {
            (reason.measured_milli, reason.allowed_milli)
        }
    }
}

impl From<&EdgeVerdict> for proto::EdgeVerdict {
    fn from(edge: &EdgeVerdict) -> Self {
        let (outcome, check) = match edge.verdict {
            Verdict::Accepted => (proto::Outcome::Accepted, 0),
            Verdict::Rejected(reason) => (proto::Outcome::Rejected, reason.check as i32),
            Verdict::Unproven(reason) => (proto::Outcome::Unproven, reason.check as i32),
        };
        let (measured_milli, allowed_milli) = numbers(edge);
        Self {
            witness: edge.witness.bytes().to_vec(),
            witness_cell: edge.witness_cell.index(),
            witness_site: edge.witness_site.bytes().to_vec(),
            outcome: outcome as i32,
            check,
            measured_milli,
            allowed_milli,
            margin_cdb: edge.margin_cdb,
        }
    }
}

impl TryFrom<&proto::EdgeVerdict> for EdgeVerdict {
    type Error = DecodeError;

    fn try_from(edge: &proto::EdgeVerdict) -> Result<Self, DecodeError> {
        let witness = wire::key("witness", &edge.witness)?;
        let verdict = match (proto::Outcome::try_from(edge.outcome), edge.check) {
            (Ok(proto::Outcome::Accepted), 0) => Verdict::Accepted,
            (Ok(proto::Outcome::Rejected), check) if check != 0 => Verdict::Rejected(reason(edge)?),
            (Ok(proto::Outcome::Unproven), check) if check != 0 => Verdict::Unproven(reason(edge)?),
            (Ok(proto::Outcome::Unspecified) | Err(_), _) => {
                return Err(DecodeError::Unknown { field: "outcome", value: edge.outcome });
            }
            _ => return Err(VerdictError::CheckOfAccepted(witness).into()),
        };
        Ok(Self {
            witness,
            witness_cell: Cell8::new(edge.witness_cell)?,
            witness_site: wire::key("witness_site", &edge.witness_site)?,
            margin_cdb: edge.margin_cdb,
            verdict,
        })
    }
}

fn reason(edge: &proto::EdgeVerdict) -> Result<Reason, DecodeError> {
    Ok(Reason {
        check: Check::from_number(edge.check)?,
        measured_milli: edge.measured_milli,
        allowed_milli: edge.allowed_milli,
    })
}

impl From<&RoundVerdict> for proto::RoundVerdict {
    fn from(verdict: &RoundVerdict) -> Self {
        Self {
            round: verdict.round.bytes().to_vec(),
            window: verdict.window.number(),
            bundle: verdict.bundle.bytes().to_vec(),
            beaconer: verdict.beaconer.bytes().to_vec(),
            beaconer_cell: verdict.beaconer_cell.index(),
            beaconer_site: verdict.beaconer_site.bytes().to_vec(),
            opening: verdict
                .opening
                .map(|opening| proto::Opening { link: opening.link.bytes().to_vec(), index: opening.index }),
            skipped_draws: verdict.skipped_draws,
            edges: verdict.edges.iter().map(Into::into).collect(),
        }
    }
}

impl TryFrom<proto::RoundVerdict> for RoundVerdict {
    type Error = DecodeError;

    fn try_from(verdict: proto::RoundVerdict) -> Result<Self, DecodeError> {
        if verdict.edges.len() > MAX_EDGES {
            return Err(DecodeError::TooMany {
                field: "edges",
                limit: MAX_EDGES,
                actual: verdict.edges.len(),
            });
        }
        let opening = verdict.opening.map(|opening| {
            Ok::<_, DecodeError>(Opening { link: wire::hash("link", &opening.link)?, index: opening.index })
        });
        let verdict = Self {
            round: wire::hash("round", &verdict.round)?,
            window: Window::new(verdict.window),
            bundle: wire::hash("bundle", &verdict.bundle)?,
            beaconer: wire::key("beaconer", &verdict.beaconer)?,
            beaconer_cell: Cell8::new(verdict.beaconer_cell)?,
            beaconer_site: wire::key("beaconer_site", &verdict.beaconer_site)?,
            opening: opening.transpose()?,
            skipped_draws: verdict.skipped_draws,
            edges: verdict.edges.iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
        };
        Ok(verdict.checked()?)
    }
}

wire::wire!(RoundVerdict, proto::RoundVerdict, 192 * 1024);

#[cfg(test)]
#[path = "verdict_tests.rs"]
mod verdict_tests;
