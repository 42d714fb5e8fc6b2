//! The air against closed forms.

use std::f64::consts::TAU;

use geo_index::{Place, geodesy::destination};
use num_complex::{Complex32, Complex64};
use proptest::prelude::*;

use super::*;
use crate::link::free_space_loss_db;

fn node(place: Place, offset_ppm: f64) -> Node {
    Node {
        place,
        surroundings: Surroundings::Suburban,
        antenna_gain_dbi: 2.0,
        oscillator: Oscillator { offset_ppm, ..Oscillator::default() },
        clock: Clock::Pps { bias_ns: 0.0, jitter_ns: 30.0 },
        front_end: FrontEnd { noise_figure_db: 6.0, man_made_db: 4.0, full_scale_dbm: -40.0, bits: 16 },
    }
}

fn world(distance_m: f64) -> (Ether, NodeId, NodeId) {
    world_with_noise(distance_m, 4.0)
}

fn world_with_noise(distance_m: f64, man_made_db: f64) -> (Ether, NodeId, NodeId) {
    let with_noise = |node: Node| Node { front_end: FrontEnd { man_made_db, ..node.front_end }, ..node };
    let here = Place::from_degrees(38.71, -9.14, 80.0).unwrap();
    let mut ether = Ether::new(42);
    let a = ether.add_node(with_noise(node(here, 3.2)));
    let b = ether.add_node(with_noise(node(destination(here, 77.0, distance_m).unwrap(), -1.7)));
    (ether, a, b)
}

const TUNING: Tuning = Tuning { centre_hz: 866.3e6, rate_hz: 500e3 };

fn read(ether: &Ether, node: NodeId, start: TrueTime, count: usize) -> Vec<Complex32> {
    let mut out = vec![Complex32::ZERO; count];
    ether.listen(node, TUNING, start).read(ether, &mut out);
    out
}

fn power_dbm(samples: &[Complex32]) -> f64 {
    let mean = samples.iter().map(|sample| f64::from(sample.norm_sqr())).sum::<f64>() / samples.len() as f64;
    10.0 * mean.log10() - 40.0
}

/// A tone arrives with the delay of the distance, the channel's response at its frequency, and both crystals' errors.
#[test]
fn a_tone_arrives_as_the_formula_says() {
    let (mut ether, a, b) = world_with_noise(3000.0, -80.0);
    let (tone_hz, rate_hz) = (37e3, 500e3);
    let start = TrueTime::from_ms(1234);
    let samples: Vec<Complex32> = (0..4000)
        .map(|n| {
            let (sin, cos) = (TAU * (tone_hz / rate_hz * f64::from(n)).fract()).sin_cos();
            Complex32::new(cos as f32, sin as f32)
        })
        .collect();
    ether.transmit(Burst { node: a, start, carrier_hz: 866.31e6, rate_hz, power_dbm: 14.0, samples });
    let listen_from = start - TrueTime::from_seconds(123.4e-6);
    let heard = read(&ether, b, listen_from, 2000);
    let link = ether.link(a, b);
    let (fast, own) = (1.0 + 3.2e-6, 1.0 - 1.7e-6);
    let absolute_hz = 866.31e6 * fast + tone_hz * fast;
    let level = 10_f64.powf((14.0 + 4.0 - link.loss_db(866.31e6) + 40.0) / 20.0);
    let gain = link.response(absolute_hz) * level;
    assert!(gain.norm() > 1e-3, "the test needs a signal");
    for n in (500..2000).step_by(37) {
        let local = f64::from(n) / (500e3 * own);
        let flown = -123.4e-6 + local - link.delay_s;
        let cycles = (866.31e6 * fast + tone_hz * fast) * flown - 866.3e6 * own * local;
        let expected = gain * Complex64::from_polar(1.0, TAU * cycles.fract());
        let got = heard[n as usize];
        let error = (Complex64::new(f64::from(got.re), f64::from(got.im)) - expected).norm() / gain.norm();
        assert!(error < 0.015, "sample {n}: {got} instead of {expected}");
    }
}

#[test]
fn a_link_is_the_same_from_both_ends_and_no_louder_than_free_space() {
    for distance_m in [50.0, 400.0, 2500.0, 12_000.0] {
        let (ether, a, b) = world(distance_m);
        let link = ether.link(a, b);
        assert_eq!(link, ether.link(b, a));
        assert!((link.distance_m - distance_m).abs() < 0.001 * distance_m);
        assert!(link.loss_at_868_db >= free_space_loss_db(distance_m, 868e6) - 0.01);
        let expected_s = link.distance_m * 1.0003 / 299_792_458.0;
        assert!((link.delay_s - expected_s).abs() < 1e-15);
    }
    assert!((free_space_loss_db(1000.0, 868e6) - 91.21).abs() < 0.01);
}

#[test]
fn ground_between_takes_at_least_what_it_is_said_to_both_ways() {
    let (mut ether, a, b) = world(2500.0);
    let open = ether.link(a, b);
    let free_db = free_space_loss_db(open.distance_m, 868e6);
    ether.obstruct(b, a, 0.0);
    assert_eq!(ether.link(a, b), open, "an open path is what it was");
    ether.obstruct(b, a, 60.0);
    let behind = ether.link(a, b);
    assert!((behind.loss_at_868_db - free_db - 60.0).abs() < 1e-9 && open.loss_at_868_db < free_db + 60.0);
    assert_eq!((&behind, &behind.echoes), (&ether.link(b, a), &open.echoes));
}

#[test]
fn echoes_have_unit_power_on_average() {
    let here = Place::from_degrees(38.71, -9.14, 80.0).unwrap();
    let mut ether = Ether::new(7);
    let nodes: Vec<NodeId> = (0..60)
        .map(|k| {
            ether.add_node(node(
                destination(here, 6.0 * f64::from(k), 500.0 + 30.0 * f64::from(k)).unwrap(),
                0.0,
            ))
        })
        .collect();
    let (mut power, mut links) = (0.0, 0.0);
    for (index, a) in nodes.iter().enumerate() {
        for b in &nodes[..index] {
            power += ether.link(*a, *b).echoes.iter().map(|echo| echo.gain.norm_sqr()).sum::<f64>();
            links += 1.0;
        }
    }
    assert!((power / links - 1.0).abs() < 0.03, "{}", power / links);
}

#[test]
fn noise_has_the_power_of_the_front_end() {
    let (ether, a, _) = world(1000.0);
    let heard = read(&ether, a, TrueTime::default(), 200_000);
    let expected = ether.node(a).front_end.noise_dbm(500e3);
    assert!((power_dbm(&heard) - expected).abs() < 0.05, "{} instead of {expected}", power_dbm(&heard));
    let mean: Complex32 = heard.iter().sum::<Complex32>() / 200_000.0;
    assert!(f64::from(mean.norm()) < 1e-4);
}

#[test]
fn a_strong_signal_clips_at_full_scale() {
    let (mut ether, a, b) = world(1.0);
    let samples = vec![Complex32::ONE; 3000];
    ether.transmit(Burst {
        node: a,
        start: TrueTime::default(),
        carrier_hz: 866.3e6,
        rate_hz: 500e3,
        power_dbm: 27.0,
        samples,
    });
    let heard = read(&ether, b, TrueTime::default(), 2000);
    assert!(heard.iter().all(|sample| sample.re.abs() <= 1.0 && sample.im.abs() <= 1.0));
    assert!(heard[1000].norm() > 0.9);
}

#[test]
fn own_bursts_and_other_channels_are_not_heard() {
    let (mut ether, a, b) = world(500.0);
    let quiet = read(&ether, b, TrueTime::default(), 500);
    let samples = vec![Complex32::ONE; 1000];
    let burst = Burst {
        node: a,
        start: TrueTime::default(),
        carrier_hz: 867.3e6,
        rate_hz: 500e3,
        power_dbm: 14.0,
        samples,
    };
    ether.transmit(burst.clone());
    ether.transmit(Burst { node: b, carrier_hz: 866.3e6, ..burst });
    assert_eq!(read(&ether, b, TrueTime::default(), 500), quiet);
}

#[test]
fn forgotten_bursts_are_over() {
    let (mut ether, a, _) = world(500.0);
    let samples = vec![Complex32::ONE; 5000];
    ether.transmit(Burst {
        node: a,
        start: TrueTime::from_ms(100),
        carrier_hz: 866.3e6,
        rate_hz: 500e3,
        power_dbm: 14.0,
        samples,
    });
    ether.forget_before(TrueTime::from_ms(110));
    assert_eq!(ether.on_air().count(), 1);
    ether.forget_before(TrueTime::from_ms(121));
    assert_eq!(ether.on_air().count(), 0);
}

#[test]
fn clocks_err_as_they_say() {
    let pps = Clock::Pps { bias_ns: 12.0, jitter_ns: 30.0 };
    let crystal =
        Oscillator { offset_ppm: 2.0, swing_ppm: 0.5, swing_period_s: 300.0, swing_phase_cycles: 0.1 };
    let errors: Vec<f64> =
        (0..4000).map(|s| pps.error_ns(TrueTime::from_ms(1000 * s + 3), &crystal, 1, 5)).collect();
    let mean = errors.iter().sum::<f64>() / 4000.0;
    let sigma = (errors.iter().map(|error| (error - mean).powi(2)).sum::<f64>() / 4000.0).sqrt();
    assert!((mean - 12.0).abs() < 2.0 && (sigma - 30.0).abs() < 1.5, "{mean} {sigma}");
    assert!(pps.follows_pps());
    let free = Clock::Free { offset_ms: -7.5 };
    let free_ns = |ms| free.error_ns(TrueTime::from_ms(ms), &crystal, 1, 5);
    assert!((free_ns(0) + 7.5e6).abs() < 1e-6 && !free.follows_pps());
    // It gains what the crystal is fast by, second by second.
    for ms in [0, 40_000, 123_456, 10_000_000] {
        let fast = crystal.error_at(TrueTime::from_ms(ms + 500));
        assert!((free_ns(ms + 1000) - free_ns(ms) - fast * 1e9).abs() < 0.1, "{ms} ms");
    }
}

#[test]
fn a_pulled_clock_ramps_off_and_stays() {
    let pulled = Clock::Pulled { bias_ns: 12.0, jitter_ns: 0.0, rate_ns_s: 250.0, most_ns: 10_000.0 };
    let error_ns = |ms| pulled.error_ns(TrueTime::from_ms(ms), &Oscillator::default(), 1, 5);
    for (ms, expected_ns) in [(0, 12.0), (4000, 1012.0), (40_000, 10_012.0), (900_000, 10_012.0)] {
        assert!((error_ns(ms) - expected_ns).abs() < 1e-6, "{ms} ms: {}", error_ns(ms));
    }
    assert!(pulled.follows_pps(), "it believes that it does");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The same bits whatever the pieces that are read.
    #[test]
    fn any_chunking_gives_the_same_samples(pieces in prop::collection::vec(1_usize..900, 1..12), offset_us in 0_i64..3000, distance_m in 20.0_f64..9000.0) {
        let (mut ether, a, b) = world(distance_m);
        let samples: Vec<Complex32> = (0..1500).map(|n| Complex32::from_polar(1.0, (n * n) as f32 * 1e-4)).collect();
        let start = TrueTime::from_ps(offset_us * 1_000_000 + 777);
        ether.transmit(Burst { node: a, start, carrier_hz: 866.3e6, rate_hz: 1e6, power_dbm: 14.0, samples });
        let whole = read(&ether, b, TrueTime::default(), pieces.iter().sum());
        let mut stream = ether.listen(b, TUNING, TrueTime::default());
        let mut heard = Vec::new();
        for length in pieces {
            let mut piece = vec![Complex32::ZERO; length];
            stream.read(&ether, &mut piece);
            heard.extend(piece);
        }
        prop_assert_eq!(whole, heard);
    }
}
