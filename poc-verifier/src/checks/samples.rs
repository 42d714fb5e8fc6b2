//! Do the samples that were asked for hold the frame as it was reported?
//!
//! A witness committed to the root over its samples before anybody knew which of them would be asked for ([`crate::audit`]). What it
//! shows must be under that root, the frame and segment that were drawn; withheld or other samples convict. Then the
//! frame is measured again from the integers shown ([`witness::recheck`]), subtracted at their own instants, and compared with the report:
//!
//! ```text
//! d_snr = A^2 / (noise in the bandwidth), dB, less the reported SNR       d_cfo = carrier of the segment less the reported
//! score = max of ln(1 / range) - ln t5(d; sigma)
//! ```
//! A signal that is not in the samples has no amplitude there, so `d_snr` tells both "another level" and "no such frame". The noise is taken
//! from the guard or from what the replica leaves of the segment, whichever speaks for the witness: a neighbour's burst may lie in either.
//! Over one segment, 4 ms, echoes and the oscillator's wander move the carrier by some hertz.
//!
//! That samples look right proves little by itself: whoever simulates a receiver has some. They are what clones are told by
//! (guard noise of two witnesses), and what makes numbers without samples worthless. Source: notes/physics.md 3d.

use identity::Hash;
use witness::{Noise, Recheck, RecheckError, StatedFrame, StatedPayload, encode, recheck};

use super::late_commit;
use crate::{
    edge::{Asked, Edge, Examined, Standing},
    finding::{CheckName, Finding, Outcome, SCORE_MAX},
    messages::{Hop, Showing},
    robust::ln_t5,
};

/// Spread of an honest segment's SNR about its frame's, dB, and the width over which an invented one falls.
const SNR_SPREAD_DB: f64 = 0.7;
const SNR_RANGE_DB: f64 = 60.0;
/// dB of a relative amplitude error.
const DB_PER_AMPLITUDE: f64 = 20.0 / std::f64::consts::LN_10;
/// The same of its carrier, Hz.
const CFO_SPREAD_HZ: f64 = 5.0;
const CFO_RANGE_HZ: f64 = 4000.0;
/// Share of the bandwidth over which noise is taken: filters roll off at its edges.
const BAND_SHARE: f64 = 0.8;

/// What the samples say, and what [`late_commit`] says of the same; nothing where none were asked for.
pub(super) fn findings(edge: &Examined) -> Vec<Finding> {
    let asked = edge.asked.filter(|_| edge.standing == Standing::Committed);
    let Some((asked, frame)) = asked.and_then(|asked| Some((asked, asked.audit.frame_of(edge.report)?)))
    else {
        return Vec::new();
    };
    match shown(edge, &asked, frame) {
        Err(Wrong(sentence)) => vec![convicted(frame, &sentence)],
        Ok(showing) => measured(edge, &edge.report.hops[frame], &showing),
    }
}

/// Samples that are not what was asked for, in a sentence for the owner.
struct Wrong(String);

/// The showing, if it is of the frame and segment that were drawn, under the root that was committed to.
fn shown(edge: &Edge, asked: &Asked, frame: usize) -> Result<Showing, Wrong> {
    let sealed = asked.showing.ok_or_else(|| {
        Wrong(format!("Samples of frame {} were drawn to be shown, and were not.", frame + 1))
    })?;
    let showing =
        sealed.message().map_err(|error| Wrong(format!("What was shown is no samples: {error}.")))?;
    let under_root = showing.path.root(showing.capture.bytes()) == Some(asked.samples_root);
    if !under_root || showing.path.leaves != edge.report.hops.len() || showing.path.index != frame {
        return Err(Wrong(
            "The samples shown are not the ones that were committed to for that frame.".into(),
        ));
    }
    is_part(&showing.guard, &showing.capture, 0)?;
    let drawn = asked.audit.segment_of(showing.segment.path.leaves);
    is_part(&showing.segment, &showing.capture, drawn.unwrap_or(0))?;
    Ok(showing)
}

fn is_part(exhibit: &witness::Exhibit, capture: &Hash, segment: usize) -> Result<(), Wrong> {
    exhibit.verify(capture).map_err(|error| Wrong(format!("What was shown convicts: {error}.")))?;
    let asked_for = exhibit.path.index == segment;
    asked_for.then_some(()).ok_or_else(|| Wrong("Other samples were shown than were drawn.".into()))
}

fn convicted(frame: usize, sentence: &str) -> Finding {
    Finding {
        check: CheckName::Samples,
        outcome: Outcome::Rejected,
        measured: 0.0,
        allowed: 1.0,
        unit: "segments",
        score: SCORE_MAX,
        explanation: format!("{sentence} (Frame {} of the report.)", frame + 1),
    }
}

/// The frame measured again, beside the report.
fn measured(edge: &Edge, hop: &Hop, showing: &Showing) -> Vec<Finding> {
    let Some(stated) = stated(edge, hop, showing) else {
        let sentence = "The reported payload is none that a beacon frame can carry.";
        return vec![convicted(showing.path.index, sentence)];
    };
    let rechecked = match recheck(&stated, &showing.segment.snippet, Some(&showing.guard.snippet)) {
        Ok(rechecked) => rechecked,
        Err(RecheckError::NotInFrame(samples)) => {
            let explanation =
                format!("Only {samples} of the samples shown are of the frame; nothing can be measured.");
            return vec![Finding::unproven(
                CheckName::Samples,
                (samples as f64, Recheck::SAMPLES_MIN as f64, "samples"),
                explanation,
            )];
        }
        Err(error) => {
            let sentence = format!("The samples shown are no recording: {error}.");
            return vec![convicted(showing.path.index, &sentence)];
        }
    };
    let found = compared(hop, showing, &rechecked);
    // Of a frame that is not there its symbols say nothing.
    let late = (found.outcome == Outcome::Accepted)
        .then(|| late_commit::check(edge.protocol.region.frame(), &rechecked.symbols))
        .flatten();
    [Some(found), late].into_iter().flatten().collect()
}

/// Level and carrier as the samples have them beside what was reported.
fn compared(hop: &Hop, showing: &Showing, rechecked: &Recheck) -> Finding {
    let snr = snr_difference(hop, showing, rechecked);
    let cfo = Difference {
        value: rechecked.cfo_hz.value,
        sigma: rechecked.cfo_hz.sigma.hypot(f64::from(hop.cfo_sigma_mhz) * 1e-3).hypot(CFO_SPREAD_HZ),
        range: CFO_RANGE_HZ,
        unit: "Hz",
    };
    let worse = if snr.score() >= cfo.score() { snr } else { cfo };
    let explanation = format!(
        "Measured again from its own samples, the frame has {:+.1} dB and {:+.0} Hz against what was reported.",
        snr.value, cfo.value
    );
    let numbers = (worse.value.abs(), 4.0 * worse.sigma, worse.unit);
    Finding::by_score(CheckName::Samples, worse.score(), numbers, explanation)
}

/// What the report says, in terms of the samples. Of amplitude 1, so that the recheck's level is the frame's; it fits phases itself.
fn stated(edge: &Edge, hop: &Hop, showing: &Showing) -> Option<StatedFrame> {
    let format = edge.protocol.region.frame();
    Some(StatedFrame {
        sf: format.sf,
        bandwidth: format.bandwidth,
        sync_word: format.sync_word,
        preamble_symbols: usize::from(format.preamble_symbols),
        symbols: encode(format, &hop.payload).ok()?,
        samples_per_chip: showing.samples_per_chip,
        first_sample: showing.first_sample_e6 as f64 * 1e-6,
        cfo_hz: hop.cfo_mhz as f64 * 1e-3,
        sfo_ppm: f64::from(hop.sfo_ppb) * 1e-3,
        gain: num_complex::Complex64::ONE,
        payload: StatedPayload::default(),
    })
}

/// A measured number less the reported one.
#[derive(Clone, Copy)]
struct Difference {
    value: f64,
    sigma: f64,
    range: f64,
    unit: &'static str,
}

impl Difference {
    /// Log-likelihood ratio of "invented, anything over the range" over "measured".
    fn score(&self) -> f64 {
        -self.range.ln() - ln_t5(self.value, self.sigma)
    }
}

fn snr_difference(hop: &Hop, showing: &Showing, rechecked: &Recheck) -> Difference {
    let noises = rechecked.guard.iter().chain([&rechecked.filtered.noise]);
    let reported_db = f64::from(hop.snr_cdb) * 0.01;
    // Of the amplitude that was reported: one that is not there has no standard error in dB.
    let chips = rechecked.samples as f64 / f64::from(showing.samples_per_chip);
    let sigma_db = DB_PER_AMPLITUDE / (2.0 * chips * 10_f64.powf(0.1 * reported_db)).sqrt();
    let difference = |noise: &Noise| {
        let density = noise.power * in_band(noise, showing.samples_per_chip);
        let snr_db =
            rechecked.level_db.value - 10.0 * (density / f64::from(showing.samples_per_chip)).log10();
        Difference {
            value: snr_db - reported_db,
            sigma: sigma_db.hypot(SNR_SPREAD_DB),
            range: SNR_RANGE_DB,
            unit: "dB",
        }
    };
    noises
        .map(difference)
        .min_by(|a, b| a.score().total_cmp(&b.score()))
        .expect("what the replica leaves is always among them")
}

/// Noise density inside the bandwidth over its mean over all frequencies.
fn in_band(noise: &Noise, samples_per_chip: u8) -> f64 {
    let edge = 0.5 * BAND_SHARE / f64::from(samples_per_chip);
    let inside = noise.spectrum.iter().enumerate().filter_map(|(bin, density)| {
        let cycles = bin as f64 / Noise::BINS as f64;
        (cycles.min(1.0 - cycles) <= edge).then_some(*density)
    });
    let (sum, bins) = inside.fold((0.0, 0.0), |(sum, bins), density| (sum + density, bins + 1.0));
    sum / f64::max(bins, 1.0)
}
