use super::*;
use crate::testing::{Dice, key, protocol};

fn plan(dice: &mut Dice, beaconer: u64) -> BeaconPlan {
    BeaconPlan::derive(&protocol(), &key(beaconer), &dice.hash(), &dice.hash())
}

#[test]
fn one_hotspot_in_so_many_is_asked_and_never_by_itself() {
    let (protocol, mut dice) = (protocol(), Dice::new(1));
    let beacons = [1, 2, 3].map(|number| ShortId::of(&key(number)));
    let mut asked = [0; 3];
    for _ in 0..300 {
        let randomness = dice.hash();
        for (beacon, asked) in beacons.into_iter().zip(&mut asked) {
            *asked +=
                (0..60).filter(|number| is_asked(&protocol, &randomness, beacon, &key(*number))).count();
            let own = (1..4).filter(|number| ShortId::of(&key(*number)) == beacon);
            assert!(own.into_iter().all(|number| !is_asked(&protocol, &randomness, beacon, &key(number))));
        }
    }
    // 17,700 asked with 1/60 each: 295; four standard deviations.
    assert!(asked.iter().all(|count| (227..=363).contains(count)), "{asked:?}");
    let mute = Protocol { region: crate::Region { ranging: false, ..protocol.region }, ..protocol };
    assert!((0..500).all(|number| !is_asked(&mute, &dice.hash(), beacons[0], &key(number))));
}

#[test]
fn only_who_heard_the_challenge_and_has_the_link_makes_the_answer() {
    let (protocol, mut dice) = (protocol(), Dice::new(2));
    let (challenge, other) = (plan(&mut dice, 1), plan(&mut dice, 1));
    let (link, randomness) = (dice.hash(), dice.hash());
    let answer = Answer::to(&protocol, &key(5), &link, &randomness, &challenge);
    for hop in 0..HOPS {
        let derive = |key: &PublicKey, link: &Hash, challenge: &BeaconPlan| {
            AnswerPlan::derive(&protocol, key, link, &randomness, (hop as u8, &challenge.hops[hop].payload))
        };
        let own = derive(&key(5), &link, &challenge);
        for (frame, payload) in own.payloads.iter().enumerate() {
            assert_eq!(answer.frame_of(payload), Some(frame));
            assert!(is_marked(payload) && challenge.hop_of(payload).is_none());
        }
        let wrong = [
            derive(&key(5), &dice.hash(), &challenge),
            derive(&key(5), &link, &other),
            derive(&key(6), &link, &challenge),
        ];
        assert!(
            wrong.iter().flat_map(|plan| &plan.payloads).all(|payload| answer.frame_of(payload).is_none())
        );
        assert!(!is_marked(&challenge.hops[hop].payload));
        let channels: std::collections::BTreeSet<u32> = own.channels_hz.into_iter().collect();
        assert_eq!(channels.len(), ANSWER_HOPS, "every frame has its own channel");
    }
    assert_eq!(answer.frame_of(&[]), None);
    assert_eq!(answer.frame_of(&[0xFF; PAYLOAD_BYTES]), None);
}
