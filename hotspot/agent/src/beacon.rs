//! A planned beacon, or an answer to one, as transmissions.

use num_complex::Complex32;
use poc_verifier::{
    BeaconPlan, Protocol,
    answer::{AnswerPlan, frame_start_ns},
};
use witness::{ModulateError, modulate};

use crate::DutyCycleExceeded;

/// Sample rate of what is sent: two samples a chip of the region's bandwidth of 250 kHz.
pub const BEACON_RATE_HZ: f64 = 500_000.0;

/// One burst for a radio to send.
#[derive(Clone, Debug, PartialEq)]
pub struct Transmission {
    /// Carrier, Hz, dither included.
    pub carrier_hz: f64,
    /// Power at the antenna connector of a sample of magnitude 1, dBm.
    pub power_dbm: f64,
    /// Network time of the first sample, ns.
    pub start_ns: i64,
    /// Samples a second.
    pub rate_hz: f64,
    /// The samples.
    pub samples: Vec<Complex32>,
}

/// Why a beacon is not sent.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum CannotBeacon {
    /// The law: too much air time.
    #[error(transparent)]
    DutyCycle(#[from] DutyCycleExceeded),
    /// The law: too much power.
    #[error("{eirp_ddbm} tenths of dBm EIRP are set; the region allows {allowed_ddbm}")]
    Eirp {
        /// As set.
        eirp_ddbm: i32,
        /// As allowed.
        allowed_ddbm: i32,
    },
    /// A payload that the modem does not send.
    #[error(transparent)]
    Modulate(#[from] ModulateError),
}

/// The transmissions of a plan, in the order sent.
pub(crate) fn transmissions(
    protocol: &Protocol,
    plan: &BeaconPlan,
    window_start_ns: i64,
    conducted_dbm: f64,
) -> Result<Vec<Transmission>, ModulateError> {
    plan.hops
        .iter()
        .map(|hop| {
            Ok(Transmission {
                carrier_hz: f64::from(hop.channel_hz) + f64::from(hop.frequency_dither_hz),
                power_dbm: conducted_dbm - f64::from(hop.power_dither_db),
                start_ns: window_start_ns + hop.start_ns,
                rate_hz: BEACON_RATE_HZ,
                samples: modulated(protocol, &hop.payload)?,
            })
        })
        .collect()
}

/// The transmissions of an answer.
pub(crate) fn answer_transmissions(
    protocol: &Protocol,
    plan: &AnswerPlan,
    start_ns: i64,
    conducted_dbm: f64,
) -> Result<Vec<Transmission>, ModulateError> {
    plan.channels_hz
        .iter()
        .zip(&plan.payloads)
        .enumerate()
        .map(|(frame, (channel_hz, payload))| {
            Ok(Transmission {
                carrier_hz: f64::from(*channel_hz),
                power_dbm: conducted_dbm,
                start_ns: start_ns + frame_start_ns(protocol, frame),
                rate_hz: BEACON_RATE_HZ,
                samples: modulated(protocol, payload)?,
            })
        })
        .collect()
}

fn modulated(protocol: &Protocol, payload: &[u8]) -> Result<Vec<Complex32>, ModulateError> {
    let frame = protocol.region.frame();
    let oversampling = (BEACON_RATE_HZ / f64::from(frame.bandwidth.hz())) as u32;
    modulate(frame, payload, oversampling)
}
