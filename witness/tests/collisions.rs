//! Frames that collide in one channel and spreading factor: the stronger is heard, taken out, and the weaker is heard.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;

use air::{Link, add_frame, add_noise, generator, uniform};
use num_complex::Complex32;
use rand_chacha::ChaCha8Rng;
use witness::{
    Bandwidth, CodingRate, CrcStatus, FrameFormat, HeardFrame, Receiver, ReceiverConfig, SpreadingFactor,
};

/// A frame on air: what it carries, when its first chip arrives, how strong it is over the noise.
#[derive(Clone, Copy)]
struct Sent {
    payload: [u8; 12],
    delay_chips: f64,
    snr_db: f64,
}

fn format(bits: u32) -> FrameFormat {
    FrameFormat::new(SpreadingFactor::new(bits).unwrap(), Bandwidth::Khz125, CodingRate::Cr45)
}

/// Payloads that were heard with a good CRC.
fn heard(bits: u32, oversampling: f64, sent: &[Sent], rng: &mut ChaCha8Rng) -> Vec<HeardFrame> {
    let format = format(bits);
    let last = sent.iter().map(|sent| sent.delay_chips).fold(0.0, f64::max);
    let chips = last + (format.chips(12) + 4 * format.sf.chips()) as f64;
    let mut samples = vec![Complex32::ZERO; (chips * oversampling) as usize];
    for frame in sent {
        let link = Link::random(oversampling, 0.0, 15.0, 0.0, rng);
        let link = Link { delay_chips: frame.delay_chips, ..link };
        add_frame(format, &frame.payload, link, 10_f64.powf(frame.snr_db / 20.0) as f32, &mut samples);
    }
    add_noise(Link { snr_db: 0.0, ..Link::clean(oversampling) }, &mut samples, rng);
    let config = ReceiverConfig {
        spreading_factors: vec![format.sf],
        carrier_hz: Some(868e6),
        ..ReceiverConfig::new(125e3 * oversampling, Bandwidth::Khz125)
    };
    let mut receiver = Receiver::new(&config).unwrap();
    let mut frames = Vec::new();
    receiver.push(&samples, &mut frames);
    receiver.finish(&mut frames);
    frames
}

fn good<'a>(frames: &'a [HeardFrame], sent: &'a Sent) -> Option<&'a HeardFrame> {
    frames.iter().find(|frame| frame.crc == CrcStatus::Ok && frame.payload == sent.payload)
}

/// Share of pairs of which the stronger and the weaker were heard.
fn shares(bits: u32, weaker_db: f64, apart_db: f64, oversampling: f64, trials: usize, seed: u64) -> [f64; 2] {
    let mut rng = generator(seed);
    let mut counts = [0; 2];
    for trial in 0..trials {
        let weaker_snr_db = weaker_db;
        let air_chips = format(bits).chips(12) as f64;
        let first = 3000.0 + uniform(&mut rng, 0.0, 500.0);
        // Either may begin first, anywhere in the other.
        let strong = first + uniform(&mut rng, -0.9, 0.9) * air_chips + air_chips;
        let weak = first + air_chips;
        let sent = [
            Sent { payload: [trial as u8; 12], delay_chips: strong, snr_db: weaker_snr_db + apart_db },
            Sent { payload: [trial as u8 ^ 0xFF; 12], delay_chips: weak, snr_db: weaker_snr_db },
        ];
        let frames = heard(bits, oversampling, &sent, &mut rng);
        for (count, sent) in counts.iter_mut().zip(&sent) {
            *count += usize::from(good(&frames, sent).is_some());
        }
        for frame in &frames {
            let twice =
                frames.iter().filter(|other| other.payload == frame.payload && other.crc == frame.crc);
            assert!(frame.crc != CrcStatus::Ok || twice.count() == 1, "a frame was handed over twice");
        }
    }
    counts.map(|count| f64::from(count as u32) / trials as f64)
}

/// Over all timings of two frames, from hardly any overlap to all of it, and all carriers.
#[test]
fn the_stronger_is_heard_and_then_the_weaker() {
    for (bits, weaker_db, oversampling) in [(7, 0.0, 2.0), (7, 10.0, 1.0), (9, -5.0, 2.0), (10, 0.0, 4.0)] {
        for apart_db in [6.0, 12.0, 25.0] {
            let [stronger, weaker] = shares(bits, weaker_db, apart_db, oversampling, 25, 2);
            println!("SF{bits}, {apart_db} dB over {weaker_db} dB: {stronger:.2}, then {weaker:.2}");
            assert!(stronger >= 0.95, "SF{bits} {apart_db} dB: stronger {stronger}");
            assert!(weaker >= 0.9, "SF{bits} {apart_db} dB: weaker {weaker}");
        }
    }
}

/// What is taken out leaves the measurements of what it covered as they would be.
#[test]
fn three_deep() {
    let mut rng = generator(4);
    let frame = |index: u8, delay_chips: f64, snr_db: f64| Sent { payload: [index; 12], delay_chips, snr_db };
    let sent = [frame(1, 3000.3, 30.0), frame(2, 4100.7, 18.0), frame(3, 2500.1, 5.0)];
    let frames = heard(8, 2.0, &sent, &mut rng);
    for sent in &sent {
        let frame = good(&frames, sent).unwrap();
        let measured = frame.measurements;
        assert!(measured.snr_db.value < sent.snr_db + 1.0, "{measured:?}");
        assert!((measured.rssi_dbfs.value - sent.snr_db).abs() < 0.5, "{measured:?}");
        assert!((measured.sample_start / 2.0 - sent.delay_chips).abs() < 0.05, "{measured:?}");
    }
}
