//! What a real converter and a hostile neighbour do to samples: any gain, any format, clipping, offset, a jammer, dropped samples.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;

use air::{Link, add_frame, add_noise, generator, uniform};
use num_complex::Complex32;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use witness::{
    Bandwidth, CodingRate, CrcStatus, FrameFormat, Gateway, GatewayChannel, GatewayConfig, HeardFrame,
    Receiver, ReceiverConfig, SpreadingFactor,
};

const RATE_HZ: f64 = 250e3;

fn format(bits: u32) -> FrameFormat {
    FrameFormat::new(SpreadingFactor::new(bits).unwrap(), Bandwidth::Khz125, CodingRate::Cr45)
}

fn receiver(bits: &[u32]) -> Receiver {
    let spreading_factors = bits.iter().map(|bits| SpreadingFactor::new(*bits).unwrap()).collect();
    Receiver::new(&ReceiverConfig {
        spreading_factors,
        carrier_hz: Some(868e6),
        ..ReceiverConfig::new(RATE_HZ, Bandwidth::Khz125)
    })
    .unwrap()
}

fn hear(receiver: &mut Receiver, samples: &[Complex32]) -> Vec<HeardFrame> {
    let mut frames = Vec::new();
    receiver.push(samples, &mut frames);
    receiver.finish(&mut frames);
    frames
}

/// Payloads with a good CRC, in the order of arrival.
fn payloads(mut frames: Vec<HeardFrame>) -> Vec<Vec<u8>> {
    frames.retain(|frame| frame.crc == CrcStatus::Ok);
    frames.sort_by(|a, b| a.measurements.sample_start.total_cmp(&b.measurements.sample_start));
    frames.into_iter().map(|frame| frame.payload).collect()
}

/// Five frames of two spreading factors, one after the other, and what they carry.
fn traffic(snr_db: f64, rng: &mut ChaCha8Rng) -> (Vec<Complex32>, Vec<Vec<u8>>) {
    let mut next = 1500.0;
    let mut samples = vec![Complex32::ZERO; 200_000];
    let sent = [7, 8, 7, 8, 7].iter().enumerate().map(|(index, bits)| {
        let payload = vec![index as u8 + 1; 10];
        let link = Link { delay_chips: next, ..Link::random(2.0, snr_db, 15.0, 0.0, rng) };
        add_frame(format(*bits), &payload, link, 1.0, &mut samples);
        next += format(*bits).chips(10) as f64 + 900.0;
        payload
    });
    let sent = sent.collect();
    add_noise(Link { snr_db, ..Link::clean(2.0) }, &mut samples, rng);
    (samples, sent)
}

#[test]
fn any_gain_gives_the_same_frames() {
    let (samples, sent) = traffic(3.0, &mut generator(1));
    let plain = hear(&mut receiver(&[7, 8]), &samples);
    for gain in [1e-6_f32, 1e-3, 1.0, 100.0, 1e4] {
        let scaled: Vec<Complex32> = samples.iter().map(|sample| sample * gain).collect();
        let frames = hear(&mut receiver(&[7, 8]), &scaled);
        assert_eq!(payloads(frames.clone()), sent, "gain {gain}");
        for (frame, plain) in frames.iter().zip(&plain) {
            let (measured, wanted) = (frame.measurements, plain.measurements);
            assert!((measured.snr_db.value - wanted.snr_db.value).abs() < 0.1, "gain {gain}");
            let raised_db = measured.rssi_dbfs.value - wanted.rssi_dbfs.value;
            assert!((raised_db - 20.0 * f64::from(gain).log10()).abs() < 0.1, "gain {gain}: {raised_db}");
        }
    }
}

#[test]
fn sixteen_and_eight_bits_decode_alike() {
    let (samples, sent) = traffic(3.0, &mut generator(2));
    for (steps, what) in [(32_767.0_f32, "ci16"), (127.0, "ci8"), (7.0, "four bits")] {
        // Full scale at four times the signal's amplitude.
        let quantise = |part: f32| (part * 0.25 * steps).round().clamp(-steps, steps) / steps;
        let coarse = samples.iter().map(|sample| Complex32::new(quantise(sample.re), quantise(sample.im)));
        assert_eq!(payloads(hear(&mut receiver(&[7, 8]), &coarse.collect::<Vec<_>>())), sent, "{what}");
    }
}

/// Clipping to a fraction of the amplitude leaves the phase, which is what a chirp is.
#[test]
fn clipped_samples_decode() {
    let (samples, sent) = traffic(10.0, &mut generator(3));
    for limit in [1.0_f32, 0.5, 0.1] {
        let clip = |part: f32| part.clamp(-limit, limit);
        let clipped = samples.iter().map(|sample| Complex32::new(clip(sample.re), clip(sample.im)));
        let clipped: Vec<Complex32> = clipped.collect();
        assert_eq!(payloads(hear(&mut receiver(&[7, 8]), &clipped)), sent, "limit {limit}");
    }
}

/// A zero-intermediate-frequency receiver's own carrier, up to 20 dB over the signal: dechirped, it spreads over all bins.
#[test]
fn a_constant_offset_is_survived() {
    let (samples, sent) = traffic(10.0, &mut generator(4));
    for offset in [0.3_f32, 1.0, 3.0] {
        let moved: Vec<Complex32> =
            samples.iter().map(|sample| sample + Complex32::new(offset, -offset)).collect();
        assert_eq!(payloads(hear(&mut receiver(&[7, 8]), &moved)), sent, "offset {offset}");
    }
    let drowned: Vec<Complex32> = samples.iter().map(|sample| sample + Complex32::new(10.0, 0.0)).collect();
    let heard = payloads(hear(&mut receiver(&[7, 8]), &drowned));
    assert!(heard.iter().all(|payload| sent.contains(payload)), "{heard:?}");
}

/// A tone 30 dB over the signal drowns a channel while it is there. It buys little work, and the next frame is heard.
#[test]
fn a_jammer_is_outlived() {
    let mut rng = generator(5);
    for offset_hz in [0.0, 12_345.0, -62_000.0, 61_999.0, 100_000.0] {
        let (mut samples, sent) = traffic(10.0, &mut rng);
        let jammed = samples.len();
        for (n, sample) in samples.iter_mut().enumerate() {
            let turns = (offset_hz * n as f64 / RATE_HZ).fract();
            let (sin, cos) = (std::f64::consts::TAU * turns).sin_cos();
            *sample += Complex32::new(cos as f32, sin as f32) * 31.6;
        }
        let (after, sent_after) = traffic(10.0, &mut rng);
        samples.extend(after);
        let mut receiver = receiver(&[7, 8, 9, 10, 11, 12]);
        let frames = hear(&mut receiver, &samples);
        let late = |frame: &&HeardFrame| frame.measurements.sample_start > jammed as f64;
        assert_eq!(payloads(frames.iter().filter(late).cloned().collect()), sent_after, "{offset_hz} Hz");
        let early = payloads(frames.iter().filter(|frame| !late(frame)).cloned().collect());
        assert!(early.iter().all(|payload| sent.contains(payload)), "{offset_hz} Hz: {early:?}");
        assert!(early.len() <= sent.len(), "{offset_hz} Hz: a frame came twice");
        let counts = receiver.counts();
        println!("jammer at {offset_hz} Hz: {} of {} heard under it, {counts:?}", early.len(), sent.len());
        // 1.6 s of air; a candidate is at most some ten milliseconds of work.
        assert!(counts.candidates < 100, "{offset_hz} Hz: {counts:?}");
    }
}

/// A frame, its start in samples of the stream as it would be without gaps.
fn one(delay_chips: f64, payload: &[u8], length: usize, rng: &mut ChaCha8Rng) -> Vec<Complex32> {
    let mut samples = vec![Complex32::ZERO; length];
    let link = Link { delay_chips, ..Link::random(2.0, 10.0, 15.0, 0.0, rng) };
    add_frame(format(7), payload, link, 1.0, &mut samples);
    add_noise(Link { snr_db: 10.0, ..Link::clean(2.0) }, &mut samples, rng);
    samples
}

#[test]
fn dropped_samples_are_counted() {
    let mut rng = generator(6);
    for gap in [0, 1, 200, 257, 10_000, 900_000_000_000] {
        let mut receiver = receiver(&[7]);
        let mut frames = Vec::new();
        receiver.push(&one(1000.25, b"before", 30_000, &mut rng), &mut frames);
        receiver.skip(gap, &mut frames);
        receiver.push(&one(2000.75, b"after", 30_000, &mut rng), &mut frames);
        receiver.finish(&mut frames);
        assert_eq!(frames.len(), 2, "gap {gap}");
        let measured = frames[1].measurements;
        let wanted = 30_000.0 + gap as f64 + 4001.5;
        assert!((measured.sample_start - wanted).abs() < 0.05, "gap {gap}: {}", measured.sample_start);
        let seconds = (wanted / RATE_HZ).floor();
        let wanted_ns = (wanted - seconds * RATE_HZ) / RATE_HZ * 1e9;
        let late_ns = (measured.arrival.ns - seconds as i64 * 1_000_000_000) as f64 - wanted_ns;
        assert!(late_ns.abs() < 200.0, "gap {gap}: {late_ns} ns");
    }
    // A gap in a frame: short, it is a wound; long, it is the end.
    for (gap, heard) in [(60, 1), (5000, 0)] {
        let whole = one(1000.0, b"across the gap", 40_000, &mut rng);
        let mut receiver = receiver(&[7]);
        let mut frames = Vec::new();
        receiver.push(&whole[..9_000], &mut frames);
        receiver.skip(gap, &mut frames);
        receiver.push(&whole[9_000 + gap as usize..], &mut frames);
        receiver.finish(&mut frames);
        assert_eq!(payloads(frames).len(), heard, "gap {gap}");
    }
}

#[test]
fn a_gateway_counts_dropped_samples() {
    let channel = GatewayChannel {
        centre_hz: 868.1e6,
        bandwidth: Bandwidth::Khz125,
        spreading_factors: vec![SpreadingFactor::new(7).unwrap()],
    };
    let mut gateway = Gateway::new(&GatewayConfig::new(1_000_000, 868.3e6, vec![channel])).unwrap();
    let mut rng = generator(7);
    let mut frames = Vec::new();
    let mut begins = 0.0;
    for gap in [0, 3, 1_000_000, 77_777_777] {
        let mut samples = vec![Complex32::ZERO; 120_000];
        let link = Link { delay_chips: 2345.6, cfo_hz: -200e3, ..Link::clean(8.0) };
        add_frame(format(7), &[gap as u8; 4], link, 1.0, &mut samples);
        add_noise(Link { snr_db: 20.0, ..Link::clean(8.0) }, &mut samples, &mut rng);
        gateway.skip(gap, &mut frames);
        gateway.push(&samples, &mut frames);
        begins += gap as f64;
        gateway.skip(0, &mut frames);
        let start = begins + 2345.6 * 8.0;
        begins += samples.len() as f64;
        // Silence, so that it ends.
        gateway.push(&vec![Complex32::ZERO; 40_000], &mut frames);
        begins += 40_000.0;
        let found = frames.last().unwrap().frame.measurements.sample_start;
        assert!((found - start).abs() < 0.1, "gap {gap}: {found} for {start}");
    }
    assert_eq!(frames.len(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is pushed and skipped, nothing panics and time does not run back.
    #[test]
    fn pushes_and_gaps_never_panic(steps in prop::collection::vec((0_usize..3000, any::<u64>(), 0_u32..64), 1..20), seed: u64) {
        let mut rng = generator(seed);
        let mut receiver = receiver(&[5, 7]);
        let mut frames = Vec::new();
        for (length, gap, shift) in steps {
            let mut samples = vec![Complex32::ZERO; length];
            let gain = uniform(&mut rng, 0.0, 2.0) as f32;
            add_noise(Link { snr_db: 0.0, ..Link::clean(2.0) }, &mut samples, &mut rng);
            for sample in &mut samples {
                *sample *= gain;
            }
            receiver.push(&samples, &mut frames);
            receiver.skip(gap >> shift, &mut frames);
        }
        receiver.finish(&mut frames);
        let starts: Vec<f64> = frames.iter().map(|frame| frame.measurements.sample_start).collect();
        prop_assert!(starts.is_sorted());
    }
}
