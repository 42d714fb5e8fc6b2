//! One day of one hotspot: twenty reports of anchors' beacons, and one place.

use poc_verifier::{
    BeaconPlan, Edge, Outcome, PlaceVerdict, Protocol, Region, Standing,
    hypothesis::{DayBook, DayEvidence},
    judgement,
};

use super::{
    Dice, Site,
    air::{self, WINDOW_NS},
    arrivals,
    clones::Partners,
    villains::Villain,
};

/// Reports a day.
pub const REPORTS: usize = 20;

/// Error of a free-running clock that is told by all that its owner heard, ns.
const CLOCK_NS: f64 = 2000.0;

/// What a day came to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Day {
    /// For the hypotheses.
    pub evidence: DayEvidence,
    /// Reports judged one by one, and how many of them were accepted for themselves, whatever the day says.
    pub reports: u64,
    /// See [`Self::reports`].
    pub paid: u64,
}

/// Draws a day of a site, cheated or honest, and lets the verifier score it.
pub fn score_day(site: &Site, villain: Option<&dyn Villain>, dice: &mut Dice) -> Day {
    let protocol = Protocol::new(Region::EU868, 12);
    let stands = villain.map_or(site.party.place, |villain| villain.stands(site.party.place, dice));
    let placed = arrivals::judge_place(site, stands, villain, dice);
    // Who has no radio witnesses nobody but its likes.
    let silent = villain.is_some_and(|villain| !villain.transmits());
    let cheated = villain.is_some();
    let mut day = Day::default();
    let (mut book, mut partners) = (DayBook::default(), Partners::default());
    book.add_place(&placed);
    let anchored = PlaceVerdict::by_genesis();
    for number in 0..if silent { 0 } else { REPORTS } {
        let link = &site.links[number % site.links.len()];
        if site.difficult && dice.happens(0.5) {
            continue;
        }
        let plan = BeaconPlan::derive(&protocol, &link.anchor.key, &dice.hash(), &dice.hash());
        let villain = villain.filter(|villain| villain.touches(number % site.links.len()));
        let heard = air::hear(site, link, stands, &plan, villain, dice);
        let edge = Edge {
            protocol: &protocol,
            beaconer: &link.anchor,
            witness: &site.party,
            drawn: true,
            plan: Some(&plan),
            standing: Standing::Committed,
            report: &heard.report,
            window_start_ns: WINDOW_NS,
            beaconer_place: &anchored,
            witness_place: &placed,
            asked: None,
            answer_late_ns: villain.and_then(|villain| villain.answers_late_ns(dice)),
            clock_late_ns: Some(dice.normal(CLOCK_NS)),
            back: heard.back,
            recorded_in: None,
            terrain: None,
        };
        let judged = judgement::judge_edge(&edge);
        book.add_report(link.anchor.key, &judged.findings);
        if number.is_multiple_of(protocol.audit_one_in as usize) {
            partners.compare(villain.and_then(Villain::copy), dice);
        }
        if cheated == villain.is_some() {
            day.reports += 1;
            day.paid += u64::from(judged.outcome == Outcome::Accepted);
        }
    }
    book.add_resemblances(&partners.scores());
    day.evidence = book.evidence();
    day
}
