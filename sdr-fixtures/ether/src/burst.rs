//! A transmission.

use num_complex::Complex32;

use crate::{Node, NodeId, TrueTime};

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
