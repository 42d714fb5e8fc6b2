//! Do carrier and sample clock of a beacon come from one oscillator?
//!
//! One crystal makes both: a transmitter that is `x` ppm high is `x` ppm fast, and so is what a receiver's own crystal adds. Somebody who
//! shifts a recording's carrier by arithmetic, to make it another radio's or to undo his own offset, and does not resample it, leaves the clock
//! behind. Per hop, the known dither undone (it is such a shift itself),
//!
//! ```text
//! residual = sfo - cfo / f_c                                            ppm
//! sigma    = hypot(min(stated, 2 * 12 / (2 pi N sqrt(2 SNR N))), 0.3)   N chips; notes/physics.md section 1
//! score    = sum over hops of clip(ln(1 / 60 ppm) - ln t5(residual; sigma), -2, 8)
//! ```
//! The bound on what a report may state keeps a large standard error from excusing everything; SNR below the decoding limit is taken for the
//! limit. Resampling is easy: this catches the naive only (notes/physics.md 3c). A radio whose carrier and clock come from two crystals would
//! have to say so; none of ours does.

use std::f64::consts::TAU as TURN;

use crate::{
    edge::{Edge, HeardHop},
    finding::{CheckName, Finding},
    judgement::EdgeJudgement,
    protocol::{HOPS_MIN, PAYLOAD_BYTES, Protocol},
    robust::{blind_score, ln_t5, median},
};

/// What tuning steps and filters leave between carrier and clock, ppm.
const RADIO_PPM: f64 = 0.3;
/// Width over which a shift falls, ppm: two crystals of 20 ppm, with room.
const SHIFT_RANGE_PPM: f64 = 60.0;
/// A stated standard error is believed up to so many times what noise leaves.
const STATED_MAX: f64 = 2.0;
/// Residual that a median over hops rarely reaches, ppm, for the owner to compare with.
const ALLOWED_PPM: f64 = 3.0;

/// A frame's sample clock against its carrier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClockResidual {
    /// Sample-clock offset less the carrier's, the dither undone, ppm.
    pub residual_ppm: f64,
    /// Standard error as far as it is believed, ppm.
    pub sigma_ppm: f64,
}

impl ClockResidual {
    /// Of a frame that was heard.
    pub fn of(protocol: &Protocol, hop: &HeardHop) -> Self {
        let stated_ppm = f64::from(hop.hop.sfo_sigma_ppb) * 1e-3;
        let most_ppm = STATED_MAX * noise_ppm(protocol, hop.snr_db());
        Self {
            residual_ppm: f64::from(hop.hop.sfo_ppb) * 1e-3 - hop.cfo_hz() / hop.carrier_hz() * 1e6,
            sigma_ppm: stated_ppm.min(most_ppm).hypot(RADIO_PPM),
        }
    }
}

/// Standard error that noise leaves of a beacon frame's sample-clock offset, ppm.
fn noise_ppm(protocol: &Protocol, snr_db: f64) -> f64 {
    let region = protocol.region;
    let seconds = region.frame().airtime_us(PAYLOAD_BYTES) as f64 * 1e-6;
    let chips = seconds * f64::from(region.bandwidth.hz());
    let snr = 10_f64.powf(snr_db.max(region.sf.decoding_limit_db()) / 10.0);
    12e6 / (TURN * chips * (2.0 * snr * chips).sqrt())
}

/// Log-likelihood ratio of a carrier shifted by arithmetic over one oscillator; `None` of less than [`HOPS_MIN`] frames.
pub fn score(clocks: &[ClockResidual]) -> Option<f64> {
    let ln_honest = clocks.iter().map(|clock| ln_t5(clock.residual_ppm, clock.sigma_ppm));
    (clocks.len() >= HOPS_MIN).then(|| blind_score(ln_honest, SHIFT_RANGE_PPM))
}

/// What the clocks of an edge say.
fn finding(edge: &Edge) -> Option<Finding> {
    let heard = edge.heard();
    let clocks: Vec<_> = heard.iter().map(|hop| ClockResidual::of(edge.protocol, hop)).collect();
    let score = score(&clocks)?;
    let measured = median(&clocks.iter().map(|clock| clock.residual_ppm.abs()).collect::<Vec<_>>())?;
    let explanation = format!(
        "Sample clocks and carriers of the frames differ by {measured:.1} ppm (median); one oscillator makes both, \
         and leaves up to about {ALLOWED_PPM:.1} ppm of error."
    );
    Some(Finding::by_score(CheckName::Frequency, score, (measured, ALLOWED_PPM, "ppm"), explanation))
}

/// Puts the clocks' finding in place of the dithers' where it is worse.
pub(crate) fn hold_against(edge: &Edge, judged: &mut EdgeJudgement) {
    let dithers = judged.findings.iter_mut().find(|finding| finding.check == CheckName::Frequency);
    if let (Some(dithers), Some(clocks)) = (dithers, finding(edge))
        && clocks.score > dithers.score
    {
        *dithers = clocks;
        judged.decide();
    }
}

#[cfg(test)]
mod clock_tests;
