//! Many channels of one wideband stream.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod air;

use air::{Link, add_frame, add_noise, generator, uniform};
use num_complex::Complex32;
use witness::{
    Bandwidth, CodingRate, CrcStatus, FrameFormat, Gateway, GatewayChannel, GatewayConfig, GatewayError,
    GatewayFrame, SpreadingFactor,
};

const RATE_HZ: u32 = 2_000_000;
const CENTRE_HZ: f64 = 867.7e6;

fn sf(bits: u32) -> SpreadingFactor {
    SpreadingFactor::new(bits).unwrap()
}

/// Eight channels 200 kHz apart, and the wide ones of the plan.
fn channels() -> Vec<GatewayChannel> {
    let narrow = (0..8).map(|index| GatewayChannel {
        centre_hz: 867.0e6 + 200e3 * f64::from(index),
        bandwidth: Bandwidth::Khz125,
        spreading_factors: (7..=12).map(sf).collect(),
    });
    narrow.collect()
}

fn gateway(channels: Vec<GatewayChannel>) -> Gateway {
    Gateway::new(&GatewayConfig::new(RATE_HZ, CENTRE_HZ, channels)).unwrap()
}

/// Adds a frame on a channel of the wideband stream; `start_s` is when its preamble begins.
fn put(
    samples: &mut [Complex32],
    channel: &GatewayChannel,
    format: FrameFormat,
    payload: &[u8],
    (start_s, cfo_hz, snr_db): (f64, f64, f64),
) {
    let bandwidth_hz = f64::from(channel.bandwidth.hz());
    let oversampling = f64::from(RATE_HZ) / bandwidth_hz;
    let link = Link {
        delay_chips: start_s * bandwidth_hz,
        cfo_hz: channel.centre_hz - CENTRE_HZ + cfo_hz,
        sfo_ppm: cfo_hz / 867.0,
        ..Link::clean(oversampling)
    };
    // Noise is one in the narrow bandwidth.
    let amplitude = 10_f64.powf(snr_db / 20.0) as f32;
    add_frame(format, payload, link, amplitude, samples);
}

fn noise(samples: &mut [Complex32], seed: u64) {
    let link = Link { snr_db: 0.0, ..Link::clean(f64::from(RATE_HZ) / 125e3) };
    add_noise(link, samples, &mut generator(seed));
}

fn hear(gateway: &mut Gateway, samples: &[Complex32], chunk: usize) -> Vec<GatewayFrame> {
    let mut frames = Vec::new();
    for chunk in samples.chunks(chunk) {
        gateway.push(chunk, &mut frames);
    }
    gateway.finish(&mut frames);
    frames
}

#[test]
fn frames_that_overlap_in_time_are_heard_in_every_channel_and_spreading_factor() {
    let mut rng = generator(1);
    let channels = channels();
    let mut samples = vec![Complex32::ZERO; (1.4 * f64::from(RATE_HZ)) as usize];
    let mut sent = Vec::new();
    for (index, channel) in channels.iter().enumerate() {
        // Two spreading factors at once in every channel.
        for bits in [7 + index as u32 % 3, 10 + index as u32 % 2] {
            let format = FrameFormat::new(sf(bits), Bandwidth::Khz125, CodingRate::Cr45);
            let payload: Vec<u8> = (0..12).map(|byte| byte ^ (index as u8) << 4 ^ bits as u8).collect();
            let cfo_hz = uniform(&mut rng, -15e3, 15e3);
            let start_s = uniform(&mut rng, 0.05, 0.3);
            put(&mut samples, channel, format, &payload, (start_s, cfo_hz, 8.0));
            sent.push((index, bits, payload, cfo_hz, start_s));
        }
    }
    noise(&mut samples, 2);
    let heard = hear(&mut gateway(channels), &samples, 1 << 16);
    for (channel, bits, payload, cfo_hz, start_s) in &sent {
        let found = heard.iter().find(|heard| heard.channel == *channel && heard.frame.payload == *payload);
        let Some(found) = found else { panic!("channel {channel} SF{bits} was not heard") };
        let measured = found.frame.measurements;
        assert_eq!(found.frame.crc, CrcStatus::Ok);
        assert!((measured.cfo_hz.value - cfo_hz).abs() < 5.0, "{} for {cfo_hz}", measured.cfo_hz.value);
        let late_s = measured.sample_start / f64::from(RATE_HZ) - start_s;
        assert!(late_s.abs() < 1e-6, "channel {channel} SF{bits}: {late_s} s late");
        // The other spreading factor's frame is noise to this one, where they overlap.
        let snr_db = measured.snr_db.value;
        assert!(snr_db > -3.0 && snr_db < 9.0, "{snr_db}");
    }
    let good = heard.iter().filter(|heard| heard.frame.crc == CrcStatus::Ok).count();
    assert_eq!(good, sent.len());
}

#[test]
fn bandwidths_mix() {
    let mut channels = channels();
    for (centre_hz, bandwidth) in [(867.1e6, Bandwidth::Khz250), (868.3e6, Bandwidth::Khz500)] {
        channels.push(GatewayChannel { centre_hz, bandwidth, spreading_factors: vec![sf(7), sf(8)] });
    }
    let mut samples = vec![Complex32::ZERO; (0.2 * f64::from(RATE_HZ)) as usize];
    let mut wanted = Vec::new();
    for index in [0, 8, 9] {
        let channel = &channels[index];
        let format = FrameFormat::new(sf(7), channel.bandwidth, CodingRate::Cr47);
        let payload = vec![0xC0 | index as u8; 9];
        put(&mut samples, channel, format, &payload, (0.04 * (1.0 + index as f64 * 0.2), 900.0, 15.0));
        wanted.push((index, payload));
    }
    noise(&mut samples, 3);
    let heard = hear(&mut gateway(channels), &samples, 10_000);
    for (index, payload) in wanted {
        assert!(
            heard.iter().any(|heard| heard.channel == index && heard.frame.payload == payload),
            "channel {index}"
        );
    }
}

#[test]
fn any_chunking_gives_the_same_frames() {
    let channels = channels();
    let mut samples = vec![Complex32::ZERO; (0.15 * f64::from(RATE_HZ)) as usize];
    let format = FrameFormat::new(sf(7), Bandwidth::Khz125, CodingRate::Cr45);
    put(&mut samples, &channels[5], format, &[7; 10], (0.02, -3e3, 5.0));
    put(&mut samples, &channels[2], format, &[9; 10], (0.03, 3e3, 5.0));
    noise(&mut samples, 4);
    let mut whole = hear(&mut gateway(channels.clone()), &samples, samples.len());
    let mut parts = hear(&mut gateway(channels), &samples, 777);
    assert_eq!(whole.len(), 2);
    // Frames come in the order in which pushes completed them.
    whole.sort_by_key(|heard| heard.channel);
    parts.sort_by_key(|heard| heard.channel);
    assert_eq!(whole, parts);
}

#[test]
fn hostile_samples_do_no_harm() {
    let mut gateway = gateway(channels());
    let mut frames = Vec::new();
    let bad = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e30, 0.0];
    let hostile: Vec<Complex32> =
        (0..200_000).map(|n| Complex32::new(bad[n % 6], bad[(n / 6) % 6])).collect();
    gateway.push(&hostile, &mut frames);
    assert!(gateway.counts().not_finite > 0);
    // It hears again once that is over.
    let channels = channels();
    let mut samples = vec![Complex32::ZERO; (1.3 * f64::from(RATE_HZ)) as usize];
    let format = FrameFormat::new(sf(8), Bandwidth::Khz125, CodingRate::Cr45);
    put(&mut samples, &channels[1], format, &[1, 2, 3], (1.15, 0.0, 20.0));
    noise(&mut samples, 5);
    gateway.push(&samples, &mut frames);
    gateway.finish(&mut frames);
    assert!(frames.iter().any(|heard| heard.channel == 1 && heard.frame.payload == [1, 2, 3]));
}

#[test]
fn what_is_not_in_the_stream_is_refused() {
    let refused = |channels| Gateway::new(&GatewayConfig::new(RATE_HZ, CENTRE_HZ, channels)).err().unwrap();
    assert_eq!(refused(Vec::new()), GatewayError::Channels(0));
    let channel = |centre_hz| GatewayChannel {
        centre_hz,
        bandwidth: Bandwidth::Khz125,
        spreading_factors: vec![sf(7)],
    };
    for centre_hz in [866.7e6, 868.7e6, f64::NAN, 0.0] {
        assert!(matches!(refused(vec![channel(centre_hz)]), GatewayError::Outside { .. }), "{centre_hz}");
    }
    let silent = GatewayChannel { spreading_factors: Vec::new(), ..channel(CENTRE_HZ) };
    assert_eq!(refused(vec![silent]), GatewayError::NoSpreadingFactor(CENTRE_HZ));
    let odd = GatewayConfig::new(1_999_993, CENTRE_HZ, vec![channel(CENTRE_HZ)]);
    assert_eq!(Gateway::new(&odd).err(), Some(GatewayError::SampleRate(1_999_993)));
}
