//! The receiver against exact frames: every format, every rate, every offset, any chunking, hostile samples.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;

use air::{Link, add_frame, add_noise, generator, receive, uniform};
use num_complex::Complex32;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use witness::{
    Bandwidth, CodingRate, CrcStatus, FrameFormat, Header, HeardFrame, PayloadFormat, Receiver,
    ReceiverConfig, SpreadingFactor, SyncWord, encode, frame_chirps, modulate,
};

fn sf(sf: u32) -> SpreadingFactor {
    SpreadingFactor::new(sf).unwrap()
}

fn payload(length: usize, rng: &mut ChaCha8Rng) -> Vec<u8> {
    (0..length).map(|_| uniform(rng, 0.0, 256.0) as u8).collect()
}

fn config(format: FrameFormat, oversampling: f64) -> ReceiverConfig {
    let rate = f64::from(format.bandwidth.hz()) * oversampling;
    let spreading_factors = vec![format.sf];
    ReceiverConfig {
        spreading_factors,
        carrier_hz: Some(868e6),
        ..ReceiverConfig::new(rate, format.bandwidth)
    }
}

fn hear(config: &ReceiverConfig, samples: &[Complex32]) -> Vec<HeardFrame> {
    let mut receiver = Receiver::new(config).unwrap();
    let mut frames = Vec::new();
    receiver.push(samples, &mut frames);
    receiver.finish(&mut frames);
    frames
}

/// Chips that hold a frame of this format wherever [`Link::random`] puts it.
fn air_chips(format: FrameFormat, bytes: usize) -> f64 {
    (format.chips(bytes) + 4096 + 12 * format.sf.chips()) as f64
}

#[test]
fn every_format_round_trips() {
    let mut rng = generator(1);
    for sf in SpreadingFactor::ALL {
        for bandwidth in Bandwidth::ALL {
            for coding_rate in CodingRate::ALL {
                for (crc, explicit_header) in [(true, true), (true, false), (false, true), (false, false)] {
                    let format = FrameFormat {
                        payload: PayloadFormat { coding_rate, crc, explicit_header },
                        ..FrameFormat::new(sf, bandwidth, coding_rate)
                    };
                    one_frame(format, 11, 1.0, &mut rng);
                }
            }
        }
    }
}

/// Sends one frame over a random link at +8 dB and expects exactly it.
fn one_frame(format: FrameFormat, bytes: usize, oversampling: f64, rng: &mut ChaCha8Rng) -> HeardFrame {
    let payload = payload(bytes, rng);
    let link = Link::random(oversampling, 8.0, 20.0, 3.0 * format.sf.chips() as f64, rng);
    let samples = receive(format, &payload, link, air_chips(format, bytes), rng);
    let implicit = Header {
        payload_bytes: bytes as u8,
        coding_rate: format.payload.coding_rate,
        crc: format.payload.crc,
    };
    let implicit_header = (!format.payload.explicit_header).then_some(implicit);
    let frames = hear(&ReceiverConfig { implicit_header, ..config(format, oversampling) }, &samples);
    assert_eq!(frames.len(), 1, "{format:?} over {link:?}");
    let frame = frames.into_iter().next().unwrap();
    assert_eq!(frame.payload, payload, "{format:?} over {link:?}");
    assert_eq!(frame.symbols, encode(format, &payload).unwrap());
    assert_eq!(frame.crc, if format.payload.crc { CrcStatus::Ok } else { CrcStatus::None });
    assert_eq!(frame.coding_rate, format.payload.coding_rate);
    assert_eq!(frame.preamble_symbols, usize::from(format.preamble_symbols));
    let measured = frame.measurements;
    assert!(
        (measured.cfo_hz.value - link.cfo_hz).abs() < 3.0 + 6.0 * measured.cfo_hz.sigma,
        "{measured:?} {link:?}"
    );
    assert!((measured.snr_db.value - 8.0).abs() < 1.5, "{measured:?}");
    let late_chips = measured.sample_start / oversampling - link.delay_chips;
    assert!(
        late_chips.abs() < 0.1 + 6.0 * measured.arrival_sigma_ns * 1e-9 * f64::from(format.bandwidth.hz())
    );
    frame
}

#[test]
fn every_length_that_matters() {
    let mut rng = generator(2);
    for bytes in [2, 3, 16, 51, 128, 254, 255] {
        one_frame(FrameFormat::new(sf(7), Bandwidth::Khz125, CodingRate::Cr45), bytes, 2.0, &mut rng);
    }
}

#[test]
fn every_sample_rate() {
    let mut rng = generator(3);
    let format = FrameFormat::new(sf(7), Bandwidth::Khz125, CodingRate::Cr46);
    for oversampling in
        [1.0, 1.3, 1.9, 2.0, 2.048, 3.0, 4.0, 5.5, 7.68, 8.0, 8.192, 12.0, 16.0, 19.2, 24.576, 32.0]
    {
        one_frame(format, 16, oversampling, &mut rng);
    }
}

#[test]
fn carrier_and_clock_offsets_apart_and_together() {
    let mut rng = generator(4);
    for spreading in [7, 10, 12] {
        let format = FrameFormat::new(sf(spreading), Bandwidth::Khz125, CodingRate::Cr45);
        for oversampling in [1.0, 2.0] {
            for (cfo_hz, sfo_ppm) in [
                (25e3, 0.0),
                (-25e3, 0.0),
                (17e3, 20.0),
                (0.0, 20.0),
                (0.0, -20.0),
                (12e3, -14.0),
                (-49e3, -30.0),
            ] {
                let payload = payload(20, &mut rng);
                let random = Link::random(oversampling, 6.0, 20.0, 4096.0, &mut rng);
                let link = Link { cfo_hz, sfo_ppm, ..random };
                let air_chips = air_chips(format, 20) + 4096.0;
                let frames = hear(
                    &config(format, oversampling),
                    &receive(format, &payload, link, air_chips, &mut rng),
                );
                assert_eq!(frames.len(), 1, "SF{spreading} {link:?}");
                assert_eq!(frames[0].payload, payload, "SF{spreading} {link:?}");
            }
        }
    }
}

#[test]
fn any_sync_word_and_long_preambles() {
    let mut rng = generator(5);
    let cases = [(0x12, 8), (0x34, 8), (0x2B, 16), (0xF1, 12), (0x18, 30), (0x78, 6), (0x12, 100)];
    for (word, preamble_symbols) in cases {
        let format = FrameFormat {
            sync_word: SyncWord(word),
            preamble_symbols,
            ..FrameFormat::new(sf(8), Bandwidth::Khz250, CodingRate::Cr47)
        };
        let payload = payload(9, &mut rng);
        let link = Link::random(2.0, 5.0, 20.0, 2000.0, &mut rng);
        let frames =
            hear(&config(format, 2.0), &receive(format, &payload, link, air_chips(format, 9), &mut rng));
        assert_eq!(frames.len(), 1, "sync word {word:#04x}, preamble {preamble_symbols}");
        assert_eq!((frames[0].sync_word.0, &frames[0].payload), (word, &payload));
        assert_eq!(frames[0].preamble_symbols, usize::from(preamble_symbols).min(64));
    }
}

/// The peers lose frames that follow each other closely; there must be no dead time after a frame.
#[test]
fn back_to_back_frames() {
    let mut rng = generator(6);
    for gap_symbols in [1, 2, 5] {
        let format = FrameFormat::new(sf(9), Bandwidth::Khz125, CodingRate::Cr48);
        let spacing = (format.chips(12) + gap_symbols * 512) as f64;
        let link = Link { snr_db: 0.0, cfo_hz: 5300.0, delay_chips: 1234.4, ..Link::clean(2.0) };
        let mut samples = vec![Complex32::ZERO; (2.0 * (spacing * 5.0 + 8000.0)) as usize];
        let payloads: Vec<Vec<u8>> = (0..5).map(|_| payload(12, &mut rng)).collect();
        for (index, payload) in payloads.iter().enumerate() {
            let delay_chips = link.delay_chips + spacing * index as f64;
            add_frame(format, payload, Link { delay_chips, ..link }, 1.0, &mut samples);
        }
        add_noise(link, &mut samples, &mut rng);
        let heard: Vec<Vec<u8>> =
            hear(&config(format, 2.0), &samples).into_iter().map(|frame| frame.payload).collect();
        assert_eq!(heard, payloads, "gap of {gap_symbols} symbols");
    }
}

/// Frames of different spreading factors, all at once.
#[test]
fn overlapping_spreading_factors() {
    let mut rng = generator(7);
    let link = Link { snr_db: 6.0, ..Link::clean(2.0) };
    let mut samples = vec![Complex32::ZERO; 400_000];
    let mut sent = Vec::new();
    for spreading in 7..=12 {
        let format = FrameFormat::new(sf(spreading), Bandwidth::Khz125, CodingRate::Cr47);
        let payload = payload(8, &mut rng);
        add_frame(
            format,
            &payload,
            Link { delay_chips: 3000.3 * f64::from(spreading), ..link },
            1.0,
            &mut samples,
        );
        sent.push(payload);
    }
    add_noise(link, &mut samples, &mut rng);
    let frames = hear(&ReceiverConfig::new(250e3, Bandwidth::Khz125), &samples);
    let mut heard: Vec<Vec<u8>> = frames.into_iter().map(|frame| frame.payload).collect();
    heard.sort();
    sent.sort();
    assert_eq!(heard, sent);
}

/// Chips end the SFD a chip early and add nothing to the symbol values; the payload then stands one chip early.
#[test]
fn payload_one_chip_early() {
    let mut rng = generator(8);
    for snr_db in [10.0, -7.0] {
        let format = FrameFormat::new(sf(7), Bandwidth::Khz125, CodingRate::Cr47);
        let payload = payload(30, &mut rng);
        let samples = as_a_chip_sends(format, &payload, snr_db, &mut rng);
        let frames = hear(&config(format, 2.0), &samples);
        assert_eq!(frames.len(), 1, "{snr_db} dB");
        assert_eq!(frames[0].payload, payload);
        assert!((frames[0].measurements.snr_db.value - snr_db).abs() < 1.0, "{:?}", frames[0].measurements);
    }
}

fn as_a_chip_sends(format: FrameFormat, payload: &[u8], snr_db: f64, rng: &mut ChaCha8Rng) -> Vec<Complex32> {
    let chips = format.sf.chips();
    let symbols: Vec<u16> = encode(format, payload)
        .unwrap()
        .iter()
        .map(|symbol| (symbol + chips as u16 - 1) % chips as u16)
        .collect();
    let mut phases = Vec::new();
    let mut carried = 0.0;
    for (index, chirp) in frame_chirps(format, &symbols).into_iter().enumerate() {
        let quarter = usize::from(format.preamble_symbols) + 4;
        let length = if index == quarter { chirp.chips - 1 } else { chirp.chips };
        phases.extend((0..2 * length).map(|n| carried + chirp.phase_cycles(format.sf, n as f64 / 2.0)));
        carried += chirp.phase_cycles(format.sf, length as f64);
    }
    let link = Link { snr_db, ..Link::clean(2.0) };
    let mut samples = vec![Complex32::ZERO; 3000];
    samples.extend(phases.iter().map(|cycles| {
        let (sin, cos) = (std::f64::consts::TAU * (cycles + 0.3).fract()).sin_cos();
        Complex32::new(cos as f32, sin as f32)
    }));
    samples.extend(vec![Complex32::ZERO; 3000]);
    add_noise(link, &mut samples, rng);
    samples
}

#[test]
fn our_modulator_is_heard_at_any_oversampling() {
    for oversampling in [1, 2, 4, 32] {
        let format = FrameFormat::new(sf(7), Bandwidth::Khz500, CodingRate::Cr45);
        let mut samples = vec![Complex32::ZERO; 500 * oversampling as usize];
        samples.extend(modulate(format, b"earshot", oversampling).unwrap());
        samples.extend(vec![Complex32::ZERO; 500 * oversampling as usize]);
        let frames = hear(&config(format, f64::from(oversampling)), &samples);
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0].payload, b"earshot");
        let start = frames[0].measurements.sample_start / f64::from(oversampling);
        assert!((start - 500.0).abs() < 0.01, "{start}");
    }
}

#[test]
fn noise_is_silence() {
    let mut rng = generator(9);
    let mut samples = vec![Complex32::ZERO; 2_000_000];
    add_noise(Link { snr_db: 0.0, ..Link::clean(2.0) }, &mut samples, &mut rng);
    let mut receiver = Receiver::new(&ReceiverConfig::new(250e3, Bandwidth::Khz125)).unwrap();
    let mut frames = Vec::new();
    receiver.push(&samples, &mut frames);
    receiver.finish(&mut frames);
    assert!(frames.iter().all(|frame| frame.crc != CrcStatus::Ok), "{frames:?}");
    assert!(frames.len() <= 1, "{:?}", receiver.counts());
}

#[test]
fn a_truncated_frame_is_no_frame() {
    let mut rng = generator(10);
    let format = FrameFormat::new(sf(8), Bandwidth::Khz125, CodingRate::Cr45);
    let link = Link { snr_db: 10.0, ..Link::clean(2.0) };
    let samples = receive(format, &[7; 40], link, 40_000.0, &mut rng);
    let end = 2 * (700 + format.chips(40));
    assert_eq!(hear(&config(format, 2.0), &samples[..end]).len(), 1);
    assert_eq!(hear(&config(format, 2.0), &samples[..end - 512]).len(), 0);
}

/// A receiver that starts again hears what a new one hears, to the last bit.
#[test]
fn a_restarted_receiver_is_as_new() {
    let mut rng = generator(12);
    let format = FrameFormat::new(sf(8), Bandwidth::Khz125, CodingRate::Cr45);
    for oversampling in [1.0, 2.0, 4.0, 5.5] {
        let link = Link::random(oversampling, 3.0, 20.0, 500.0, &mut rng);
        let samples = receive(format, b"once more", link, air_chips(format, 9), &mut rng);
        let mut receiver = Receiver::new(&config(format, oversampling)).unwrap();
        let mut frames = Vec::new();
        receiver.push(&samples[..samples.len() / 2], &mut frames);
        receiver.restart();
        receiver.push(&samples, &mut frames);
        receiver.finish(&mut frames);
        assert_eq!(frames, hear(&config(format, oversampling), &samples));
        assert_eq!(frames.len(), 1);
    }
}

/// Not-numbers are counted and taken for silence; nothing but the hit frame suffers.
#[test]
fn hostile_samples() {
    let mut rng = generator(11);
    let format = FrameFormat::new(sf(7), Bandwidth::Khz125, CodingRate::Cr48);
    let link = Link { snr_db: 10.0, delay_chips: 40_000.0, ..Link::clean(2.0) };
    let mut samples = receive(format, b"after the storm", link, 60_000.0, &mut rng);
    for (n, sample) in samples[..60_000].iter_mut().enumerate() {
        *sample = match n % 7 {
            0 => Complex32::new(f32::NAN, 1.0),
            1 => Complex32::new(f32::INFINITY, f32::NEG_INFINITY),
            2 => Complex32::new(f32::MAX, f32::MIN),
            3 => Complex32::new(f32::MIN_POSITIVE / 4.0, 0.0),
            _ => Complex32::new(1e30, -1e30),
        };
    }
    let mut receiver = Receiver::new(&config(format, 2.0)).unwrap();
    let mut frames = Vec::new();
    receiver.push(&samples, &mut frames);
    receiver.finish(&mut frames);
    let heard: Vec<&[u8]> = frames.iter().map(|frame| frame.payload.as_slice()).collect();
    assert_eq!(heard, [b"after the storm"]);
    assert!(receiver.counts().not_finite > 10_000);
}

#[test]
fn absurd_configurations_are_refused() {
    for rate in [0.0, -1.0, 1.0, 124_000.0, 4_000_001.0, 1e300, f64::NAN, f64::INFINITY] {
        assert!(Receiver::new(&ReceiverConfig::new(rate, Bandwidth::Khz125)).is_err(), "{rate}");
    }
    let good = ReceiverConfig::new(250e3, Bandwidth::Khz125);
    assert!(Receiver::new(&ReceiverConfig { cfo_max_hz: f64::NAN, ..good.clone() }).is_err());
    assert!(Receiver::new(&ReceiverConfig { spreading_factors: vec![], ..good }).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The same samples in any pieces give the same frames, to the last bit.
    #[test]
    fn any_chunking_gives_the_same_frames(seed: u64, oversampling in prop::sample::select(vec![1.0, 2.0, 2.5, 4.0, 8.192])) {
        let mut rng = generator(seed);
        let format = FrameFormat::new(sf(7), Bandwidth::Khz125, CodingRate::Cr46);
        let link = Link::random(oversampling, 0.0, 20.0, 500.0, &mut rng);
        let samples = receive(format, &payload(14, &mut rng), link, air_chips(format, 14), &mut rng);
        let whole = hear(&config(format, oversampling), &samples);
        let mut receiver = Receiver::new(&config(format, oversampling)).unwrap();
        let mut pieces = Vec::new();
        let mut rest = samples.as_slice();
        while !rest.is_empty() {
            let length = (uniform(&mut rng, 0.0, 9.0).exp2() * 3.0) as usize;
            let (piece, after) = rest.split_at(length.min(rest.len()));
            receiver.push(piece, &mut pieces);
            rest = after;
        }
        receiver.finish(&mut pieces);
        prop_assert_eq!(whole.len(), 1);
        prop_assert_eq!(whole, pieces);
    }

    /// No input panics, however it is cut and whatever it holds.
    #[test]
    fn arbitrary_samples_never_panic(raw in prop::collection::vec(any::<(u32, u32)>(), 0..6000), oversampling in 1.0_f64..8.0) {
        let samples: Vec<Complex32> =
            raw.iter().map(|(re, im)| Complex32::new(f32::from_bits(*re), f32::from_bits(*im))).collect();
        let config = ReceiverConfig {
            spreading_factors: vec![sf(5), sf(6), sf(7)],
            ..ReceiverConfig::new(125e3 * oversampling, Bandwidth::Khz125)
        };
        hear(&config, &samples);
    }
}
