//! The receiver's analogue side: noise, gain, clipping, quantisation.

use num_complex::Complex32;

use crate::draw::mix;

/// Thermal noise density at 290 K, dBm/Hz.
const THERMAL_DBM_HZ: f64 = -173.98;

/// Noise and converter of a radio.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FrontEnd {
    /// Noise figure, dB.
    pub noise_figure_db: f64,
    /// Man-made noise over the receiver's own, dB.
    pub man_made_db: f64,
    /// Power at the antenna connector that fills the converter (magnitude 1), dBm.
    pub full_scale_dbm: f64,
    /// Bits of the converter, sign included.
    pub bits: u32,
}

impl FrontEnd {
    /// Noise power in a bandwidth, dBm.
    pub fn noise_dbm(&self, bandwidth_hz: f64) -> f64 {
        THERMAL_DBM_HZ + self.noise_figure_db + self.man_made_db + 10.0 * bandwidth_hz.log10()
    }

    /// Amplitude, relative to full scale, of a power at the antenna connector.
    pub(crate) fn amplitude(&self, power_dbm: f64) -> f64 {
        10_f64.powf((power_dbm - self.full_scale_dbm) / 20.0)
    }

    /// Clips and rounds to the converter's steps.
    pub(crate) fn convert(&self, sample: Complex32) -> Complex32 {
        let steps = (1_u64 << (self.bits - 1)) as f32;
        let one = |value: f32| (value * steps).round().clamp(-steps, steps - 1.0) / steps;
        Complex32::new(one(sample.re), one(sample.im))
    }
}

/// The noise sample of an index: complex normal of unit power, by hashing, so that it does not matter who asks when.
pub(crate) fn noise(key: u64, index: i64) -> Complex32 {
    let bits = mix(key ^ mix(index.cast_unsigned()));
    // Box and Muller on 2 x 32 bits: tails to 6.6 sigma.
    let uniform = ((bits >> 32) as f32 + 1.0) / 4_294_967_296.0;
    let (sin, cos) = (std::f32::consts::TAU * (bits as u32 as f32 / 4_294_967_296.0)).sin_cos();
    let radius = (-uniform.min(1.0).ln()).sqrt();
    Complex32::new(radius * cos, radius * sin)
}
