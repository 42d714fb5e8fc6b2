use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::{
    Region,
    testing::{Dice, key, protocol},
};

fn plan_of(seed: u64) -> BeaconPlan {
    let mut dice = Dice::new(seed);
    BeaconPlan::derive(&protocol(), &key(dice.below(1 << 40)), &dice.hash(), &dice.hash())
}

/// Computed once, by this code and by an independent one that follows the module's formulas only. A change here is a change of the protocol: every hotspot and every verifier must make it together.
#[test]
fn the_test_vector_holds() {
    let plan = BeaconPlan::derive(&protocol(), &key(1), &Hash::new([0x11; 32]), &Hash::new([0x22; 32]));
    let lines: Vec<String> = plan
        .hops
        .iter()
        .map(|hop| {
            let payload = hex::encode(hop.payload);
            let (channel, start) = (hop.channel_hz, hop.start_ns);
            let (carrier, power) = (hop.frequency_dither_hz, hop.power_dither_db);
            format!("{channel} {payload} {carrier:+} Hz -{power} dB {start} ns")
        })
        .collect();
    assert_eq!(lines, VECTOR);
    assert_eq!(key(1).to_string(), "0207cb7fb8bc8e24a384f291e8f65ee9cebfc083c7c37ad79e6e23199837de2f94");
}

const VECTOR: [&str; HOPS] = [
    "866700000 55339b69007013a424993a81a4502056f5a93612 -155 Hz -4 dB 830851241 ns",
    "867000000 55339b69015a3a395360d54b8b8e5ada3be513e6 +447 Hz -2 dB 870815291 ns",
    "867300000 55339b6902bfa66368578c1dc04bd88efda9c48e +465 Hz -6 dB 910825942 ns",
    "865800000 55339b69034bfad0703882c7b83eae3aff444559 -343 Hz -2 dB 950781495 ns",
    "865200000 55339b69049c54697de1daefaba398bf655055c4 -337 Hz -6 dB 990825443 ns",
    "866400000 55339b69058934dc0a0ba94c2774763ad5796ceb +441 Hz -6 dB 1030848357 ns",
    "866100000 55339b690660cc0f237ba898cea509bf6d54a44b +24 Hz -6 dB 1070809218 ns",
    "865500000 55339b690712c0c603afa90243df56e4594a77aa +350 Hz -4 dB 1110839187 ns",
];

#[test]
fn the_same_secrets_make_the_same_beacon() {
    for seed in 0..50 {
        assert_eq!(plan_of(seed), plan_of(seed));
    }
}

#[test]
fn another_link_or_randomness_or_key_changes_everything() {
    let mut dice = Dice::new(7);
    for _ in 0..200 {
        let (key_number, link, randomness) = (dice.below(1 << 40), dice.hash(), dice.hash());
        let derive = |number: u64, link: &Hash, randomness: &Hash| {
            BeaconPlan::derive(&protocol(), &key(number), link, randomness)
        };
        let plan = derive(key_number, &link, &randomness);
        let mut flipped = *link.bytes();
        flipped[dice.below(32) as usize] ^= 1 << dice.below(8);
        let flipped = Hash::new(flipped);
        let others = [
            derive(key_number, &flipped, &randomness),
            derive(key_number, &link, &dice.hash()),
            derive(key_number + 1, &link, &randomness),
        ];
        for other in others {
            for (one, another) in plan.hops.iter().zip(&other.hops) {
                assert_ne!(one.payload, another.payload);
            }
            assert!(plan.hops.iter().all(|hop| other.hop_of(&hop.payload).is_none()));
            let dithers = |plan: &BeaconPlan| plan.hops.map(|hop| (hop.frequency_dither_hz, hop.start_ns));
            assert_ne!(dithers(&plan), dithers(&other));
        }
    }
}

/// Only the short id tells who beacons: the key is in the hash's stream, and the link is the key's own secret.
#[test]
fn payloads_name_their_sender_and_hop() {
    let (link, randomness) = (Hash::new([3; 32]), Hash::new([4; 32]));
    let plan = BeaconPlan::derive(&protocol(), &key(9), &link, &randomness);
    for (index, hop) in plan.hops.iter().enumerate() {
        assert_eq!(hop.payload[..4], ShortId::of(&key(9)).0);
        assert_eq!(usize::from(hop.payload[4]), index);
        assert_eq!(plan.hop_of(&hop.payload), Some(index));
        assert_eq!(plan.hop_of(&hop.payload[..19]), None);
        let longer: Vec<u8> = hop.payload.iter().copied().chain([0]).collect();
        assert_eq!(plan.hop_of(&longer), None);
    }
}

#[test]
fn every_hotspot_is_drawn_once_a_period() {
    let mut dice = Dice::new(1);
    let mut drawn_in = BTreeMap::<u64, u32>::new();
    for period_windows in [1, 2, 12, 17_280] {
        let protocol = Protocol { period_windows, ..protocol() };
        for number in 0..40 {
            let period = dice.below(1_000);
            let period_hash = dice.hash();
            let windows: Vec<u64> = (period * period_windows..(period + 1) * period_windows)
                .filter(|window| {
                    // The window's own randomness has no say in who is drawn: it is not known yet when hotspots prepare.
                    let randomness =
                        Randomness { period: period_hash, window: Hash::new([*window as u8; 32]) };
                    is_drawn(&protocol, *window, &randomness, &key(number))
                })
                .collect();
            assert_eq!(windows.len(), 1, "{period_windows} windows a period");
            if period_windows == 12 {
                *drawn_in.entry(windows[0] % 12).or_default() += 1;
            }
        }
    }
    assert!(drawn_in.len() > 8, "forty draws of twelve windows: {drawn_in:?}");
}

#[test]
fn a_new_period_draws_anew() {
    let mut dice = Dice::new(2);
    let protocol = protocol();
    let windows: BTreeSet<u64> = (0..60)
        .map(|_| {
            let randomness = Randomness { period: dice.hash(), window: Hash::default() };
            (0..12).find(|window| is_drawn(&protocol, *window, &randomness, &key(5))).unwrap()
        })
        .collect();
    assert_eq!(windows.len(), 12, "every window has its turn");
}

#[test]
fn draws_are_even() {
    let protocol = protocol();
    let randomness = Randomness { period: Hash::new([9; 32]), window: Hash::default() };
    let mut counts = [0_u32; 12];
    for number in 0..6_000 {
        let window = (0..12).find(|window| is_drawn(&protocol, *window, &randomness, &key(number))).unwrap();
        counts[window as usize] += 1;
    }
    // 500 each, standard deviation 21.
    assert!(counts.iter().all(|count| count.abs_diff(500) < 105), "{counts:?}");
}

#[test]
fn channels_are_a_permutation_and_every_one_comes_first() {
    let mut first = BTreeMap::<u32, u32>::new();
    for seed in 0..800 {
        let channels = plan_of(seed).hops.map(|hop| hop.channel_hz);
        let mut sorted = channels;
        sorted.sort_unstable();
        assert_eq!(sorted, Region::EU868.channels_hz);
        *first.entry(channels[0]).or_default() += 1;
    }
    // 100 each, standard deviation 9.4.
    assert!(first.len() == HOPS && first.values().all(|count| count.abs_diff(100) < 48), "{first:?}");
}

/// Kolmogorov and Smirnov's greatest distance from the uniform distribution, times the square root of the count.
fn unevenness(mut values: Vec<f64>, low: f64, high: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let count = values.len() as f64;
    let distances = values.iter().enumerate().map(|(index, value)| {
        let expected = (value - low) / (high - low);
        (expected - index as f64 / count).abs().max((expected - (index + 1) as f64 / count).abs())
    });
    distances.fold(0.0, f64::max) * count.sqrt()
}

#[test]
fn dithers_are_even_over_their_range() {
    let times = protocol().timetable;
    let (mut carriers, mut moments, mut starts) = (Vec::new(), Vec::new(), Vec::new());
    let mut powers = BTreeMap::<u8, u32>::new();
    for seed in 0..1_000 {
        let plan = plan_of(seed);
        for (index, hop) in plan.hops.iter().enumerate() {
            carriers.push(f64::from(hop.frequency_dither_hz));
            *powers.entry(hop.power_dither_db).or_default() += 1;
            // Nominal starts are whole microseconds, a hop's spacing apart: the first hop's gives the others'.
            let since_first = hop.start_ns - plan.hops[0].start_ns;
            let spaced = index as i64 * times.hop_spacing_ms as i64 * 1_000_000;
            assert!((since_first - spaced).abs() <= 2 * i64::from(TIME_DITHER_NS));
            if index > 0 {
                moments.push((since_first - spaced) as f64);
            }
        }
        starts.push(plan.hops[0].start_ns as f64 * 1e-6);
    }
    let bound = f64::from(FREQUENCY_DITHER_HZ);
    // 1.95 is exceeded once in a thousand draws.
    assert!(unevenness(carriers, -bound, bound) < 1.95);
    assert!(unevenness(starts, times.beacons_from_ms as f64, times.beacons_until_ms as f64) < 1.95);
    let spread = moments.iter().map(|value| value.powi(2)).sum::<f64>() / moments.len() as f64;
    // The difference of two uniform offsets of +-b has variance 2 b^2 / 3.
    let expected = 2.0 * f64::from(TIME_DITHER_NS).powi(2) / 3.0;
    assert!((spread / expected - 1.0).abs() < 0.05, "{spread} {expected}");
    assert_eq!(powers.keys().copied().collect::<Vec<u8>>(), POWER_DITHERS_DB);
    // 2,000 each, standard deviation 39.
    assert!(powers.values().all(|count| count.abs_diff(2_000) < 195), "{powers:?}");
}

#[test]
fn a_beacon_is_over_before_commitments_are_due() {
    let protocol = protocol();
    let times = protocol.timetable;
    let airtime_ns = protocol.region.frame().airtime_us(PAYLOAD_BYTES) as i64 * 1000;
    let spacing_ns = times.hop_spacing_ms as i64 * 1_000_000;
    assert!(airtime_ns + 2 * i64::from(TIME_DITHER_NS) < spacing_ns, "hops of one beacon never overlap");
    for seed in 0..500 {
        let last = plan_of(seed).hops[HOPS - 1];
        assert!(last.start_ns + airtime_ns < times.commitments_until_ms as i64 * 1_000_000);
        assert!(plan_of(seed).hops[0].start_ns >= times.beacons_from_ms as i64 * 1_000_000 - 50_000);
    }
    assert!(times.commitments_until_ms < times.reveals_until_ms && times.reveals_until_ms < times.window_ms);
}

proptest! {
    #[test]
    fn scaling_stays_below_its_bound_and_keeps_order(a: u64, b: u64, bound in 1..u64::MAX) {
        prop_assert!(scaled(a, bound) < bound);
        prop_assert!(a > b || scaled(a, bound) <= scaled(b, bound));
        prop_assert_eq!(scaled(u64::MAX, bound), bound - 1);
    }

    #[test]
    fn every_beacon_keeps_its_bounds(
        link: [u8; 32], randomness: [u8; 32], number: u64, from_ms in 0..4000_u64, for_ms in 0..4000_u64
    ) {
        let mut protocol = protocol();
        protocol.timetable.beacons_from_ms = from_ms;
        protocol.timetable.beacons_until_ms = from_ms + for_ms;
        let plan = BeaconPlan::derive(&protocol, &key(number), &Hash::new(link), &Hash::new(randomness));
        for (index, hop) in plan.hops.iter().enumerate() {
            prop_assert!(hop.frequency_dither_hz.abs() <= FREQUENCY_DITHER_HZ);
            prop_assert!(POWER_DITHERS_DB.contains(&hop.power_dither_db));
            let earliest = (from_ms + index as u64 * protocol.timetable.hop_spacing_ms) as i64 * 1_000_000;
            let bound = i64::from(TIME_DITHER_NS);
            let since = hop.start_ns - earliest;
            prop_assert!((-bound..=for_ms as i64 * 1_000_000 + bound).contains(&since));
        }
    }
}
