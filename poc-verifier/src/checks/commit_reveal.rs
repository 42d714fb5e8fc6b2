//! Was the report committed to in time, and is it the one?
//!
//! A commitment binds key, report, salt and samples before anything is revealed; the closed set says which were in time. An edge
//! without one could have been written with the answer at hand.

use crate::{
    edge::{Examined, Standing},
    finding::{CheckName, Finding, Outcome, SCORE_MAX},
};

#[expect(clippy::unnecessary_wraps, reason = "every check has one signature")]
pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let rejected = |explanation: &str| Finding {
        check: CheckName::CommitReveal,
        outcome: Outcome::Rejected,
        measured: 0.0,
        allowed: 1.0,
        unit: "commitments",
        score: SCORE_MAX,
        explanation: explanation.into(),
    };
    let finding = match edge.standing {
        Standing::NotCommitted => {
            rejected("No commitment to this report reached the verifiers before the set was closed.")
        }
        Standing::Mismatch => rejected("The revealed report is not the one that was committed to."),
        Standing::Equivocated => {
            rejected("Two different commitments to one beacon were signed with this key.")
        }
        Standing::Withheld => rejected("A report was committed to and never shown."),
        Standing::Committed if edge.drawn && edge.plan.is_none() => Finding::unproven(
            CheckName::CommitReveal,
            (0.0, 1.0, "openings"),
            "The beaconer never opened its link for this window, so nobody can check the beacon.".into(),
        ),
        Standing::Committed => Finding::by_score(
            CheckName::CommitReveal,
            0.0,
            (1.0, 1.0, "commitments"),
            "Committed before anything was revealed, and revealed as committed.".into(),
        ),
    };
    Some(finding)
}
