//! What listening and receiving cost, beside the bare work: one dechirp and one FFT a symbol and spreading factor.
//!
//! `cargo bench -p witness` prints the time per second of air for each; the ratio of the two is printed at the end.

#[path = "../tests/air/mod.rs"]
mod air;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use air::{Link, add_frame, add_noise, generator};
use criterion::{Criterion, criterion_group, criterion_main};
use num_complex::Complex32;
use rustfft::FftPlanner;
use witness::{
    Bandwidth, CodingRate, FrameFormat, Gateway, GatewayChannel, GatewayConfig, Receiver, ReceiverConfig,
    SpreadingFactor,
};

const RATE_HZ: f64 = 250e3;
const WIDE_HZ: u32 = 2_000_000;
const FACTORS: std::ops::RangeInclusive<u32> = 7..=12;

fn factors(bits: std::ops::RangeInclusive<u32>) -> Vec<SpreadingFactor> {
    bits.map(|sf| SpreadingFactor::new(sf).expect("7 to 12")).collect()
}

/// A second of noise at two samples a chip.
fn noise() -> Vec<Complex32> {
    let mut samples = vec![Complex32::ZERO; RATE_HZ as usize];
    add_noise(Link { snr_db: 0.0, ..Link::clean(2.0) }, &mut samples, &mut generator(1));
    samples
}

/// A second in which frames of 16 bytes at SF7 follow each other, 10 dB above the noise.
fn busy() -> Vec<Complex32> {
    let mut samples = vec![Complex32::ZERO; RATE_HZ as usize];
    let format = FrameFormat::new(SpreadingFactor::new(7).expect("7"), Bandwidth::Khz125, CodingRate::Cr45);
    let link = Link { snr_db: 10.0, ..Link::clean(2.0) };
    let mut delay_chips = 300.3;
    while delay_chips + (format.chips(16) as f64) < RATE_HZ / 2.0 {
        add_frame(format, &[0x5A; 16], Link { delay_chips, ..link }, 1.0, &mut samples);
        delay_chips += format.chips(16) as f64 + 700.0;
    }
    add_noise(link, &mut samples, &mut generator(2));
    samples
}

/// One dechirp and one FFT a symbol and spreading factor, at one sample a chip.
fn bare(samples: &[Complex32]) -> f32 {
    let mut planner = FftPlanner::new();
    let mut peak = 0.0_f32;
    for sf in factors(FACTORS) {
        let fft = planner.plan_fft_forward(sf.chips());
        let dechirp = vec![Complex32::new(0.6, 0.8); sf.chips()];
        let mut scratch = vec![Complex32::ZERO; fft.get_inplace_scratch_len()];
        let mut window = vec![Complex32::ZERO; sf.chips()];
        for symbol in samples.chunks_exact(sf.chips()) {
            for (out, (sample, turn)) in window.iter_mut().zip(symbol.iter().zip(&dechirp)) {
                *out = sample * turn;
            }
            fft.process_with_scratch(&mut window, &mut scratch);
            peak = peak.max(window[0].re);
        }
    }
    peak
}

fn receive(receiver: &mut Receiver, samples: &[Complex32]) -> usize {
    let mut frames = Vec::new();
    receiver.push(samples, &mut frames);
    frames.len()
}

fn listening_receiver() -> Receiver {
    let config = ReceiverConfig {
        spreading_factors: factors(FACTORS),
        ..ReceiverConfig::new(RATE_HZ, Bandwidth::Khz125)
    };
    Receiver::new(&config).expect("two samples a chip")
}

/// Eight channels 200 kHz apart in two million samples a second, listening for some of the spreading factors.
fn gateway(listened: std::ops::RangeInclusive<u32>) -> Gateway {
    let channel = |index: u32| GatewayChannel {
        centre_hz: 867.0e6 + 200e3 * f64::from(index),
        bandwidth: Bandwidth::Khz125,
        spreading_factors: factors(listened.clone()),
    };
    let channels = (0..8).map(channel).collect();
    Gateway::new(&GatewayConfig::new(WIDE_HZ, 867.7e6, channels)).expect("eight channels fit")
}

fn receive_wide(gateway: &mut Gateway, samples: &[Complex32]) -> usize {
    let mut frames = Vec::new();
    for chunk in samples.chunks(1 << 16) {
        gateway.push(chunk, &mut frames);
    }
    frames.len()
}

/// A second of noise, and one with twenty frames of SF7 to SF9 in it, 10 dB above the noise of a channel.
fn wide(frames: usize) -> Vec<Complex32> {
    let mut samples = vec![Complex32::ZERO; WIDE_HZ as usize];
    for frame in 0..frames {
        let bits = 7 + frame as u32 % 3;
        let factor = SpreadingFactor::new(bits).expect("7 to 9");
        let format = FrameFormat::new(factor, Bandwidth::Khz125, CodingRate::Cr45);
        let link = Link {
            delay_chips: 3000.0 + 4500.0 * frame as f64,
            cfo_hz: -700e3 + 200e3 * (frame % 8) as f64,
            ..Link::clean(f64::from(WIDE_HZ) / 125e3)
        };
        add_frame(format, &[frame as u8; 16], link, 10_f32.powf(0.5), &mut samples);
    }
    let link = Link { snr_db: 0.0, ..Link::clean(f64::from(WIDE_HZ) / 125e3) };
    add_noise(link, &mut samples, &mut generator(3));
    samples
}

/// The gateway beside the bare work of eight channels; shares of one core.
fn gateway_benches(criterion: &mut Criterion) {
    let (noise, busy) = (wide(0), wide(20));
    let chips = noise[..125_000].to_vec();
    let bare_of_eight = |chips: &[Complex32]| (0..8).map(|_| bare(chips)).fold(0.0, f32::max);
    let mut group = criterion.benchmark_group("gateway: second of air, 8 x 125 kHz, SF7-12");
    group.sample_size(10).measurement_time(Duration::from_secs(4));
    group.bench_function("bare dechirp + FFT", |bencher| bencher.iter(|| black_box(bare_of_eight(&chips))));
    let mut listening = gateway(FACTORS);
    group.bench_function("listening to noise", |bencher| {
        bencher.iter(|| black_box(receive_wide(&mut listening, &noise)));
    });
    group.finish();
    print_gateway_shares(&chips, &noise, &busy);
}

/// Shares of one core, each round beside the bare work. The channeliser's own is what two gateways with half of the spreading factors
/// each cost more than one with all.
fn print_gateway_shares(chips: &[Complex32], noise: &[Complex32], busy: &[Complex32]) {
    let mut gateways = [gateway(FACTORS), gateway(7..=9), gateway(10..=12)];
    let mut full = gateway(FACTORS);
    let (mut core, mut ratio, mut own, mut busy_core) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut found = 0;
    for round in 0..14 {
        let bare_s = time(|| black_box((0..8).map(|_| bare(chips)).fold(0.0, f32::max)));
        let [all_s, low_s, high_s] =
            gateways.each_mut().map(|gateway| time(|| black_box(receive_wide(gateway, noise))));
        let busy_s = time(|| found = receive_wide(&mut full, busy));
        // Buffers grow to their size in the first seconds.
        if round >= 3 {
            core.push(100.0 * all_s);
            ratio.push(all_s / bare_s);
            own.push((low_s + high_s - all_s) / bare_s);
            busy_core.push(100.0 * busy_s);
        }
    }
    println!(
        "gateway listening: {:.2} % of a core, {:.2} x the bare work, of which the channeliser {:.2}",
        median(&mut core),
        median(&mut ratio),
        median(&mut own)
    );
    println!("gateway with 20 frames a second: {:.2} % of a core, {found} found", median(&mut busy_core));
}

fn benches(criterion: &mut Criterion) {
    let (noise, busy) = (noise(), busy());
    let chips: Vec<Complex32> = noise.iter().copied().step_by(2).collect();
    let mut group = criterion.benchmark_group("second of air, 125 kHz, SF7-12");
    group.sample_size(20).measurement_time(Duration::from_secs(4));
    group.bench_function("bare dechirp + FFT", |bencher| bencher.iter(|| black_box(bare(&chips))));
    let mut receiver = listening_receiver();
    group.bench_function("listening to noise", |bencher| {
        bencher.iter(|| black_box(receive(&mut receiver, &noise)));
    });
    let mut receiver = listening_receiver();
    group.bench_function("SF7 frames back to back", |bencher| {
        bencher.iter(|| black_box(receive(&mut receiver, &busy)));
    });
    group.finish();
    print_ratios(&chips, &noise, &busy);
}

/// Medians taken side by side, so that a machine whose speed drifts does not spoil the ratio.
fn print_ratios(chips: &[Complex32], noise: &[Complex32], busy: &[Complex32]) {
    let (mut quiet, mut full) = (listening_receiver(), listening_receiver());
    let mut ratios: [Vec<f64>; 2] = [Vec::new(), Vec::new()];
    let mut rate = Vec::new();
    for _ in 0..15 {
        let base = time(|| black_box(bare(chips)));
        let listening = time(|| black_box(receive(&mut quiet, noise)));
        ratios[0].push(listening / base);
        ratios[1].push(time(|| black_box(receive(&mut full, busy))) / base);
        rate.push(noise.len() as f64 / listening * 1e-6);
    }
    println!(
        "listening: {:.1} million samples/s, {:.2} x the bare work",
        median(&mut rate),
        median(&mut ratios[0])
    );
    println!("back to back: {:.2} x the bare work", median(&mut ratios[1]));
}

fn time<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

criterion_group!(receiver, benches, gateway_benches);
criterion_main!(receiver);
