//! S7, one radio and three keys: one antenna, one crystal, one recording of the air. For each further key the recording is delayed by a
//! fraction of a sample, shifted in carrier, amplified, given noise of its own 6 dB over the recorded, and decoded anew, so that
//! every key has samples of its own to show. Their beacons are all sent by the one radio. The keys are asserted 350 m apart, hardly
//! farther than echoes blur a place. What they cannot drown is that all have the same noise, weakly, before the same frame.

use ether::Draw;
use geo_index::geodesy::destination;
use num_complex::Complex32;

use super::{
    Villain,
    cast::{Cast, Fate, Member, Radio, Sheet},
};

pub(super) const SHEET: Sheet = Sheet {
    name: "one-radio",
    row: "S7",
    keys: KEYS,
    fate: Fate::Unpaid,
    cast: |scene| {
        let antenna = scene.sites[0].place;
        let member = |key: usize| {
            let plain = Member { radio: Radio::OfTheFirst, ..Member::at(antenna) };
            if key == 0 {
                return Ok(plain);
            }
            let asserted =
                destination(antenna, 90.0 * key as f64, APART_M)?.with_height_m(antenna.height_m())?;
            Ok(plain.asserting(asserted))
        };
        Ok(Cast { members: (0..KEYS).map(member).collect::<Result<_, _>>()?, victims: Vec::new() })
    },
    mind: |briefing| Box::new(OneRadio { seed: briefing.seed, key: briefing.member }),
};

const KEYS: usize = 3;
/// From the antenna to where each further key is asserted, metres.
const APART_M: f64 = 350.0;
/// Each key's own noise over the recorded, dB.
const NOISE_DB: f64 = 6.0;
/// Delay, carrier and gain of each further key.
const DELAY_SAMPLES: f64 = 0.37;
const CARRIER_CYCLES: f64 = 230.0 / 500_000.0;
const GAIN: f32 = 0.8;
/// Taps of the fractional delay, on each side.
const HALF_TAPS: i64 = 12;
/// Samples at a recording's start that are noise alone.
const QUIET: usize = 3000;

struct OneRadio {
    seed: u64,
    key: usize,
}

impl Villain for OneRadio {
    fn receive(&mut self, start_ns: i64, samples: &mut Vec<Complex32>) {
        if self.key == 0 {
            return;
        }
        let quiet = &samples[..samples.len().min(QUIET)];
        let power = quiet.iter().map(Complex32::norm_sqr).sum::<f32>() / quiet.len().max(1) as f32;
        let sigma = (0.5 * f64::from(power) * 10_f64.powf(0.1 * NOISE_DB)).sqrt();
        let mut draw = Draw::new(self.seed, &[0x07AD, self.key as u64, start_ns.cast_unsigned()]);
        let mut noise = || Complex32::new(draw.normal(sigma) as f32, draw.normal(sigma) as f32);
        let gain = GAIN.powi(self.key as i32);
        let late = delayed(samples, DELAY_SAMPLES * self.key as f64);
        let turned = late.iter().enumerate().map(|(index, sample)| {
            let cycles = (CARRIER_CYCLES * (self.key * index) as f64).fract();
            let (sin, cos) = (std::f64::consts::TAU * cycles).sin_cos();
            (sample * Complex32::new(cos as f32, sin as f32) + noise()) * gain
        });
        *samples = turned.collect();
    }
}

/// Samples later by less than two samples: a sinc under a raised cosine.
fn delayed(samples: &[Complex32], delay: f64) -> Vec<Complex32> {
    let taps: Vec<(i64, f32)> =
        (-HALF_TAPS..=HALF_TAPS).map(|tap| (tap, weight(tap as f64 - delay))).collect();
    (0..samples.len() as i64)
        .map(|index| {
            let at = |tap: i64| usize::try_from(index - tap).ok().and_then(|from| samples.get(from));
            taps.iter().filter_map(|(tap, weight)| Some(at(*tap)? * *weight)).sum()
        })
        .collect()
}

fn weight(offset: f64) -> f32 {
    let reach = HALF_TAPS as f64 + 1.0;
    let angle = std::f64::consts::PI * offset;
    let sinc = if offset.abs() < 1e-9 { 1.0 } else { angle.sin() / angle };
    (sinc * 0.5 * (1.0 + (angle / reach).cos())) as f32
}
