//! An agent beaconing to another over a wire, and the law.

use geo_index::Place;
use identity::{Hash, OneWayChain, PublicKey};
use num_complex::Complex32;
use poc_verifier::{
    BeaconPlan, Message, Protocol, Randomness, Region,
    messages::{Report, ShortId},
};
use proptest::prelude::*;
use secp256k1::SecretKey;

use super::*;

pub(crate) const RANDOMNESS: Randomness =
    Randomness { period: Hash::new([8; 32]), window: Hash::new([9; 32]) };

fn station(seed: u8, eirp_ddbm: i32) -> Station {
    Station {
        secret: SecretKey::from_secret_bytes([seed; 32]).unwrap(),
        owner: PublicKey::of(&SecretKey::from_secret_bytes([seed + 100; 32]).unwrap()),
        place: Place::from_degrees(38.7, -9.1, 50.0).unwrap(),
        gain_ddbi: 23,
        eirp_ddbm,
        follows_pps: true,
        full_scale_dbm: -40.0,
        chain: OneWayChain::new([seed; 32], 1000),
        chain_first_window: 5,
    }
}

/// With a period of one window it is drawn in every window.
pub(crate) fn agent(seed: u8, period_windows: u64) -> Agent {
    Agent::new(station(seed, 160), Protocol::new(Region::EU868, period_windows)).unwrap()
}

/// Of agents that are drawn in every window.
pub(crate) fn protocol() -> Protocol {
    Protocol::new(Region::EU868, 1)
}

/// Silence, the burst scaled down, silence.
fn captured(transmission: &Transmission, level: f32) -> Vec<Complex32> {
    let mut samples = vec![Complex32::ZERO; 2000];
    samples.extend(transmission.samples.iter().map(|sample| sample * level));
    samples.extend(vec![Complex32::ZERO; 4000]);
    samples
}

#[test]
fn a_beacon_is_heard_and_reported_as_it_was_sent() {
    let (mut sender, mut listener) = (agent(1, 1), agent(2, 1));
    let (window, start_ns) = (7, 35_000_000_000);
    let sent = sender.beacon(window, start_ns, &RANDOMNESS).unwrap();
    assert_eq!(sent.len(), 8);
    for transmission in &sent {
        let samples = captured(transmission, 0.01);
        let channel_hz = ((transmission.carrier_hz / 300e3).round() * 300e3) as u32;
        listener.listen(&Capture {
            channel_hz,
            start_ns: transmission.start_ns - 4_000_000,
            start_fraction_ns: 0.25,
            clock_error: 0.0,
            samples: &samples,
        });
    }
    let heard = listener.take_heard();
    assert_eq!((heard.len(), heard[0].beacon), (1, ShortId::of(&sender.key())));
    let link = sender.opening(window).unwrap().message().unwrap().link;
    let plan = BeaconPlan::derive(&Protocol::new(Region::EU868, 1), &sender.key(), &link, &RANDOMNESS.window);
    let half_frame_ns = Region::EU868.frame().airtime_us(20) as i64 * 500;
    for (hop, planned) in heard[0].hops.iter().zip(&plan.hops) {
        assert_eq!(hop.payload, planned.payload);
        assert!((hop.arrival_ns - start_ns - planned.start_ns - half_frame_ns).abs() <= 1, "{hop:?}");
        assert!((hop.rssi_cdbm + 8000).abs() < 10, "-40 dBFS at -40 dBm full scale: {}", hop.rssi_cdbm);
    }
    assert!(listener.take_heard().is_empty(), "taken once");

    let pledge = &listener.pledge(window, &heard)[0];
    let reveal = pledge.reveal.message().unwrap();
    assert_eq!(pledge.commitment.message().unwrap().digest, reveal.digest(&listener.key()));
    assert_ne!(reveal.digest(&listener.key()), reveal.digest(&sender.key()), "bound to the key");
    assert_eq!(Report::decode(&reveal.report).unwrap().hops, heard[0].hops);
}

#[test]
fn own_beacons_are_no_evidence() {
    let mut sender = agent(1, 1);
    for transmission in sender.beacon(7, 0, &RANDOMNESS).unwrap() {
        let samples = captured(&transmission, 0.01);
        sender.listen(&Capture {
            channel_hz: 1,
            start_ns: 0,
            start_fraction_ns: 0.0,
            clock_error: 0.0,
            samples: &samples,
        });
    }
    assert!(sender.take_heard().is_empty());
}

#[test]
fn nobody_beacons_undrawn_or_before_its_chain_counts() {
    let windows = (5..17).filter(|window| !agent(1, 12).beacon(*window, 0, &RANDOMNESS).unwrap().is_empty());
    assert_eq!(windows.count(), 1, "once a period");
    assert!(agent(1, 1).beacon(4, 0, &RANDOMNESS).unwrap().is_empty());
    assert!(agent(1, 1).beacon(5 + 1000, 0, &RANDOMNESS).unwrap().is_empty(), "the chain is used up");
    assert_eq!(agent(1, 1).beacon(5 + 999, 0, &RANDOMNESS).unwrap().len(), 8);
}

#[test]
fn the_law_is_kept() {
    let mut loud = Agent::new(station(1, 162), Protocol::new(Region::EU868, 1)).unwrap();
    assert_eq!(loud.beacon(7, 0, &RANDOMNESS), Err(CannotBeacon::Eirp { eirp_ddbm: 162, allowed_ddbm: 161 }));
    let mut busy = agent(1, 1);
    let sent = (0..400)
        .filter(|window| busy.beacon(5 + window, window.cast_signed() * 5_000_000_000, &RANDOMNESS).is_ok());
    let airtime_us = Region::EU868.beacon_airtime_us();
    assert_eq!(sent.count() as u64, 36_000_000 / airtime_us, "1 % of an hour");
}

proptest! {
    /// Over any hour, however it is asked for, no more than allowed is taken; and what is refused is allowed when it was said to be.
    #[test]
    fn air_time_never_exceeds_the_duty_cycle(asks in prop::collection::vec((0_u64..400_000_000, 1_u64..9_000_000), 1..120)) {
        let mut air_time = AirTime::new(100);
        let (mut now, mut taken) = (0, Vec::new());
        for (wait, length) in asks {
            now += wait;
            match air_time.take(now, length) {
                Ok(()) => taken.push((now, length)),
                Err(refused) => {
                    prop_assert!(refused.next_us > now);
                    if refused.next_us < u64::MAX {
                        prop_assert!(air_time.clone().take(refused.next_us, length).is_ok());
                    }
                }
            }
            let hour: u64 = taken.iter().filter(|(at, _)| at + 3_600_000_000 > now).map(|(_, length)| length).sum();
            prop_assert!(hour <= 36_000_000);
        }
    }
}
