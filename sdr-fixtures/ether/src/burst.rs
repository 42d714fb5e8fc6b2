//! A transmission.

use std::sync::OnceLock;

use num_complex::Complex32;
use rustfft::FftDirection;

use crate::{Ether, Node, NodeId, TrueTime};

/// Samples on their way out of an antenna.
#[derive(Clone, Debug)]
pub struct Burst {
    /// Who sends.
    pub node: NodeId,
    /// True time at which the first sample leaves the antenna.
    pub start: TrueTime,
    /// Carrier as the sender set it, Hz; its crystal moves it.
    pub carrier_hz: f64,
    /// Sample rate as the sender set it, Hz; its crystal moves it too.
    pub rate_hz: f64,
    /// Power at the antenna connector of a sample of magnitude 1, dBm.
    pub power_dbm: f64,
    /// The samples, at least two for every cycle of their bandwidth.
    pub samples: Vec<Complex32>,
}

impl Burst {
    /// True time at which the last sample leaves.
    pub(crate) fn end(&self, sender: &Node) -> TrueTime {
        let rate_hz = self.rate_hz * (1.0 + sender.oscillator.error_at(self.start));
        self.start + TrueTime::from_seconds(self.samples.len() as f64 / rate_hz)
    }
}

/// A burst on its way, with its spectrum once somebody needed it: all who hear it share it.
#[derive(Clone, Debug)]
pub(crate) struct OnAir {
    pub(crate) burst: Burst,
    spectrum: OnceLock<Vec<Complex32>>,
}

impl OnAir {
    pub(crate) fn new(burst: Burst) -> Self {
        Self { burst, spectrum: OnceLock::new() }
    }

    /// Spectrum of the samples after `padding` zeros, padded to a power of two.
    pub(crate) fn spectrum(&self, ether: &Ether, padding: usize) -> &[Complex32] {
        self.spectrum.get_or_init(|| {
            let samples = &self.burst.samples;
            let size = (samples.len() + 2 * padding).next_power_of_two();
            let mut spectrum = vec![Complex32::ZERO; size];
            spectrum[padding..padding + samples.len()].copy_from_slice(samples);
            ether.transform(&mut spectrum, FftDirection::Forward);
            spectrum
        })
    }
}
