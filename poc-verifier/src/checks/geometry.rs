//! Can these two places hear each other, and do they count as two?
//!
//! Radio horizon over a smooth earth of 4/3 radius (ITU-R P.310): `d_km = 4.12 (sqrt h1 + sqrt h2)`, heights above ground in metres.
//! Heights here are above the ellipsoid, which tells nothing about the ground between, so a hill's worth is allowed on top. Edges are
//! independent when owners differ and places are more than 300 m apart; others are neither punished nor paid.

use crate::{
    edge::Examined,
    finding::{CheckName, Finding, SCORE_MAX},
    protocol::SITE_M,
};

/// Height added to each antenna for the hill that it may stand on, m.
const HILL_M: f64 = 400.0;

#[expect(clippy::unnecessary_wraps, reason = "every check has one signature")]
pub(super) fn check(edge: &Examined) -> Option<Finding> {
    let distance_m = edge.distance_m();
    let height = |place: geo_index::Place| (place.height_m().max(0.0) + HILL_M).sqrt();
    let horizon_m = 4120.0 * (height(edge.beaconer.place) + height(edge.witness.place));
    if edge.beaconer.owner == edge.witness.owner {
        let explanation = "Beaconer and witness have one owner; such edges do not count.".into();
        return Some(Finding::unproven(CheckName::Geometry, (1.0, 2.0, "owners"), explanation));
    }
    if distance_m < SITE_M {
        let explanation = format!(
            "The two places are {distance_m:.0} m apart; nearer than {SITE_M:.0} m they are one site."
        );
        return Some(Finding::unproven(CheckName::Geometry, (distance_m, SITE_M, "m"), explanation));
    }
    let score = if distance_m > horizon_m { SCORE_MAX } else { -1.0 };
    let explanation = format!(
        "The asserted places are {:.2} km apart; the radio horizon is at {:.0} km.",
        distance_m * 1e-3,
        horizon_m * 1e-3
    );
    Some(Finding::by_score(CheckName::Geometry, score, (distance_m, horizon_m, "m"), explanation))
}
