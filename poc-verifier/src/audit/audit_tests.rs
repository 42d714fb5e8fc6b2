use super::*;
use crate::{
    messages::Hop,
    testing::{Dice, key, protocol},
};

fn report(beacon: ShortId, hops: &[u8]) -> Report {
    let hop = |number: &u8| {
        let mut payload = beacon.0.to_vec();
        payload.extend([*number, 7, 7]);
        Hop { payload, ..crate::testing::hop() }
    };
    Report { window: 3, beacon, hops: hops.iter().map(hop).collect() }
}

#[test]
fn one_beacon_in_so_many_is_audited_and_every_frame_comes_up() {
    let protocol = Protocol { audit_one_in: 4, ..protocol() };
    let mut dice = Dice::new(1);
    let beacon = ShortId::of(&key(1));
    let whole = report(beacon, &[0, 1, 2, 3, 4, 5, 6, 7]);
    let (mut audited, mut frames) = (0, [0; HOPS]);
    for window in 0..8000 {
        if let Some(audit) = Audit::draw(&protocol, window, &key(1), &dice.hash()) {
            audited += 1;
            frames[audit.frame_of(&whole).unwrap()] += 1;
        }
    }
    // Four standard deviations of 2000 and of 250.
    assert!((1840..=2160).contains(&audited), "{audited}");
    assert!(frames.iter().all(|count| (187..=313).contains(count)), "{frames:?}");
}

#[test]
fn all_witnesses_show_the_same_frame_if_they_heard_it() {
    let protocol = Protocol { audit_one_in: 1, ..protocol() };
    let mut dice = Dice::new(2);
    let beacon = ShortId::of(&key(1));
    for window in 0..50 {
        let audit = Audit::draw(&protocol, window, &key(1), &dice.hash()).unwrap();
        let all = report(beacon, &[0, 1, 2, 3, 4, 5, 6, 7]);
        let asked = audit.frame_of(&all).unwrap();
        let backwards = report(beacon, &[7, 6, 5, 4, 3, 2, 1, 0]);
        assert_eq!(audit.frame_of(&backwards), Some(7 - asked));
        let others: Vec<u8> = (0..8).filter(|hop| usize::from(*hop) != asked).collect();
        assert!(audit.frame_of(&report(beacon, &others)).is_some());
        assert_eq!(audit.frame_of(&report(beacon, &[])), None);
        // Frames of another beacon are not this one's.
        let strangers = Report { beacon: ShortId([9; 4]), ..all };
        assert_eq!(audit.frame_of(&strangers), None);
    }
}

#[test]
fn every_segment_of_the_frame_comes_up_and_never_the_guard() {
    let protocol = Protocol { audit_one_in: 1, ..protocol() };
    let mut dice = Dice::new(3);
    let mut seen = [0; 8];
    for window in 0..700 {
        let audit = Audit::draw(&protocol, window, &key(1), &dice.hash()).unwrap();
        seen[audit.segment_of(8).unwrap()] += 1;
        assert_eq!(audit.segment_of(2), Some(1));
        assert_eq!((audit.segment_of(1), audit.segment_of(0)), (None, None));
    }
    assert_eq!(seen[0], 0);
    assert!(seen[1..].iter().all(|count| (60..=140).contains(count)), "{seen:?}");
}
