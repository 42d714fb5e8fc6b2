//! Samples as bad as radios make them: any gain, any format, clipped, off centre, jammed. What can decode decodes, nothing panics, work
//! stays bounded, and the next frame is heard.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;

use std::f64::consts::TAU;

use air::{Link, add_frame, add_noise, generator, receive, uniform};
use num_complex::Complex32;
use proptest::prelude::*;
use witness::{
    Bandwidth, CodingRate, FrameFormat, Gateway, GatewayChannel, GatewayConfig, HeardFrame, Measurements,
    Receiver, ReceiverConfig, ReceiverCounts, SpreadingFactor,
};

const RATE_HZ: f64 = 250e3;
const PAYLOAD: &[u8] = b"come what may";

fn format(bits: u32) -> FrameFormat {
    FrameFormat::new(SpreadingFactor::new(bits).unwrap(), Bandwidth::Khz125, CodingRate::Cr45)
}

fn receiver(spreading_factors: Vec<SpreadingFactor>) -> Receiver {
    let config = ReceiverConfig {
        spreading_factors,
        carrier_hz: Some(868e6),
        ..ReceiverConfig::new(RATE_HZ, Bandwidth::Khz125)
    };
    Receiver::new(&config).unwrap()
}

fn hear(bits: u32, samples: &[Complex32]) -> Vec<HeardFrame> {
    let mut receiver = receiver(vec![format(bits).sf]);
    let mut frames = Vec::new();
    receiver.push(samples, &mut frames);
    receiver.finish(&mut frames);
    frames
}

/// One frame at amplitude 1 and this SNR.
fn frame(bits: u32, snr_db: f64, seed: u64) -> Vec<Complex32> {
    let mut rng = generator(seed);
    let link = Link::random(2.0, snr_db, 15.0, 600.0, &mut rng);
    let chips = link.delay_chips + (format(bits).chips(PAYLOAD.len()) + format(bits).sf.chips()) as f64;
    receive(format(bits), PAYLOAD, link, chips, &mut rng)
}

fn is_heard(bits: u32, samples: &[Complex32]) -> bool {
    hear(bits, samples).iter().any(|frame| frame.payload == PAYLOAD)
}

/// Samples, each by itself made into another.
fn each(samples: &[Complex32], change: impl Fn(f32) -> f32) -> Vec<Complex32> {
    samples.iter().map(|sample| Complex32::new(change(sample.re), change(sample.im))).collect()
}

fn add_tone(samples: &mut [Complex32], level_db: f64, offset_hz: f64, rate_hz: f64) {
    for (n, sample) in samples.iter_mut().enumerate() {
        let (sin, cos) = (TAU * (offset_hz * n as f64 / rate_hz).fract()).sin_cos();
        *sample += Complex32::new(cos as f32, sin as f32) * 10_f32.powf(level_db as f32 / 20.0);
    }
}

#[test]
fn any_gain_hears_the_same() {
    for (bits, snr_db) in [(7, 10.0), (9, -8.0), (12, -15.0)] {
        let samples = frame(bits, snr_db, 1);
        let reference = hear(bits, &samples).remove(0);
        for gain in [1e-6_f32, 3.7e-4, 0.02, 9.1, 777.0, 1e4] {
            let frames = hear(bits, &each(&samples, |part| part * gain));
            assert_eq!(frames.len(), 1, "SF{bits} at a gain of {gain}");
            assert_eq!(frames[0].payload, PAYLOAD);
            let (ours, wanted) = (frames[0].measurements, reference.measurements);
            assert!((ours.snr_db.value - wanted.snr_db.value).abs() < 0.1, "{ours:?}");
            let louder_db = 20.0 * f64::from(gain).log10();
            assert!((ours.rssi_dbfs.value - wanted.rssi_dbfs.value - louder_db).abs() < 0.1, "{ours:?}");
            assert!((ours.sample_start - wanted.sample_start).abs() < 0.01, "{ours:?}");
        }
    }
}

/// A chirp keeps its phase when it is clipped; what is left of it at one bit a part is enough, near the limit too.
#[test]
fn clipped_samples_are_heard() {
    for (bits, snr_db) in [(7, 10.0), (7, -4.0), (10, -10.0), (12, -15.0)] {
        let samples = frame(bits, snr_db, 2);
        for level in [1.0_f32, 0.5, 0.1, 1e-3] {
            assert!(
                is_heard(bits, &each(&samples, |part| part.clamp(-level, level))),
                "SF{bits} at {snr_db} dB, clipped at {level}"
            );
        }
    }
}

/// As 16 and 8 bits, at a fair level, and with the noise about as large as a step of 8 bits.
#[test]
fn whole_numbers_are_heard_alike() {
    for (bits, snr_db, scale, tolerance_db) in
        [(7, 10.0, 0.2, 0.1), (9, -5.0, 0.1, 0.1), (9, -5.0, 1.0 / 128.0, 0.5)]
    {
        let samples = each(&frame(bits, snr_db, 3), |part| part * scale);
        let exact = hear(bits, &samples).remove(0);
        for steps in [32768.0_f32, 128.0] {
            let whole = each(&samples, |part| (part * steps).round().clamp(-steps, steps - 1.0) / steps);
            let frames = hear(bits, &whole);
            assert_eq!(frames.len(), 1, "SF{bits} in {steps} steps");
            assert_eq!((&frames[0].payload, &frames[0].symbols), (&exact.payload, &exact.symbols));
            let (ours, wanted) = (frames[0].measurements, exact.measurements);
            assert!((ours.snr_db.value - wanted.snr_db.value).abs() < tolerance_db, "{ours:?} {wanted:?}");
            let sigma_samples = wanted.arrival_sigma_ns * 1e-9 * RATE_HZ;
            assert!((ours.sample_start - wanted.sample_start).abs() < sigma_samples, "{ours:?} {wanted:?}");
        }
    }
}

/// To a despread chirp a tone in the channel is noise of its own power, wherever it is: what would decode in as much noise decodes. That
/// is, over the signal, 5 dB at SF7, 10 dB at SF8, 15 dB at SF9, 20 dB from SF10 on. DC is such a tone.
#[test]
fn a_tone_in_the_channel_is_as_noise() {
    for (bits, level_db) in [(7, 5.0), (8, 10.0), (9, 15.0), (10, 20.0), (11, 20.0), (12, 20.0)] {
        for offset_hz in [0.0, 7_300.0, -31_250.0, 62_000.0] {
            for seed in 0..2 {
                let mut samples = frame(bits, 10.0, seed);
                add_tone(&mut samples, level_db, offset_hz, RATE_HZ);
                assert!(is_heard(bits, &samples), "SF{bits}, {level_db} dB at {offset_hz} Hz");
            }
        }
    }
}

/// Outside the channel a tone is filtered out: 20 dB over the signal right beside it, 30 dB from half a channel off.
#[test]
fn a_tone_outside_the_channel_does_no_harm() {
    for bits in 7..=12 {
        for (level_db, offset_hz) in [(20.0, 75e3), (20.0, -80e3), (30.0, 100e3), (30.0, -120e3)] {
            let mut samples = frame(bits, 10.0, 5);
            add_tone(&mut samples, level_db, offset_hz, RATE_HZ);
            let frames = hear(bits, &samples);
            assert_eq!(frames.len(), 1, "SF{bits}, {level_db} dB at {offset_hz} Hz");
            assert_eq!(frames[0].payload, PAYLOAD);
            assert!((frames[0].measurements.snr_db.value - 10.0).abs() < 0.5);
        }
    }
}

/// A tone 30 dB over everything, anywhere in the band, is no preamble; nor do endless chirps buy more than a few looks in four seconds.
#[test]
fn a_jammer_buys_no_work() {
    let listen = |phase: &dyn Fn(f64) -> f64| -> ReceiverCounts {
        let mut samples: Vec<Complex32> = (0..(4.0 * RATE_HZ) as usize)
            .map(|n| {
                let (sin, cos) = (TAU * phase(n as f64 / RATE_HZ).fract()).sin_cos();
                Complex32::new(cos as f32, sin as f32) * 32.0
            })
            .collect();
        add_noise(Link { snr_db: 0.0, ..Link::clean(2.0) }, &mut samples, &mut generator(6));
        let mut receiver = receiver(SpreadingFactor::ALL.to_vec());
        let mut frames = Vec::new();
        receiver.push(&samples, &mut frames);
        assert_eq!(frames, []);
        receiver.counts()
    };
    for offset_hz in [0.0, 7_300.7, -31_250.0, 55_000.3, 62_500.0, 64_000.1, 80e3, -100e3] {
        let counts = listen(&|t| offset_hz * t);
        assert!(counts.candidates <= 3, "{counts:?} of a tone at {offset_hz} Hz");
    }
    let counts = listen(&|t| 500.0 * t * t);
    assert!(counts.candidates <= 3, "{counts:?} of a slow sweep");
    for chips in [32.0, 128.0, 512.0, 4096.0] {
        let counts = listen(&|t| {
            let chip = (t * 125e3).rem_euclid(chips);
            chip * (chip / chips - 1.0) / 2.0
        });
        assert!(counts.synchronised <= 3, "{counts:?} of endless chirps of {chips} chips");
    }
}

fn is_finite(measured: &Measurements) -> bool {
    let estimates = [measured.rssi_dbfs, measured.noise_floor_dbfs, measured.snr_db, measured.cfo_hz];
    let sigmas = [measured.arrival_sigma_ns, measured.middle_sigma_ns];
    estimates.iter().all(|estimate| estimate.value.is_finite() && estimate.sigma.is_finite())
        && sigmas.iter().chain([&measured.sample_start, &measured.gain.re]).all(|value| value.is_finite())
}

/// Whatever happens to one frame, the next one is heard as if nothing had been; two symbols between them are enough.
#[test]
fn the_next_frame_is_heard() {
    type Trouble = fn(usize, Complex32) -> Complex32;
    let troubles: [(&str, Trouble); 8] = [
        ("not a number", |n, sample| if n % 3 == 0 { Complex32::new(f32::NAN, 0.0) } else { sample }),
        ("infinite", |n, sample| if n % 99 == 0 { Complex32::new(0.0, f32::INFINITY) } else { sample }),
        ("greatest", |_, _| Complex32::new(f32::MAX, f32::MIN)),
        ("huge", |n, _| Complex32::new(1e30, 0.0) * if n % 2 == 0 { 1.0 } else { -1.0 }),
        ("off centre", |_, sample| sample + 10.0),
        ("clipped", |_, sample| Complex32::new(sample.re.signum(), sample.im.signum()) * 1e-3),
        ("stuck", |_, _| Complex32::new(1.0, 1.0)),
        ("silent", |_, _| Complex32::ZERO),
    ];
    for bits in [7, 10] {
        let first = frame(bits, 10.0, 7);
        let between = 2 * 2 * format(bits).sf.chips();
        for (name, trouble) in troubles {
            let mut samples: Vec<_> =
                first.iter().enumerate().map(|(n, sample)| trouble(n, *sample)).collect();
            let link = Link { delay_chips: 0.0, snr_db: 10.0, ..Link::clean(2.0) };
            let chips = (format(bits).chips(4) + 100) as f64;
            samples.extend(vec![Complex32::ZERO; between]);
            samples.extend(receive(format(bits), b"next", link, chips, &mut generator(8)));
            let frames = hear(bits, &samples);
            let next = frames.iter().find(|frame| frame.payload == b"next");
            let Some(next) = next else { panic!("SF{bits}: nothing after samples that were {name}") };
            assert!((next.measurements.sample_start - (first.len() + between) as f64).abs() < 0.1, "{name}");
            assert!(frames.iter().all(|frame| is_finite(&frame.measurements)), "{name}");
        }
    }
}

/// A gateway beside a jammer on one of its channels: the others hear everything, and that one does when the jammer is gone.
#[test]
fn a_gateway_beside_a_jammer() {
    const WIDE_HZ: f64 = 1e6;
    let channel = |centre_hz| GatewayChannel {
        centre_hz,
        bandwidth: Bandwidth::Khz125,
        spreading_factors: (7..=12).map(|bits| format(bits).sf).collect(),
    };
    let channels = vec![channel(868.1e6), channel(868.3e6)];
    let mut gateway = Gateway::new(&GatewayConfig::new(WIDE_HZ as u32, 868.2e6, channels)).unwrap();
    let mut samples = vec![Complex32::ZERO; (0.8 * WIDE_HZ) as usize];
    add_tone(&mut samples[..400_000], 30.0, -95e3, WIDE_HZ);
    for (start_s, offset_hz) in [(0.05, 100e3), (0.2, -100e3), (0.401, -100e3), (0.6, 100e3)] {
        let link = Link { delay_chips: start_s * 125e3, cfo_hz: offset_hz + 500.0, ..Link::clean(8.0) };
        add_frame(format(7), PAYLOAD, link, 1.0, &mut samples);
    }
    add_noise(Link { snr_db: 10.0, ..Link::clean(8.0) }, &mut samples, &mut generator(9));
    let mut frames = Vec::new();
    gateway.push(&samples, &mut frames);
    gateway.finish(&mut frames);
    let mut heard: Vec<(usize, f64)> =
        frames.iter().map(|heard| (heard.channel, heard.frame.measurements.sample_start)).collect();
    heard.sort_by(|a, b| a.1.total_cmp(&b.1));
    let channels: Vec<usize> = heard.iter().map(|(channel, _)| *channel).collect();
    assert_eq!(channels, [1, 0, 1], "{heard:?}");
    assert!(frames.iter().all(|heard| heard.frame.payload == PAYLOAD));
    assert!(gateway.counts().candidates < 40, "{:?}", gateway.counts());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Spikes of any size in a frame: what is handed out is made of numbers.
    #[test]
    fn spikes(seed: u64, count in 1_usize..200, greatest_db in 0.0_f64..770.0) {
        let mut rng = generator(seed);
        let mut samples = frame(7, 10.0, seed);
        for _ in 0..count {
            let index = uniform(&mut rng, 0.0, samples.len() as f64) as usize;
            let size = 10_f64.powf(uniform(&mut rng, 0.0, greatest_db) / 20.0) as f32;
            samples[index] = Complex32::new(size, -size);
        }
        for frame in hear(7, &samples) {
            prop_assert!(is_finite(&frame.measurements), "{:?}", frame.measurements);
        }
    }
}
