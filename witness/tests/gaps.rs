//! Samples that never came: what is on either side of a gap is heard, at its own time, whatever the gap.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;

use air::{Link, add_frame, add_noise, generator, receive, uniform};
use num_complex::Complex32;
use proptest::prelude::*;
use witness::{
    Bandwidth, CodingRate, FrameFormat, Gateway, GatewayChannel, GatewayConfig, GatewayFrame, HeardFrame,
    Receiver, ReceiverConfig, SpreadingFactor, TimeOfArrival,
};

const BANDWIDTH_HZ: f64 = 125e3;
const HOUR_S: f64 = 3600.0;

fn sf(bits: u32) -> SpreadingFactor {
    SpreadingFactor::new(bits).unwrap()
}

fn format() -> FrameFormat {
    FrameFormat::new(sf(7), Bandwidth::Khz125, CodingRate::Cr47)
}

fn receiver(oversampling: f64) -> Receiver {
    let config = ReceiverConfig {
        spreading_factors: vec![sf(7), sf(9)],
        carrier_hz: Some(868e6),
        ..ReceiverConfig::new(BANDWIDTH_HZ * oversampling, Bandwidth::Khz125)
    };
    Receiver::new(&config).unwrap()
}

/// Longest gap that is read as zeros: a symbol of SF9.
fn bridged(oversampling: f64) -> u64 {
    (512.0 * oversampling) as u64
}

/// A stretch of stream that a frame ends just before the end of.
fn stretch(payload: &[u8], oversampling: f64, seed: u64) -> (Vec<Complex32>, Link) {
    let mut rng = generator(seed);
    let link = Link { sfo_ppm: 0.0, ..Link::random(oversampling, 15.0, 0.0, 300.0, &mut rng) };
    let chips = link.delay_chips + format().chips(payload.len()) as f64 + 8.0;
    (receive(format(), payload, link, chips, &mut rng), link)
}

/// Error of an arrival, in chips, against a sample of the whole stream; whole seconds are exact.
fn late_chips(arrival: TimeOfArrival, samples_before: u64, link: Link) -> f64 {
    let rate_hz = BANDWIDTH_HZ * link.oversampling;
    let whole_s = (samples_before as f64 / rate_hz).floor();
    let rest = samples_before as f64 - whole_s * rate_hz + link.delay_chips * link.oversampling;
    let late_ns = (arrival.ns - whole_s as i64 * 1_000_000_000) as f64 + arrival.fraction_ns;
    late_ns * 1e-9 * BANDWIDTH_HZ - rest / link.oversampling
}

#[test]
fn frames_before_and_after_have_their_own_times() {
    for (seed, oversampling) in [1.0, 2.0, 2.5, 8.192].into_iter().enumerate() {
        let rate_hz = BANDWIDTH_HZ * oversampling;
        let short = bridged(oversampling);
        let long = [1.0, 24.0 * HOUR_S, 365.0 * 24.0 * HOUR_S].map(|seconds| (seconds * rate_hz) as u64 + 1);
        for gap in [0, 1, 17, short, short + 1, 2 * short].into_iter().chain(long) {
            let (before, first) = stretch(b"before", oversampling, seed as u64);
            let (after, second) = stretch(b"behind", oversampling, seed as u64 + 100);
            let mut receiver = receiver(oversampling);
            let mut frames = Vec::new();
            receiver.push(&before, &mut frames);
            receiver.skip(gap, &mut frames);
            receiver.push(&after, &mut frames);
            receiver.finish(&mut frames);
            let payloads: Vec<&[u8]> = frames.iter().map(|frame| frame.payload.as_slice()).collect();
            assert_eq!(payloads, [b"before", b"behind"], "a gap of {gap} at {oversampling}");
            let skipped = before.len() as u64 + gap;
            for (frame, link, samples_before) in [(&frames[0], first, 0), (&frames[1], second, skipped)] {
                let late = late_chips(frame.measurements.arrival, samples_before, link);
                assert!(late.abs() < 0.05, "{late} chips late after a gap of {gap} at {oversampling}");
                let start = samples_before as f64 + link.delay_chips * oversampling;
                assert!((frame.measurements.sample_start - start).abs() < 0.05 * oversampling);
            }
        }
    }
}

/// Up to a symbol, a gap is zeros, to the last bit.
#[test]
fn a_short_gap_is_zeros() {
    let (samples, link) = stretch(b"with a hole", 2.0, 5);
    let hole = (2.0 * (link.delay_chips + 30.2 * 128.0)) as usize;
    for missing in [1, 20, 300] {
        let mut skipped = (receiver(2.0), Vec::new());
        skipped.0.push(&samples[..hole], &mut skipped.1);
        skipped.0.skip(missing / 3, &mut skipped.1);
        skipped.0.push(&[], &mut skipped.1);
        skipped.0.skip(missing - missing / 3, &mut skipped.1);
        skipped.0.push(&samples[hole + missing as usize..], &mut skipped.1);
        skipped.0.finish(&mut skipped.1);
        let mut zeros = samples.clone();
        zeros[hole..hole + missing as usize].fill(Complex32::ZERO);
        let mut filled = (receiver(2.0), Vec::new());
        filled.0.push(&zeros, &mut filled.1);
        filled.0.finish(&mut filled.1);
        assert_eq!(skipped.1, filled.1, "{missing} missing");
        // Code rate 4/7 repairs the one symbol that is hit.
        assert_eq!(skipped.1[0].payload, b"with a hole", "{missing} missing");
    }
}

#[test]
fn a_frame_across_a_long_gap_is_lost_and_nothing_else() {
    let (before, _) = stretch(b"before", 2.0, 6);
    let (across, link) = stretch(b"across", 2.0, 7);
    let (after, _) = stretch(b"behind", 2.0, 8);
    let cut = (2.0 * (link.delay_chips + 25.0 * 128.0)) as usize;
    for gap in [1025, 5000, u64::from(u32::MAX)] {
        let mut receiver = receiver(2.0);
        let mut frames = Vec::new();
        receiver.push(&before, &mut frames);
        receiver.push(&across[..cut], &mut frames);
        receiver.skip(gap, &mut frames);
        receiver.push(&across[cut..], &mut frames);
        receiver.push(&after, &mut frames);
        receiver.finish(&mut frames);
        let payloads: Vec<&[u8]> = frames.iter().map(|frame| frame.payload.as_slice()).collect();
        assert_eq!(payloads, [b"before", b"behind"], "a gap of {gap}");
    }
}

/// No position overflows, and a gap takes no time of its length: this test ends.
#[test]
fn a_gap_costs_nothing_like_its_length() {
    let (samples, _) = stretch(b"far out", 2.0, 9);
    let mut receiver = receiver(2.0);
    let mut frames = Vec::new();
    for _ in 0..200 {
        receiver.push(&samples, &mut frames);
        receiver.skip(u64::MAX / 2, &mut frames);
    }
    receiver.push(&samples, &mut frames);
    receiver.finish(&mut frames);
    assert_eq!(frames.len(), 201);
    assert!(frames.iter().all(|frame| frame.payload == b"far out" && frame.measurements.sample_start >= 0.0));
    let last = frames[200].measurements;
    assert!(last.arrival.ns == i64::MAX && last.middle.since_ns(frames[0].measurements.middle) > 0.0);
}

fn gateway() -> Gateway {
    let channel = |centre_hz| GatewayChannel {
        centre_hz,
        bandwidth: Bandwidth::Khz125,
        spreading_factors: vec![sf(7)],
    };
    let channels = vec![channel(868.1e6), channel(868.3e6)];
    Gateway::new(&GatewayConfig { evidence: true, ..GatewayConfig::new(1_000_000, 868.2e6, channels) })
        .unwrap()
}

/// Samples of a gateway that end 8 chips after a frame on its second channel.
fn wideband(payload: &[u8], seed: u64) -> (Vec<Complex32>, Link) {
    let mut rng = generator(seed);
    let link = Link { cfo_hz: 100e3 + 321.0, ..Link::random(8.0, 10.0, 0.0, 200.0, &mut rng) };
    let chips = link.delay_chips + format().chips(payload.len()) as f64 + 8.0;
    let mut samples = vec![Complex32::ZERO; (8.0 * chips) as usize];
    add_frame(format(), payload, link, 1.0, &mut samples);
    add_noise(link, &mut samples, &mut rng);
    (samples, link)
}

#[test]
fn a_gateway_skips_too() {
    let (before, first) = wideband(b"before", 20);
    let (after, second) = wideband(b"behind", 21);
    for gap in [0, 100, 1024, 1025, 123_457, 36_000_000_001, u64::MAX / 2] {
        let mut gateway = gateway();
        let mut frames: Vec<GatewayFrame> = Vec::new();
        gateway.push(&before, &mut frames);
        gateway.skip(gap, &mut frames);
        gateway.push(&after, &mut frames);
        gateway.finish(&mut frames);
        let heard: Vec<(usize, &[u8])> =
            frames.iter().map(|heard| (heard.channel, heard.frame.payload.as_slice())).collect();
        assert_eq!(heard, [(1, &b"before"[..]), (1, b"behind")], "a gap of {gap}");
        let arrivals = [0, 1].map(|index| frames[index].frame.measurements.arrival);
        assert!(late_chips(arrivals[0], 0, first).abs() < 0.05);
        if gap < u64::MAX / 2 {
            let late = late_chips(arrivals[1], before.len() as u64 + gap, second);
            assert!(late.abs() < 0.05, "{late} chips late after a gap of {gap}");
        }
    }
}

/// The carrier's phase counts from sample 0, also behind a gap: as if silence had been there instead.
#[test]
fn phases_go_on_behind_a_gap() {
    let (samples, _) = wideband(b"in phase", 22);
    let gap = 123_457;
    let mut heard: Vec<HeardFrame> = Vec::new();
    for skip in [true, false] {
        let mut gateway = gateway();
        let mut frames = Vec::new();
        gateway.push(&vec![Complex32::ZERO; 9999], &mut frames);
        if skip {
            gateway.skip(gap, &mut frames);
        } else {
            gateway.push(&vec![Complex32::ZERO; gap as usize], &mut frames);
        }
        gateway.push(&samples, &mut frames);
        gateway.finish(&mut frames);
        heard.extend(frames.into_iter().map(|heard| heard.frame));
    }
    let [a, b] = [0, 1].map(|index: usize| heard[index].measurements);
    assert!((a.gain - b.gain).norm() < 1e-3, "{} {}", a.gain, b.gain);
    assert!(a.arrival.since_ns(b.arrival).abs() < 1.0);
    // Evidence stands where its own samples are counted: a stated frame explains them.
    let [a, b] = [0, 1].map(|index: usize| heard[index].stated().unwrap());
    assert!((a.gain - b.gain).norm() < 1e-3);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Any gaps and any chunking between them: no panic, and the chunking does not matter.
    #[test]
    fn random_gaps(seed: u64, oversampling in prop::sample::select(vec![1.0, 2.0, 2.5, 4.0])) {
        let mut rng = generator(seed);
        let pieces: Vec<(Vec<Complex32>, u64)> = (0..6)
            .map(|index| {
                let (mut samples, _) = stretch(b"piece", oversampling, seed.wrapping_add(index));
                samples.truncate((uniform(&mut rng, 0.0, 2.0) * samples.len() as f64) as usize);
                (samples, uniform(&mut rng, 0.0, 50.0).exp2() as u64)
            })
            .collect();
        let mut hear = |chunked: bool| {
            let mut receiver = receiver(oversampling);
            let mut frames = Vec::new();
            for (samples, gap) in &pieces {
                let chunk = if chunked { 1 + uniform(&mut rng, 0.0, 3000.0) as usize } else { usize::MAX };
                samples.chunks(chunk).for_each(|chunk| receiver.push(chunk, &mut frames));
                receiver.skip(*gap, &mut frames);
            }
            receiver.finish(&mut frames);
            frames
        };
        prop_assert_eq!(hear(false), hear(true));
    }
}
