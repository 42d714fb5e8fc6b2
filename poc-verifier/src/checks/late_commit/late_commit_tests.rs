//! Frames with echoes in noise, sent whole and committed late, looked at as an audit looks.

use num_complex::{Complex32, Complex64};
use witness::{Capture, Depth, Snippet, StatedFrame, StatedPayload, encode, frame_chirps, modulate, recheck};

use super::*;
use crate::{Region, finding::SCORE_REJECT, plan::BeaconPlan, protocol::HOPS, testing::Dice};

/// Samples a chip in which echoes are laid, and that are kept.
const FINE: usize = 8;
const KEPT: usize = 2;

/// What a cheat sends while it does not know the symbol.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Meanwhile {
    Nothing,
    Noise,
    WrongChirp,
}

/// A frame as it is sent, received and stated.
struct Sent {
    format: FrameFormat,
    symbols: Vec<u16>,
    samples: Vec<Complex32>,
}

impl Sent {
    fn whole(region: Region, dice: &mut Dice) -> Self {
        let format = region.frame();
        let protocol = crate::Protocol::new(region, 12);
        let plan =
            BeaconPlan::derive(&protocol, &crate::testing::key(dice.below(99)), &dice.hash(), &dice.hash());
        let payload = plan.hops[dice.below(HOPS as u64) as usize].payload;
        let samples = modulate(format, &payload, FINE as u32).unwrap();
        Self { format, symbols: encode(format, &payload).unwrap(), samples }
    }

    /// With the first `share` of every unpredictable symbol replaced.
    fn committed_late(mut self, share: f64, meanwhile: Meanwhile, dice: &mut Dice) -> Self {
        let chips = self.format.sf.chips();
        let lead = frame_chirps(self.format, &[]).iter().map(|chirp| chirp.chips).sum::<usize>();
        for symbol in unpredictable(self.format)..self.symbols.len() {
            let start = FINE * (lead + symbol * chips);
            let length = (share * (FINE * chips) as f64) as usize;
            // Another symbol's chirp, from the frame itself: its shift is any.
            let other = FINE * (lead + (symbol + 1 + dice.below(9) as usize) % self.symbols.len() * chips);
            let wrong: Vec<_> = self.samples[other..other + length].to_vec();
            let held: Vec<_> = wrong.iter().step_by(FINE / KEPT).map(|_| gaussian(1.0, dice)).collect();
            for (index, sample) in self.samples[start..start + length].iter_mut().enumerate() {
                *sample = match meanwhile {
                    Meanwhile::Nothing => Complex32::ZERO,
                    Meanwhile::Noise => held[index / (FINE / KEPT)],
                    Meanwhile::WrongChirp => wrong[index],
                };
            }
        }
        self
    }

    /// A segment of it at a receiver, two samples a chip: echoes of so many microseconds rms, a carrier that is off, noise `snr_db` under the
    /// frame, and over one in five a burst of somebody else's. Segments are drawn and shown as of a capture that begins with the frame.
    fn received(
        &self,
        segment: usize,
        snr_db: f64,
        (spread_us, rice_db): (f64, f64),
        dice: &mut Dice,
    ) -> Received {
        let rate = FINE as f64 * f64::from(self.format.bandwidth.hz());
        let channel = channel(spread_us * 1e-6 * rate, rice_db, dice);
        let cfo_hz = dice.between(-3000.0, 3000.0);
        let from = segment * Capture::SEGMENT_SAMPLES;
        let until = (from + Capture::SEGMENT_SAMPLES).min(self.samples.len() * KEPT / FINE);
        let at = |fine: usize| {
            let heard = channel.iter().filter_map(|(delay, gain)| {
                let sample = self.samples.get(fine.checked_sub(*delay)?)?;
                Some(Complex64::new(f64::from(sample.re), f64::from(sample.im)) * gain)
            });
            heard.sum::<Complex64>()
        };
        let step = FINE / KEPT;
        let kept: Vec<Complex64> = (from..until)
            .map(|index| {
                let cycles = cfo_hz * (index * step) as f64 / rate;
                let sum: Complex64 = (0..step).map(|fine| at(index * step + fine)).sum();
                sum / step as f64 * Complex64::from_polar(1.0, std::f64::consts::TAU * cycles.fract())
            })
            .collect();
        let power = kept.iter().map(Complex64::norm_sqr).sum::<f64>() / kept.len() as f64;
        // Noise over the sampled band, twice the chirp's.
        let sigma = (power * KEPT as f64 / 10_f64.powf(snr_db / 10.0)).sqrt();
        let scale = 0.2 / (power + sigma * sigma).sqrt();
        let noisy = |sample: &Complex64| {
            (gaussian(sigma, dice) + Complex32::new(sample.re as f32, sample.im as f32)) * scale as f32
        };
        let mut samples: Vec<Complex32> = kept.iter().map(noisy).collect();
        if dice.below(5) == 0 {
            disturb(&mut samples, scale * power.sqrt() * 10_f64.powf(dice.between(-10.0, 10.0) / 20.0), dice);
        }
        // A receiver's own errors, times two; a kept sample is the mean of four, and stands for their middle.
        let stated = StatedFrame {
            sf: self.format.sf,
            bandwidth: self.format.bandwidth,
            sync_word: self.format.sync_word,
            preamble_symbols: usize::from(self.format.preamble_symbols),
            symbols: self.symbols.clone(),
            samples_per_chip: KEPT as u8,
            first_sample: -0.375 + dice.normal(0.05),
            cfo_hz: cfo_hz + dice.normal(4.0),
            sfo_ppm: dice.normal(1.0),
            gain: Complex64::ONE,
            payload: StatedPayload::default(),
        };
        let shown = Snippet::of(&samples, from as i64, Depth::Eight).unwrap();
        Received { format: self.format, shown, stated }
    }
}

struct Received {
    format: FrameFormat,
    shown: Snippet,
    stated: StatedFrame,
}

impl Received {
    fn late(&self) -> Option<Lateness> {
        weigh(self.format, &recheck(&self.stated, &self.shown, None).unwrap().symbols)
    }
}

/// Circular noise of this root mean square.
fn gaussian(sigma: f64, dice: &mut Dice) -> Complex32 {
    let part = sigma * 0.5_f64.sqrt();
    Complex32::new(dice.normal(part) as f32, dice.normal(part) as f32)
}

/// Somebody else's burst, noise as the chirp sees it, over 0.1 to 3 ms of the segment.
fn disturb(samples: &mut [Complex32], amplitude: f64, dice: &mut Dice) {
    let (first, length) = (dice.below(samples.len() as u64) as usize, 50 + dice.below(1450) as usize);
    for sample in samples.iter_mut().skip(first).take(length) {
        *sample += gaussian(amplitude, dice);
    }
}

/// A direct path of Rice factor K, and twelve echoes of an exponential profile: delays in fine samples, and gains.
fn channel(spread: f64, rice_db: f64, dice: &mut Dice) -> Vec<(usize, Complex64)> {
    let scattered = 1.0 / (1.0 + 10_f64.powf(rice_db / 10.0));
    let mut taps =
        vec![(0, Complex64::from_polar((1.0 - scattered).sqrt(), dice.between(0.0, std::f64::consts::TAU)))];
    for _ in 0..12 {
        let delay = -spread * dice.between(1e-9, 1.0).ln();
        let gain = gaussian((scattered / 12.0).sqrt(), dice);
        taps.push((delay as usize, Complex64::new(f64::from(gain.re), f64::from(gain.im))));
    }
    taps
}

/// Rural, suburban, urban, canyon: delay spread with Greenstein's 4 dB, and Rice factor.
fn surroundings(dice: &mut Dice) -> (f64, f64) {
    let kinds = [(0.1, 10.0), (0.3, 6.0), (0.4, 0.0), (0.5, -20.0)];
    let (spread_us, rice_db) = kinds[dice.below(4) as usize];
    let kilometres = dice.between(0.2, 6.0);
    (spread_us * kilometres.sqrt() * 10_f64.powf(dice.normal(4.0) / 10.0), rice_db)
}

#[test]
fn what_is_known_before_is_not_looked_at() {
    // SF7: 8 symbols carry the header, 5 more seven nibbles of the short id; the next block has its last, the hop, and four of the hash.
    assert_eq!(unpredictable(Region::EU868.frame()), 13);
    assert_eq!(unpredictable(Region::named("KR920").unwrap().frame()), 13);
}

/// So many frames at any level at which they are heard, with echoes as the simulated city has them: how many are rejected.
fn honest_rejected(frames: u32, seed: u64) -> usize {
    let mut dice = Dice::new(seed);
    let (mut rejected, mut silent, mut highest) = (0, 0, [f64::NEG_INFINITY; 4]);
    let mut longest_us = 0.0_f64;
    for number in 0..frames {
        let region = if number % 8 == 7 { Region::US915 } else { Region::EU868 };
        let snr_db = dice.between(-10.0, 20.0);
        let echoes = surroundings(&mut dice);
        longest_us = longest_us.max(echoes.0);
        let segment = 3 + dice.below(4) as usize;
        let received = Sent::whole(region, &mut dice).received(segment, snr_db, echoes, &mut dice);
        let Some(late) = received.late() else {
            silent += 1;
            continue;
        };
        let level = usize::from(snr_db > -5.0) + usize::from(snr_db > 0.0) + usize::from(snr_db > 10.0);
        highest[level] = highest[level].max(late.score);
        rejected += usize::from(late.score >= SCORE_REJECT);
    }
    println!(
        "{rejected} of {frames} honest frames rejected, {silent} silent; highest score at -10..-5, -5..0, 0..10, 10..20 dB: \
         {highest:.1?}; echoes up to {longest_us:.1} us rms"
    );
    assert_eq!(silent, 0);
    rejected
}

#[test]
fn honest_frames_are_not_rejected() {
    assert_eq!(honest_rejected(2000, 3), 0);
}

/// The same of as many as rates are stated from.
#[test]
#[ignore = "a minute: cargo test --release -p poc-verifier --lib late_commit -- --ignored --nocapture"]
fn of_many_honest_frames_none_is_rejected() {
    assert_eq!(honest_rejected(24_000, 1), 0);
}

/// Share of late commits that are told, by level, share and what is sent meanwhile.
fn told(frames: u32, snr_db: f64, share: f64, meanwhile: Meanwhile, dice: &mut Dice) -> f64 {
    let mut told = 0;
    for _ in 0..frames {
        let echoes = surroundings(dice);
        let sent = Sent::whole(Region::EU868, dice).committed_late(share, meanwhile, dice);
        let segment = 4 + dice.below(2) as usize;
        let late = sent.received(segment, snr_db, echoes, dice).late().unwrap();
        told += u32::from(late.score >= SCORE_REJECT);
    }
    f64::from(told) / f64::from(frames)
}

const ALL_MEANWHILE: [Meanwhile; 3] = [Meanwhile::Nothing, Meanwhile::Noise, Meanwhile::WrongChirp];

#[test]
fn late_commits_are_told() {
    let mut dice = Dice::new(2);
    for (snr_db, share) in [(0.0, 0.25), (0.0, 0.5), (15.0, 0.125)] {
        for meanwhile in ALL_MEANWHILE {
            let told = told(60, snr_db, share, meanwhile, &mut dice);
            assert!(told >= 0.9, "{told} of {share} of a symbol at {snr_db} dB with {meanwhile:?}");
        }
    }
}

/// The table of the module's page.
#[test]
#[ignore = "a minute: cargo test --release -p poc-verifier --lib late_commit -- --ignored --nocapture"]
fn how_often_late_commits_are_told() {
    let mut dice = Dice::new(4);
    for snr_db in [-7.5, -5.0, -2.5, 0.0, 5.0, 10.0, 20.0] {
        let row = [1.0 / 16.0, 0.125, 0.25, 0.5].map(|share| {
            ALL_MEANWHILE.map(|meanwhile| 100.0 * told(300, snr_db, share, meanwhile, &mut dice))
        });
        println!("{snr_db:5.1} dB: {row:.0?} % of 1/16, 1/8, 1/4, 1/2 with nothing, noise, a wrong chirp");
    }
}
