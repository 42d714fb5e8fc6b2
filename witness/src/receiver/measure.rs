//! Measurements of a decoded frame.
//!
//! 1. The chirps' phases are lined up: the tracker followed the carrier as it went, one carrier for the whole frame may differ from
//!    where it ended.
//! 2. Joint maximum likelihood of phase, carrier, time and clock over every sample of the frame ([`super::replica`]), and with what
//!    that says the preamble's symbols are counted again ([`super::preamble`]).
//! 3. Levels, from what the replica leaves ([`super::levels`]).

use std::f64::consts::TAU as TURN;

use num_complex::{Complex32, Complex64};

use super::{
    chips::ChipReader,
    correlate::likeliest_carrier,
    demodulator::Demodulator,
    follower::{Followed, read_payload},
    history::History,
    least_squares::{Matrix, Normal, invert, sandwich},
    levels::Levels,
    pattern::correct_about,
    preamble::recount,
    replica::{self, placed},
    response::ChannelResponse,
    trajectory::{EPS, NU, PARAMETERS, TAU, Trajectory},
};
use crate::{
    Chirp, Estimate, Measurements, TimeOfArrival, chirp::sync_and_sfd, default_preamble_symbols,
    frame::sfd_chips,
};

/// Least-squares passes after the phases are lined up; the second only confirms.
const PASSES: usize = 2;
/// Carrier turns over the frame within which the tracker is trusted.
const TURNS_MAX: i32 = 8;
/// Share of the chirps' own amplitude that must be left when they are added with one carrier; below it the carrier wandered, and
/// each chirp's phase is taken as it is.
const ONE_CARRIER: f64 = 0.8;
/// Working-rate stream facts that turn positions into times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timebase {
    /// Working rate, Hz.
    pub(crate) rate_hz: f64,
    /// Chip rate, Hz.
    pub(crate) chip_rate_hz: f64,
    /// Caller's samples a working sample.
    pub(crate) ratio: f64,
}

/// Measures a followed frame; its trajectory is refined in place.
pub(crate) fn measure(
    frame: &mut Followed,
    history: &History,
    reader: &mut ChipReader,
    demodulator: &Demodulator,
    time: Timebase,
) -> Option<Measurements> {
    let sf = demodulator.sf();
    let chips = sf.chips() as f64;
    let last_chip = sfd_chips(sf) as f64 + frame.symbols.len() as f64 * chips;
    // Of the frame with the usual preamble: a symbol miscounted in the noise before it moves the arrival, but not this.
    let usual_first_chip = -(f64::from(default_preamble_symbols(sf)) + 2.0) * chips;
    let middle = 0.5 * (usual_first_chip + last_chip);
    let free_phase = line_up(frame, last_chip - usual_first_chip, history, reader, demodulator);
    let mut sums = fit(frame, middle, free_phase, history, demodulator)?;
    let preamble_symbols = recount(frame, &sums, free_phase, history, demodulator);
    if preamble_symbols != std::mem::replace(&mut frame.sync.preamble_symbols, preamble_symbols) {
        sums = fit(frame, middle, free_phase, history, demodulator)?;
    }
    let first_chip = -(preamble_symbols as f64 + 2.0) * chips;
    let rate = frame.sync.tracker.path.rate;
    let levels = Levels::of(frame, sums.amplitude(), free_phase, history, demodulator, rate as usize);
    // Noise density is taken from inside the band; outside, the stream's own filters have their say.
    let scale = levels.noise * rate / (2.0 * sums.amplitude().powi(2));
    let covariance = invert(&sums.gram)?.map(|row| row.map(|value| value * scale));
    let path = frame.sync.tracker.path;
    let arrival = |chip: f64| TimeOfArrival::from_sample(path.sample_of_chip(chip), time.rate_hz);
    let sigma_ns = |chip: f64| arrival_variance(&covariance, chip - middle).sqrt() / time.chip_rate_hz * 1e9;
    let response = ChannelResponse::of(frame, levels.noise * rate, free_phase, history, demodulator);
    Some(Measurements {
        response,
        arrival: arrival(first_chip),
        arrival_sigma_ns: sigma_ns(first_chip),
        middle: arrival(middle),
        middle_sigma_ns: sigma_ns(middle),
        sample_start: path.sample_of_chip(first_chip) * time.ratio,
        rssi_dbfs: levels.rssi_dbfs(),
        noise_floor_dbfs: levels.noise_floor_dbfs(),
        snr_db: levels.snr_db(),
        cfo_hz: Estimate {
            value: path.nu * time.chip_rate_hz,
            sigma: covariance[NU][NU].sqrt() * time.chip_rate_hz,
        },
        sfo_ppm: Estimate { value: path.eps * 1e6, sigma: covariance[EPS][EPS].sqrt() * 1e6 },
        gain: Complex64::from_polar(
            sums.amplitude(),
            path.theta + TURN * path.nu * middle / (1.0 + path.eps),
        ),
        gain_sigma: sums.amplitude() * (scale / sums.samples).sqrt(),
        gain_phase_sigma_rad: phase_variance(&covariance, path.nu).sqrt(),
    })
}

/// Step 2: moves the path to where the samples are likeliest, and returns the sums there.
fn fit(
    frame: &mut Followed,
    middle: f64,
    free_phase: bool,
    history: &History,
    demodulator: &Demodulator,
) -> Option<Normal> {
    let mut sums = replica::sums(frame, middle, free_phase, history, demodulator);
    for _ in 0..PASSES {
        correct_about(&mut frame.sync.tracker.path, sums.step([0.0; PARAMETERS])?, middle);
        sums = replica::sums(frame, middle, free_phase, history, demodulator);
    }
    Some(sums)
}

/// Variance of the arrival, in chips^2, of a chip `chips` away from the reference.
fn arrival_variance(covariance: &Matrix, chips: f64) -> f64 {
    let mut transition = [[0.0; PARAMETERS]; PARAMETERS];
    for (k, row) in transition.iter_mut().enumerate() {
        row[k] = 1.0;
    }
    transition[TAU][EPS] = -chips;
    sandwich(&transition, covariance)[TAU][TAU].max(0.0)
}

/// Variance of the carrier's phase at the reference, rad^2: the instant moves, and the carrier with it.
fn phase_variance(covariance: &Matrix, nu: f64) -> f64 {
    let mut transition = [[0.0; PARAMETERS]; PARAMETERS];
    (transition[0][0], transition[0][TAU]) = (1.0, TURN * nu);
    sandwich(&transition, covariance)[0][0].max(0.0)
}

/// Step 1. Returns whether the carrier wandered too much to be one.
fn line_up(
    frame: &mut Followed,
    frame_chips: f64,
    history: &History,
    reader: &mut ChipReader,
    demodulator: &Demodulator,
) -> bool {
    let sf = demodulator.sf();
    let mut chips = vec![Complex32::ZERO; sf.chips()];
    let sync_chirps = frame.sync.preamble_symbols + sync_and_sfd(sf, frame.sync.sync_word).len();
    let mut sums: Vec<(Complex64, f64)> = Vec::new();
    for (index, placed) in placed(frame, sf).enumerate() {
        let middle = placed.first_chip + placed.chirp.chips as f64 / 2.0;
        let out = &mut chips[..placed.chirp.chips];
        if let Some(&shift) = index.checked_sub(sync_chirps).and_then(|payload| frame.symbols.get(payload)) {
            let early = if frame.grid.early { 1.0 } else { 0.0 };
            read_payload(
                frame.grid,
                &frame.sync,
                placed.first_chip + early,
                history,
                reader,
                demodulator,
                out,
            );
            demodulator.despread(Chirp::up(sf, shift), out);
        } else {
            demodulator.dechirp(reader, history, &frame.sync.tracker.path, placed.first_chip, out);
            demodulator.despread(placed.chirp, out);
        }
        let sum: Complex32 = out.iter().sum();
        sums.push((Complex64::new(f64::from(sum.re), f64::from(sum.im)), middle));
    }
    let total = |nu: f64| -> Complex64 {
        sums.iter().map(|(sum, middle)| sum * Complex64::from_polar(1.0, -TURN * nu * middle)).sum()
    };
    let (nu, _) = likeliest_carrier(&sums, 0.25 / frame_chips, 4 * TURNS_MAX);
    let path: &mut Trajectory = &mut frame.sync.tracker.path;
    path.nu += nu;
    path.theta += total(nu).arg();
    let own: f64 = sums.iter().map(|(sum, _)| sum.norm()).sum();
    !frame.sync.tracker.coherent || total(nu).norm() < ONE_CARRIER * own
}
