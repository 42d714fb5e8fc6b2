//! A planned beacon, or an answer to one, as transmissions.

use num_complex::Complex32;
use poc_verifier::{
    BeaconPlan, Protocol, Region,
    answer::{AnswerPlan, frame_start_ns},
    region::CarriesNone,
};
use witness::{ModulateError, modulate};

use crate::DutyCycleExceeded;

/// Sample rate of what is sent and heard where chirps have 250 kHz: [`beacon_rate_hz`] of most regions.
pub const BEACON_RATE_HZ: f64 = 500_000.0;
/// Samples a chip of what is sent.
const OVERSAMPLING: u32 = 2;

/// Sample rate of what is sent and heard in a region: two samples a chip.
pub fn beacon_rate_hz(region: &Region) -> f64 {
    f64::from(OVERSAMPLING * region.bandwidth.hz())
}

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
    /// The law: nothing of a beacon's shape.
    #[error("no beacon is sent in {region}: {why}")]
    Region {
        /// The row.
        region: &'static str,
        /// What is in the way.
        why: CarriesNone,
    },
    /// The law: the channel must be listened to first, which this agent cannot do.
    #[error(
        "{region} wants {us} us of listening before every transmission, and this agent does not listen first"
    )]
    Listening {
        /// The row.
        region: &'static str,
        /// For so long.
        us: u64,
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
                rate_hz: beacon_rate_hz(&protocol.region),
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
                rate_hz: beacon_rate_hz(&protocol.region),
                samples: modulated(protocol, payload)?,
            })
        })
        .collect()
}

fn modulated(protocol: &Protocol, payload: &[u8]) -> Result<Vec<Complex32>, ModulateError> {
    modulate(protocol.region.frame(), payload, OVERSAMPLING)
}
