//! What a receiver hears: samples of one tuning, rendered on demand.
//!
//! A burst's samples pass the link's channel in the frequency domain, once per burst and link: with `tau_k` the echoes' delays,
//!
//! ```text
//! H(f) = sum_k g_k exp(-j 2 pi (f_carrier + f) tau_k)
//! ```
//! which delays by any fraction of a sample exactly. The two crystals then differ by parts per million, which a windowed sinc follows
//! from sample to sample. Everything is a function of the sample's index.

use std::{collections::BTreeMap, f64::consts::TAU, sync::LazyLock};

use num_complex::Complex32;

use crate::{Draw, Ether, NodeId, TrueTime, burst::OnAir, front_end::noise, response::Response};

/// Taps of the interpolator between the two crystals, and those on each side.
const TAPS: usize = 24;
const HALF_TAPS: usize = TAPS / 2;
/// Fractions tabulated; between them the taps are interpolated in turn.
const PHASES: usize = 512;
/// Samples over which two rates that differ by crystals only, below [`DRIFT_MAX`], are taken as equal: the error is below a
/// two-thousandth of a sample.
const RUN: i64 = 16;
const DRIFT_MAX: f64 = 5e-5;
/// Samples of silence kept on both sides of a burst: the longest echo, and the interpolator's reach.
const PADDING: usize = 64;

/// Frequency and rate that a receiver is set to; its crystal moves both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Centre frequency, Hz.
    pub centre_hz: f64,
    /// Complex samples a second.
    pub rate_hz: f64,
}

/// A stream of samples from one radio.
pub struct Stream {
    seed: u64,
    node: NodeId,
    tuning: Tuning,
    start: TrueTime,
    next: i64,
    /// Bursts met so far as they arrive here, by their number; `None` for those that do not.
    arrivals: BTreeMap<u64, Option<Arrival>>,
}

/// A burst as it arrives.
struct Arrival {
    samples: Vec<Complex32>,
    /// Burst sample (fractional, [`PADDING`] included) that arrives at stream sample 0, and burst samples a stream sample.
    first: f64,
    step: f64,
    /// Samples that one row of taps serves.
    run: i64,
    /// Carrier in cycles a stream sample, and phase at stream sample 0 in cycles.
    carrier: f64,
    phase: f64,
}

impl Stream {
    pub(crate) fn new(seed: u64, node: NodeId, tuning: Tuning, start: TrueTime) -> Self {
        Self { seed, node, tuning, start, next: 0, arrivals: BTreeMap::new() }
    }

    /// Frequency and rate.
    pub fn tuning(&self) -> Tuning {
        self.tuning
    }

    /// True time of sample 0.
    pub fn start(&self) -> TrueTime {
        self.start
    }

    /// Index of the sample that the next [`Self::read`] starts with.
    pub fn position(&self) -> i64 {
        self.next
    }

    /// Fills `out` with the next samples.
    pub fn read(&mut self, ether: &Ether, out: &mut [Complex32]) {
        let front_end = ether.node(self.node).front_end;
        self.add_noise(ether, out);
        for (number, burst) in ether.on_air() {
            if burst.burst.node != self.node {
                self.add_burst(ether, number, burst, out);
            }
        }
        for sample in out.iter_mut() {
            *sample = front_end.convert(*sample);
        }
        self.next += out.len() as i64;
    }

    fn add_noise(&self, ether: &Ether, out: &mut [Complex32]) {
        let front_end = ether.node(self.node).front_end;
        let amplitude = front_end.amplitude(front_end.noise_dbm(self.tuning.rate_hz)) as f32;
        let words = [
            0x0015E,
            self.node.0 as u64,
            self.tuning.centre_hz.to_bits(),
            self.start.as_ps().cast_unsigned(),
        ];
        let key = Draw::new(self.seed, &words).bits();
        for (index, sample) in (self.next..).zip(out.iter_mut()) {
            *sample = noise(key, index) * amplitude;
        }
    }

    fn add_burst(&mut self, ether: &Ether, number: u64, burst: &OnAir, out: &mut [Complex32]) {
        let (node, tuning, start) = (self.node, self.tuning, self.start);
        let arrival =
            self.arrivals.entry(number).or_insert_with(|| Arrival::new(node, tuning, start, ether, burst));
        if let Some(arrival) = arrival {
            arrival.add(self.next, out);
        }
    }
}

impl Arrival {
    /// `None` when the burst is outside of what the receiver's channel filter, taken as ideal, lets through.
    fn new(here: NodeId, tuning: Tuning, start: TrueTime, ether: &Ether, on_air: &OnAir) -> Option<Self> {
        let burst = &on_air.burst;
        let offset_hz = burst.carrier_hz - tuning.centre_hz;
        if offset_hz.abs() > 0.5 * tuning.rate_hz {
            return None;
        }
        let (sender, receiver) = (ether.node(burst.node), ether.node(here));
        let link = ether.link(burst.node, here);
        let (fast, own) = (sender.oscillator.error_at(burst.start), receiver.oscillator.error_at(start));
        let (burst_rate, own_rate) = (burst.rate_hz * (1.0 + fast), tuning.rate_hz * (1.0 + own));
        let (carrier_hz, centre_hz) = (burst.carrier_hz * (1.0 + fast), tuning.centre_hz * (1.0 + own));
        let received_dbm = burst.power_dbm + sender.antenna_gain_dbi + receiver.antenna_gain_dbi
            - link.loss_db(burst.carrier_hz);
        let amplitude = receiver.front_end.amplitude(received_dbm);
        // From the burst's departure to the stream's sample 0, less the flight.
        let step = burst_rate / own_rate;
        let elapsed = (start - burst.start).as_seconds() - link.delay_s;
        Some(Self {
            samples: through_channel(ether, on_air, &link.echoes, (burst_rate, carrier_hz), amplitude),
            first: elapsed * burst_rate + PADDING as f64,
            step,
            run: if (step - 1.0).abs() < DRIFT_MAX { RUN } else { 1 },
            carrier: (carrier_hz - centre_hz) / own_rate,
            phase: (carrier_hz * elapsed).fract(),
        })
    }

    /// Adds what arrives in the samples from number `next` on.
    fn add(&self, next: i64, out: &mut [Complex32]) {
        let reach = (HALF_TAPS + 1) as f64;
        let wanted = |sample: f64| ((sample - self.first) / self.step).ceil().max(next as f64) as i64;
        let end = wanted(self.samples.len() as f64 - reach).min(next + out.len() as i64);
        let mut from = wanted(reach);
        while from < end {
            let run = from.div_euclid(self.run);
            let until = ((run + 1) * self.run).min(end);
            self.add_run(run * self.run, (from, until), next, out);
            from = until;
        }
    }

    /// Adds samples `from..until` of one run: the run's middle says how far the two crystals have drifted apart, and its beginning the
    /// carrier's phase. Both depend on the run alone, so that chunks do not matter.
    fn add_run(&self, start: i64, (from, until): (i64, i64), next: i64, out: &mut [Complex32]) {
        let middle = start + self.run / 2;
        let position = self.first + middle as f64 * self.step;
        let base = position.floor();
        let taps = taps_at(position - base);
        let turn = phasor(self.carrier);
        let mut carrier = phasor((self.carrier * start as f64 + self.phase).fract());
        for index in start..until {
            if index >= from {
                let first = (base as i64 + (index - middle) + 1) as usize - HALF_TAPS;
                out[(index - next) as usize] += dot(&taps, &self.samples[first..first + TAPS]) * carrier;
            }
            carrier *= turn;
        }
    }
}

/// Unit phasor of a phase in cycles.
fn phasor(cycles: f64) -> Complex32 {
    let (sin, cos) = (TAU * cycles).sin_cos();
    Complex32::new(cos as f32, sin as f32)
}

/// The burst after every way of the link, with [`PADDING`] before and after.
fn through_channel(
    ether: &Ether,
    on_air: &OnAir,
    echoes: &[crate::Echo],
    (rate_hz, carrier_hz): (f64, f64),
    amplitude: f64,
) -> Vec<Complex32> {
    let mut spectrum = on_air.spectrum(ether, PADDING).to_vec();
    let size = spectrum.len();
    let scale = amplitude / size as f64;
    let response = Response::new(echoes, rate_hz, carrier_hz);
    response.apply(&mut spectrum, scale);
    ether.transform(&mut spectrum, rustfft::FftDirection::Inverse);
    spectrum.truncate(on_air.burst.samples.len() + 2 * PADDING);
    spectrum
}

/// Blackman-windowed sinc rows for every tabulated fraction, the last equal to the first of the next sample.
static KERNEL: LazyLock<Vec<f32>> =
    LazyLock::new(|| (0..=PHASES).flat_map(|phase| row(phase as f64 / PHASES as f64)).collect());

fn taps_at(fraction: f64) -> [f32; TAPS] {
    let place = fraction * PHASES as f64;
    let row = (place as usize).min(PHASES - 1);
    let weight = (place - row as f64) as f32;
    let (low, high) = (&KERNEL[row * TAPS..(row + 1) * TAPS], &KERNEL[(row + 1) * TAPS..(row + 2) * TAPS]);
    std::array::from_fn(|tap| low[tap] + weight * (high[tap] - low[tap]))
}

fn row(fraction: f64) -> [f32; TAPS] {
    std::array::from_fn(|tap| {
        let offset = tap as f64 - (HALF_TAPS as f64 - 1.0) - fraction;
        let x = std::f64::consts::PI * offset;
        let sinc = if offset.abs() < 1e-12 { 1.0 } else { x.sin() / x };
        let angle = x / HALF_TAPS as f64;
        let window = 0.42 + 0.5 * angle.cos() + 0.08 * (2.0 * angle).cos();
        if offset.abs() >= HALF_TAPS as f64 { 0.0 } else { (sinc * window) as f32 }
    })
}

fn dot(taps: &[f32], samples: &[Complex32]) -> Complex32 {
    let mut re = [0.0_f32; 8];
    let mut im = [0.0_f32; 8];
    for (taps, samples) in taps.chunks_exact(8).zip(samples.chunks_exact(8)) {
        for lane in 0..8 {
            re[lane] += taps[lane] * samples[lane].re;
            im[lane] += taps[lane] * samples[lane].im;
        }
    }
    Complex32::new(re.iter().sum(), im.iter().sum())
}
