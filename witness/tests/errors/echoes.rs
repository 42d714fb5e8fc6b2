//! Paths with echoes, as notes/physics.md section 2 draws them.
//!
//! An exponential power-delay profile of spread `T1 sqrt(d_km) 10^(N(0, 4 dB) / 10)` (Greenstein et al. 1997) beside a direct path of
//! Rice factor `K`; the gains are the same for every hop, their phases turn with the hop's carrier.

use num_complex::{Complex32, Complex64};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, StandardNormal};
use witness::FrameFormat;

use crate::air::{Link, add_frame, add_noise, uniform};

/// Echoes drawn beside the direct path.
const ECHOES: usize = 16;

/// Kind of place: name, T1 in microseconds, Rice factor in dB.
pub(crate) const SURROUNDINGS: [(&str, f64, f64); 4] = [
    ("rural", 0.1, 10.0),
    ("suburban", 0.3, 6.0),
    ("urban", 0.4, 0.0),
    ("urban NLOS", 0.5, f64::NEG_INFINITY),
];

/// One way: how much later than the straight line, and how strong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Echo {
    pub(crate) excess_ns: f64,
    pub(crate) gain: Complex64,
}

/// Draws a path of mean power 1.
pub(crate) fn draw((_, spread_us, rice_db): (&str, f64, f64), km: f64, rng: &mut ChaCha8Rng) -> Vec<Echo> {
    let normal: f64 = StandardNormal.sample(rng);
    let spread_ns = 1e3 * spread_us * km.sqrt() * 10_f64.powf(0.4 * normal);
    let ratio = 10_f64.powf(rice_db / 10.0);
    let phase = uniform(rng, 0.0, std::f64::consts::TAU);
    let direct = Echo { excess_ns: 0.0, gain: Complex64::from_polar((ratio / (1.0 + ratio)).sqrt(), phase) };
    let sigma = (0.5 / (1.0 + ratio) / ECHOES as f64).sqrt();
    let reflected = (0..ECHOES).map(|_| {
        let (excess, re, im): (f64, f64, f64) =
            (Exp1.sample(rng), StandardNormal.sample(rng), StandardNormal.sample(rng));
        Echo { excess_ns: excess * spread_ns, gain: Complex64::new(re, im) * sigma }
    });
    std::iter::once(direct).chain(reflected).filter(|echo| echo.gain.norm_sqr() > 0.0).collect()
}

/// Samples of one frame over such a path, on a carrier `hop_hz` above that for which the gains were drawn, and noise.
pub(crate) fn receive(
    format: FrameFormat,
    payload: &[u8],
    link: Link,
    (echoes, hop_hz): (&[Echo], f64),
    chips: f64,
    rng: &mut ChaCha8Rng,
) -> Vec<Complex32> {
    let mut samples = vec![Complex32::ZERO; (chips * link.oversampling) as usize];
    let chip_rate_hz = f64::from(format.bandwidth.hz());
    for echo in echoes {
        let delay_s = echo.excess_ns * 1e-9;
        // The carrier offset that is in the samples was there before the delay, and the hop's carrier with it.
        let turned = echo.gain.arg() / std::f64::consts::TAU - (hop_hz + link.cfo_hz) * delay_s;
        let own = Link {
            delay_chips: link.delay_chips + delay_s * chip_rate_hz,
            phase_cycles: link.phase_cycles + turned,
            ..link
        };
        add_frame(format, payload, own, echo.gain.norm() as f32, &mut samples);
    }
    add_noise(link, &mut samples, rng);
    samples
}
