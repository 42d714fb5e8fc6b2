//! What a check says, and how edges are decided by it.

/// Name of a check; its file has the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CheckName {
    /// The payload is this round's.
    Freshness,
    /// Committed in time, revealed as committed, opened by the beaconer.
    CommitReveal,
    /// Carrier dithers arrive.
    Frequency,
    /// Time dithers arrive.
    TimeDither,
    /// RSSI, SNR and noise floor belong together.
    NoiseFloor,
    /// Received power is physically possible, both ways.
    LinkBudget,
    /// Power dithers arrive.
    PowerDither,
    /// Cells, distances and horizons are consistent.
    Geometry,
    /// Others' arrival times place both ends where they say.
    Place,
    /// Enough of the beacon was heard.
    Hops,
    /// The samples that were asked for hold the frame as reported.
    Samples,
    /// Every symbol of those samples is there from its beginning on.
    LateCommit,
    /// Enough independent anchors heard the beacon.
    Graph,
    /// The witness's answer came back as fast as radio goes.
    Relay,
    /// Fading from channel to channel is the same both ways.
    Reciprocity,
    /// The noise before the frame is nobody else's.
    GuardNoise,
    /// Phases from channel to channel are nobody else's.
    Phase,
    /// The beaconer radiates what it states.
    Eirp,
    /// Beaconer and witness are not of one oscillator.
    Oscillator,
    /// The hotspot's day as a whole is an honest one's.
    Day,
}

impl CheckName {
    /// Every check, in the order in which findings are listed; of equal scores the first decides.
    pub const ALL: [Self; 20] = [
        Self::Freshness,
        Self::CommitReveal,
        Self::Frequency,
        Self::TimeDither,
        Self::NoiseFloor,
        Self::Samples,
        Self::LateCommit,
        Self::Place,
        Self::Relay,
        Self::Reciprocity,
        Self::GuardNoise,
        Self::Phase,
        Self::LinkBudget,
        Self::PowerDither,
        Self::Geometry,
        Self::Hops,
        Self::Eirp,
        Self::Oscillator,
        Self::Graph,
        Self::Day,
    ];

    /// As evidence and statements write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Freshness => "freshness",
            Self::CommitReveal => "commit_reveal",
            Self::Frequency => "frequency",
            Self::TimeDither => "time_dither",
            Self::NoiseFloor => "noise_floor",
            Self::LinkBudget => "link_budget",
            Self::PowerDither => "power_dither",
            Self::Geometry => "geometry",
            Self::Place => "place",
            Self::Hops => "hops",
            Self::Samples => "samples",
            Self::LateCommit => "late_commit",
            Self::Graph => "graph",
            Self::Relay => "relay",
            Self::Reciprocity => "reciprocity",
            Self::GuardNoise => "guard_noise",
            Self::Phase => "phase",
            Self::Eirp => "eirp",
            Self::Oscillator => "oscillator",
            Self::Day => "day",
        }
    }
}

/// A check's or an edge's answer. Silence and ignorance are not guilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing speaks against it.
    Accepted,
    /// Violated.
    Rejected,
    /// Not known well enough.
    Unproven,
}

/// Score of a violation that no honest party could have caused; others are cut to it, so that no check shouts another down.
pub const SCORE_MAX: f64 = 30.0;
/// Score from which a check rejects: a likelihood ratio of e^10 against honesty.
pub const SCORE_REJECT: f64 = 10.0;
/// Score from which a check says unproven: a likelihood ratio of e^5 is no proof of a cheat, and an edge so doubtful is no proof of coverage.
pub const SCORE_DOUBT: f64 = 5.0;

/// What one check says of one edge.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// Which check.
    pub check: CheckName,
    /// Its answer.
    pub outcome: Outcome,
    /// What was measured, in `unit`.
    pub measured: f64,
    /// What is allowed, in `unit`.
    pub allowed: f64,
    /// Unit of both.
    pub unit: &'static str,
    /// Log-likelihood ratio of the dishonest hypothesis over the honest one, at most [`SCORE_MAX`].
    pub score: f64,
    /// One sentence for the owner.
    pub explanation: String,
}

impl Finding {
    /// A finding that accepts, doubts or rejects by its score.
    pub(crate) fn by_score(
        check: CheckName,
        score: f64,
        (measured, allowed, unit): (f64, f64, &'static str),
        explanation: String,
    ) -> Self {
        let score = score.min(SCORE_MAX);
        let outcome = match score {
            SCORE_REJECT.. => Outcome::Rejected,
            SCORE_DOUBT.. => Outcome::Unproven,
            _ => Outcome::Accepted,
        };
        Self { check, outcome, measured, allowed, unit, score, explanation }
    }

    /// Whether the check could tell, even if it did not decide.
    pub fn tells(&self) -> bool {
        self.outcome != Outcome::Unproven || self.score >= SCORE_DOUBT
    }

    /// A finding that cannot tell.
    pub(crate) fn unproven(
        check: CheckName,
        (measured, allowed, unit): (f64, f64, &'static str),
        explanation: String,
    ) -> Self {
        Self { check, outcome: Outcome::Unproven, measured, allowed, unit, score: 0.0, explanation }
    }
}

/// The worst hypothesis wins: a rejection by the highest score, else the first thing that is not known, else acceptance.
///
/// Scores are never added up: a cheat would buy credit on ten clean checks to pay for one impossible one.
pub fn decide(findings: &[Finding]) -> (Outcome, Option<&Finding>) {
    let rejections = findings.iter().filter(|finding| finding.outcome == Outcome::Rejected);
    // The first of equals: `max_by` alone would take the last.
    let worst = rejections.rev().max_by(|a, b| a.score.total_cmp(&b.score));
    let unknown = findings.iter().find(|finding| finding.outcome == Outcome::Unproven);
    match (worst, unknown) {
        (Some(worst), _) => (Outcome::Rejected, Some(worst)),
        (None, Some(unknown)) => (Outcome::Unproven, Some(unknown)),
        (None, None) => (Outcome::Accepted, None),
    }
}
