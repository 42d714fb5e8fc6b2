use identity::Hash;

use super::*;
use crate::{
    Finding,
    finding::CheckName,
    hypothesis::DayBook,
    messages::{Hop, ShortId},
    testing::{hop, key, protocol},
};

fn plan(number: u64) -> BeaconPlan {
    let mut link = [0; 32];
    link[..8].copy_from_slice(&number.to_le_bytes());
    BeaconPlan::derive(&protocol(), &key(1), &Hash::new(link), &Hash::default())
}

fn report_of(plan: &BeaconPlan) -> Report {
    let hops = plan.hops.iter().map(|planned| Hop { payload: planned.payload.to_vec(), ..hop() });
    Report { window: 0, beacon: ShortId::of(&key(1)), hops: hops.collect() }
}

/// An epoch that came to this.
fn epoch(days: BTreeMap<PublicKey, DayEvidence>, lasting: Lasting) -> EpochJudgement {
    EpochJudgement { places: BTreeMap::new(), rounds: Vec::new(), days, flags: BTreeMap::new(), lasting }
}

/// A day whose carriers follow the dithers so badly, by eight anchors.
fn day(blind: f64) -> DayEvidence {
    let mut book = DayBook::default();
    for anchor in 0..8 {
        let finding = Finding::by_score(CheckName::Frequency, blind / 8.0, (0.0, 0.0, ""), String::new());
        book.add_report(key(100 + anchor), &[finding]);
    }
    book.evidence()
}

#[test]
fn payloads_are_bounded_and_the_oldest_go_first() {
    let mut history = History::default();
    let plans = (0..ROUNDS_REMEMBERED as u64 + 10).map(|number| (number, plan(number)));
    let lasting = Lasting { plans: plans.collect(), ..Lasting::default() };
    history.remember(&epoch(BTreeMap::new(), lasting));
    assert_eq!(history.recorded_in(&report_of(&plan(9))), None);
    assert_eq!(history.recorded_in(&report_of(&plan(10))), Some(10));
}

#[test]
fn epochs_are_forgotten_as_a_whole() {
    let mut history = History::default();
    let sent = Sent { at_ns: 0, heard: vec![(key(2), 1.0, 1.0)] };
    let lasting = Lasting { plans: vec![(7, plan(7))], sent: vec![(key(1), sent)], ..Lasting::default() };
    history.remember(&epoch([(key(1), day(0.5))].into(), lasting));
    let parties = [1, 2].map(|number| (key(number), crate::testing::party(number, crate::testing::lisbon())));
    let left = |history: &History| {
        let days = history.days.iter().any(|days| days.contains_key(&key(1)));
        (history.recorded_in(&report_of(&plan(7))), history.carriers(&parties.into()).len(), days)
    };
    for _ in 1..EPOCHS_REMEMBERED {
        history.remember(&epoch(BTreeMap::new(), Lasting::default()));
        assert_eq!(left(&history), (Some(7), 1, true));
    }
    history.remember(&epoch(BTreeMap::new(), Lasting::default()));
    assert_eq!(left(&history), (None, 0, false));
}

#[test]
fn what_no_day_shows_days_show_together() {
    let calibration = Calibration::published();
    let limits = calibration.threshold(Hypothesis::Blind).unwrap().cusum.unwrap();
    // The eleventh or so passes.
    let small = limits.reference + 0.095 * limits.limit;
    let enough = (limits.limit / (small - limits.reference)).floor() as usize;
    let mut history = History::default();
    for before in 0..=enough {
        let together = history.together(&key(1), &day(small), &calibration);
        assert_eq!(together.is_some(), before == enough, "after {before} days");
        assert_eq!(
            history.together(&key(2), &day(small), &calibration),
            None,
            "another's days are not its own"
        );
        history.remember(&epoch([(key(1), day(small))].into(), Lasting::default()));
    }
    // Honest days take the sum down again.
    for _ in 0..2 {
        history.remember(&epoch([(key(1), day(limits.reference - limits.limit))].into(), Lasting::default()));
    }
    assert_eq!(history.together(&key(1), &day(small), &calibration), None);
}
