//! A beacon's hops taken together.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;
mod errors;

use std::f64::consts::TAU;

use air::{generator, uniform};
use errors::echoes::{Echo, SURROUNDINGS, draw};
use num_complex::Complex64;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use witness::{Bandwidth, ChannelResponse, CombinedHops, Estimate, Hop, combine_hops};

const HOPS: usize = 8;
/// Standard errors of a frame at +10 dB.
const NOISE_NS: f64 = 12.0;
const NOISE_HZ: f64 = 0.04;
const NOISE_PPM: f64 = 1.2;

fn normal(sigma: f64, rng: &mut ChaCha8Rng) -> f64 {
    let normal: f64 = StandardNormal.sample(rng);
    sigma * normal
}

/// A hop over a path as a receiver measures it: the response, and in it the strongest path by a line through its phase.
fn hop(ways: &[Echo], number: usize, rng: &mut ChaCha8Rng) -> Hop {
    let carrier_hz = 867.1e6 + 200e3 * number as f64;
    let frequency = |bin: usize| ((bin as f64 + 0.5) / 8.0 - 0.5) * 125e3;
    let gain = |bin: usize| -> Complex64 {
        let hz = carrier_hz + frequency(bin);
        let gains =
            ways.iter().map(|way| way.gain * Complex64::from_polar(1.0, -TAU * hz * way.excess_ns * 1e-9));
        gains.sum::<Complex64>() + Complex64::new(normal(0.005, rng), normal(0.005, rng))
    };
    let gains: Vec<Complex64> = (0..8).map(gain).collect();
    let energy = |ns: f64| -> f64 {
        let turned = |bin: usize| gains[bin] * Complex64::from_polar(1.0, TAU * frequency(bin) * ns * 1e-9);
        (0..8).map(turned).sum::<Complex64>().norm()
    };
    let strongest = (-1000..2000).map(|step| 5.0 * f64::from(step));
    let arrival_ns = strongest.max_by(|a, b| energy(*a).total_cmp(&energy(*b))).unwrap();
    let response = ChannelResponse {
        gains: std::array::from_fn(|bin| {
            gains[bin] * Complex64::from_polar(1.0, TAU * frequency(bin) * arrival_ns * 1e-9)
        }),
        variances: [5e-5; 8],
    };
    Hop {
        carrier_hz,
        arrival_ns: Estimate { value: arrival_ns + normal(NOISE_NS, rng), sigma: NOISE_NS },
        response: Some(response),
        power_db: 10.0 * gains.iter().map(Complex64::norm_sqr).sum::<f64>().log10(),
        cfo_hz: Estimate { value: 11e-6 * carrier_hz + normal(2.0, rng), sigma: NOISE_HZ },
        sfo_ppm: Estimate { value: 11.0 + normal(NOISE_PPM, rng), sigma: NOISE_PPM },
    }
}

fn beacon(place: usize, rng: &mut ChaCha8Rng) -> Vec<Hop> {
    let ways = draw(SURROUNDINGS[place], 1.0, rng);
    (0..HOPS).map(|number| hop(&ways, number, rng)).collect()
}

fn combine(hops: &[Hop]) -> CombinedHops {
    combine_hops(Bandwidth::Khz125, hops).unwrap()
}

#[test]
fn eight_hops_find_the_first_path_better_than_one_and_say_how_well() {
    for (place, surroundings) in SURROUNDINGS.into_iter().enumerate() {
        let mut rng = generator(8_000 + place as u64);
        let (mut single, mut mean, mut one, mut eight, mut normalised) = (0.0, 0.0, 0.0, 0.0, 0.0);
        let links = 150;
        for _ in 0..links {
            let hops = beacon(place, &mut rng);
            let combined = combine(&hops);
            let first = combined.first_path_ns.unwrap();
            single += hops[0].arrival_ns.value.powi(2);
            mean += combined.arrival_ns.value.powi(2);
            one += combine(&hops[..1]).first_path_ns.unwrap().value.powi(2);
            eight += first.value.powi(2);
            normalised += (first.value / first.sigma).powi(2) / f64::from(links);
        }
        let name = surroundings.0;
        assert!(mean < 0.85 * single, "{name}: {mean} after {single}");
        assert!(eight < 0.85 * one, "{name}: {eight} after {one}");
        if name.starts_with("urban") {
            assert!(eight < 0.3 * mean, "{name}: {eight} after {mean}");
        }
        assert!(normalised < 1.6, "{name}: normalised variance {normalised}");
    }
}

#[test]
fn a_wrong_hop_moves_little() {
    let mut rng = generator(8_100);
    for _ in 0..40 {
        let right = beacon(1, &mut rng);
        let mut hops = right.clone();
        let wrong = uniform(&mut rng, 0.0, HOPS as f64) as usize;
        hops[wrong].arrival_ns.value += uniform(&mut rng, -1.0, 1.0).signum() * uniform(&mut rng, 2e4, 1e6);
        hops[wrong].cfo_hz.value += uniform(&mut rng, 100.0, 500.0);
        hops[wrong].sfo_ppm.value -= 40.0;
        let (without, with) = (combine(&right), combine(&hops));
        let first = |combined: &CombinedHops| combined.first_path_ns.unwrap();
        for (a, b) in [
            (first(&without), first(&with)),
            (without.arrival_ns, with.arrival_ns),
            (without.carrier_ppm, with.carrier_ppm),
            (without.clock_ppm, with.clock_ppm),
        ] {
            assert!((a.value - b.value).abs() < 2.0 * a.sigma.hypot(b.sigma), "{a:?} became {b:?}");
            assert!(b.sigma < 6.0 * a.sigma, "{a:?} became {b:?}");
        }
    }
}

#[test]
fn carrier_and_clock_are_tied_to_the_hops_carriers_and_honest() {
    let mut rng = generator(8_200);
    let (mut carrier, mut clock, mut gain) = (0.0, 0.0, 0.0);
    let beacons = 400;
    for _ in 0..beacons {
        let hops = beacon(0, &mut rng);
        let combined = combine(&hops);
        carrier += ((combined.carrier_ppm.value - 11.0) / combined.carrier_ppm.sigma).powi(2);
        clock += ((combined.clock_ppm.value - 11.0) / combined.clock_ppm.sigma).powi(2);
        gain += combine(&hops[..1]).clock_ppm.sigma / combined.clock_ppm.sigma;
    }
    let beacons = f64::from(beacons);
    // Standard errors are scaled up where eight values happen to scatter, never down: a little wide on average.
    assert!((0.6..1.25).contains(&(carrier / beacons)), "carrier: {}", carrier / beacons);
    assert!((0.6..1.25).contains(&(clock / beacons)), "clock: {}", clock / beacons);
    assert!(gain / beacons > 2.3, "eight clocks are only {} times as good as one", gain / beacons);
}

#[test]
fn without_responses_there_is_an_arrival_and_no_first_path() {
    let mut rng = generator(8_300);
    let mut hops = beacon(2, &mut rng);
    for hop in &mut hops {
        hop.response = None;
    }
    let combined = combine(&hops);
    assert!(combined.first_path_ns.is_none() && combined.arrival_ns.sigma > 0.0);
}

#[test]
fn what_is_no_number_is_left_out() {
    let mut rng = generator(8_400);
    let hops = beacon(1, &mut rng);
    let mut hostile = hops.clone();
    hostile[0].arrival_ns.value = f64::NAN;
    hostile[1].cfo_hz.sigma = 0.0;
    hostile[2].carrier_hz = -1.0;
    hostile[3].power_db = f64::INFINITY;
    let combined = combine(&hostile);
    assert_eq!(combined, combine(&hops[4..]));
    assert_eq!(combined.hops, 4);
    assert_eq!(combine_hops(Bandwidth::Khz125, &hostile[..4]), None);
    assert_eq!(combine_hops(Bandwidth::Khz125, &[]), None);
}
