//! Every row against its own law, with beacons as they are drawn.

use std::collections::BTreeSet;

use identity::Hash;
use proptest::prelude::*;

use super::*;
use crate::{
    BeaconPlan, Protocol,
    answer::{ANSWER_AFTER_MS, ANSWER_HOPS, AnswerPlan, frame_start_ns},
    checks,
    finding::{CheckName, Outcome},
    messages::{Report, ShortId},
    place::PlaceVerdict,
    testing::{key, lisbon, party},
};

/// Twelve windows of five seconds a period, as everywhere.
const PERIOD_WINDOWS: u64 = 12;

fn protocol(region: Region) -> Protocol {
    Protocol::new(region, PERIOD_WINDOWS)
}

fn any_region() -> impl Strategy<Value = Region> {
    prop::sample::select(Region::ALL.to_vec())
}

/// Rows that carry a beacon.
fn any_carrying() -> impl Strategy<Value = Region> {
    let carrying = |region: &Region| region.carries(&protocol(*region).timetable).is_ok();
    prop::sample::select(Region::ALL.into_iter().filter(carrying).collect::<Vec<_>>())
}

#[test]
fn what_each_row_carries() {
    let said = Region::ALL.map(|region| {
        let carried = region.carries(&protocol(region).timetable);
        let why = carried.map_or_else(|why| why.to_string(), |()| "carries beacons".into());
        println!(
            "{:8} SF{} {:3} kHz, {} channels over {:.2} MHz, {:.1} ms a frame, {:.1} dBm EIRP, {} of 10,000: {why}",
            region.name,
            region.sf.bits(),
            region.bandwidth.hz() / 1000,
            region.channels(),
            f64::from(region.span_hz()) * 1e-6,
            region.frame().airtime_us(PAYLOAD_BYTES) as f64 * 1e-3,
            f64::from(region.eirp_max_ddbm) * 0.1,
            region.duty_cycle_e4,
        );
        (region.name, carried)
    });
    let open = |name: &str| Err(CarriesNone::Open(Region::named(name).unwrap().law.open.unwrap()));
    let expected = [
        ("EU868", Ok(())),
        ("US915", Ok(())),
        ("AU915", Ok(())),
        ("AS923-1", Err(CarriesNone::Channels(2))),
        ("AS923-2", Ok(())),
        ("AS923-3", open("AS923-3")),
        ("AS923-4", open("AS923-4")),
        ("IN865", open("IN865")),
        ("KR920", Err(CarriesNone::Slot { needed_us: 31_872 + 2048 + 50_100, slot_us: 40_000 })),
        ("JP920", Ok(())),
    ];
    assert_eq!(said, expected);
}

#[test]
fn europe_is_what_it_was() {
    let region = Region::EU868;
    assert_eq!(region.frame().airtime_us(PAYLOAD_BYTES), 28_288);
    assert_eq!((region.frame().preamble_symbols, region.span_hz(), region.channels()), (8, 2_100_000, 8));
    assert_eq!((region.eirp_max_ddbm, region.duty_cycle_e4, region.ranging), (161, 100, true));
}

#[test]
fn a_row_is_found_by_its_name_and_no_other() {
    let names: BTreeSet<&str> = Region::ALL.iter().map(|region| region.name).collect();
    assert_eq!(names.len(), Region::ALL.len());
    for region in Region::ALL {
        assert_eq!(Region::named(region.name), Some(region));
        assert!(!region.source.is_empty());
    }
    for unknown in ["", "EU433", "eu868", "EU868 ", "AS923"] {
        assert_eq!(Region::named(unknown), None, "{unknown:?}");
    }
}

/// Today's beacon, 250 kHz at SF7 in slots of 40 ms, against every law: the rows that have other chirps have them for a reason.
#[test]
fn todays_beacon_does_not_fit_every_law() {
    fn todays(region: Region) -> Region {
        Region { sf: Region::EU868.sf, bandwidth: Bandwidth::Khz250, ..region }
    }
    let refused: Vec<&str> = Region::ALL
        .into_iter()
        .filter(|region| todays(*region).carries(&protocol(*region).timetable).is_err())
        .map(|region| region.name)
        .collect();
    assert_eq!(refused, ["US915", "AU915", "AS923-1", "AS923-3", "AS923-4", "IN865", "KR920"]);
    let india = Region { law: Law { open: None, ..rows::IN865.law }, ..todays(rows::IN865) };
    let too_wide = CarriesNone::Bandwidth { hz: 250_000, min: 0, max: 200_000 };
    assert_eq!(india.carries(&protocol(india).timetable), Err(too_wide));
}

/// Each limit refuses when it alone is overstepped.
#[test]
fn every_limit_refuses() {
    let row = rows::JP920;
    let with = |law: Law| Region { law, ..rows::JP920 };
    let times = protocol(row).timetable;
    let refused = |region: Region| region.carries(&times).unwrap_err();
    let law = row.law;
    assert_eq!(refused(with(Law { open: Some("unread"), ..law })), CarriesNone::Open("unread"));
    assert!(matches!(
        refused(with(Law { bandwidth_hz: (0, 249_999), ..law })),
        CarriesNone::Bandwidth { max: 249_999, .. }
    ));
    assert!(matches!(
        refused(with(Law { bandwidth_hz: (250_001, 400_000), ..law })),
        CarriesNone::Bandwidth { min: 250_001, .. }
    ));
    // 920.7 MHz less half a chirp, 500 Hz of dither and 2 ppm.
    assert_eq!(
        refused(with(Law { band_hz: (920_572_660, 923_500_000), ..law })),
        CarriesNone::Band(920_700_000)
    );
    assert!(with(Law { band_hz: (920_572_659, 923_500_000), ..law }).carries(&times).is_ok());
    assert!(matches!(refused(with(Law { frame_max_us: 28_287, ..law })), CarriesNone::Frame { .. }));
    // 40 ms less 28.288 ms of frame and 100 us of dithers.
    assert!(with(Law { pause_us: 11_612, ..law }).carries(&times).is_ok());
    assert!(matches!(refused(with(Law { pause_us: 11_613, ..law })), CarriesNone::Slot { .. }));
    let listen = Some(Listen { us: 11_613, free_below_dbm: -80 });
    assert!(matches!(refused(with(Law { listen, ..law })), CarriesNone::Slot { .. }));
    let mut twice = row;
    twice.channels_hz[7] = twice.channels_hz[0];
    assert_eq!(refused(twice), CarriesNone::Channels(7));
    let close = Region { channels_hz: std::array::from_fn(|hop| 921_000_000 + hop as u32 * 200_000), ..row };
    assert_eq!(refused(close), CarriesNone::Span(1_400_000));
    let narrow = Region { bandwidth: Bandwidth::Khz125, sf: rows::KR920.sf, ..row };
    assert_eq!(refused(narrow), CarriesNone::Narrow(125_000));
}

/// Where no beacon is carried an edge is unproven, whatever is said: here by a witness that never committed.
#[test]
fn a_region_that_carries_nothing_is_unproven_and_accuses_nobody() {
    for region in Region::ALL {
        let protocol = protocol(region);
        let (beaconer, witness) = (party(1, lisbon()), party(2, lisbon()));
        let place = PlaceVerdict::by_genesis();
        let report = Report { window: 3, beacon: ShortId::of(&beaconer.key), hops: Vec::new() };
        let edge = crate::Edge {
            protocol: &protocol,
            beaconer: &beaconer,
            witness: &witness,
            drawn: true,
            plan: None,
            standing: crate::Standing::NotCommitted,
            report: &report,
            window_start_ns: 0,
            beaconer_place: &place,
            witness_place: &place,
            asked: None,
            answer_late_ns: None,
            clock_late_ns: None,
            back: Vec::new(),
            recorded_in: None,
            terrain: None,
        };
        let findings = checks::run(&edge);
        if region.carries(&protocol.timetable).is_ok() {
            assert!(findings.iter().any(|finding| finding.outcome == Outcome::Rejected), "{}", region.name);
        } else {
            let said: Vec<_> = findings.iter().map(|finding| (finding.check, finding.outcome)).collect();
            assert_eq!(said, [(CheckName::Hops, Outcome::Unproven)], "{}", region.name);
            assert!(findings[0].explanation.contains(region.name), "{}", findings[0].explanation);
        }
    }
}

proptest! {
    /// Eight frames as they are drawn: in the band with dither and chirp, no longer than allowed, as far apart as the law wants.
    #[test]
    fn drawn_beacons_keep_the_law(region in any_carrying(), number in any::<u64>(), link in any::<[u8; 32]>(), random in any::<[u8; 32]>()) {
        let protocol = protocol(region);
        let frame_ns = region.frame().airtime_us(PAYLOAD_BYTES) as i64 * 1000;
        let plan = BeaconPlan::derive(&protocol, &key(number), &Hash::new(link), &Hash::new(random));
        let law = region.law;
        for hop in &plan.hops {
            let (centre, half) = (i64::from(hop.channel_hz) + i64::from(hop.frequency_dither_hz), i64::from(region.bandwidth.hz()) / 2);
            prop_assert!(centre - half >= i64::from(law.band_hz.0) && centre + half <= i64::from(law.band_hz.1));
            prop_assert!(frame_ns <= i64::try_from(law.frame_max_us.saturating_mul(1000)).unwrap_or(i64::MAX));
        }
        for pair in plan.hops.windows(2) {
            let silence_ns = pair[1].start_ns - pair[0].start_ns - frame_ns;
            prop_assert!(silence_ns >= law.pause_us as i64 * 1000, "{silence_ns} ns");
            prop_assert!(silence_ns >= law.listen.map_or(0, |listen| listen.us as i64 * 1000), "{silence_ns} ns");
        }
        let channels: BTreeSet<u32> = plan.hops.iter().map(|hop| hop.channel_hz).collect();
        prop_assert_eq!(channels.len(), HOPS);
    }

    /// The same of answers, where the row lets anybody answer: between its frames, and after the challenge.
    #[test]
    fn answers_keep_the_law(region in any_carrying(), number in any::<u64>(), link in any::<[u8; 32]>(), hop in 0..HOPS) {
        let protocol = protocol(region);
        prop_assert!(region.ranging);
        let frame_ns = region.frame().airtime_us(PAYLOAD_BYTES) as i64 * 1000;
        let heard = (hop as u8, &[7_u8; PAYLOAD_BYTES][..]);
        let answer = AnswerPlan::derive(&protocol, &key(number), &Hash::new(link), &Hash::default(), heard);
        for channel_hz in answer.channels_hz {
            prop_assert!(region.channels_hz.contains(&channel_hz));
        }
        let silence_ns = frame_start_ns(&protocol, 1) - frame_ns;
        prop_assert!(silence_ns >= region.law.pause_us as i64 * 1000);
        prop_assert!(ANSWER_AFTER_MS * 1000 >= region.law.listen.map_or(0, |listen| listen.us));
    }

    /// A beacon a period, and an answer every other one, stay within the share of time that the row has, over any hour.
    #[test]
    fn a_beacon_a_period_keeps_the_share(region in any_region(), phase_ms in 0..60_000_u64) {
        let protocol = protocol(region);
        let period_ms = PERIOD_WINDOWS * protocol.timetable.window_ms;
        let beacons = 3_600_000_u64.saturating_sub(phase_ms).div_ceil(period_ms) + 1;
        let answers_us = beacons.div_ceil(2) * ANSWER_HOPS as u64 * region.frame().airtime_us(PAYLOAD_BYTES);
        let used_us = beacons * region.beacon_airtime_us() + answers_us;
        prop_assert!(used_us <= 360_000 * u64::from(region.duty_cycle_e4), "{}: {used_us} us an hour", region.name);
    }
}
